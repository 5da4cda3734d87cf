package integrity

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Node is a complete subtree: it covers the leaves from Index<<Level to
// (Index+1)<<Level-1.
type Node struct {
	Level int
	Index uint64
}

// Cover gives the largest complete subtrees that together cover the leaves from first to
// end-1 exactly, from left to right: at most 2*64 of them, one for a full aligned block.
func Cover(first, end uint64) []Node {
	var nodes []Node
	for first < end {
		level := bits.Len64(end-first) - 1
		if first != 0 {
			level = min(level, bits.TrailingZeros64(first))
		}
		nodes = append(nodes, Node{Level: level, Index: first >> level})
		first += 1 << level
	}
	return nodes
}

// CoverHashes gives the hashes of the nodes of Cover(first, first+len(leaves)), in its
// order. It overwrites leaves.
func CoverHashes(first uint64, leaves []tlog.Hash) []tlog.Hash {
	nodes := Cover(first, first+uint64(len(leaves)))
	hashes := make([]tlog.Hash, len(nodes))
	for i, n := range nodes {
		hashes[i] = fold(leaves[:1<<n.Level])
		leaves = leaves[1<<n.Level:]
	}
	return hashes
}

// fold gives the root of a complete subtree from its leaves, a power of two of them.
func fold(level []tlog.Hash) tlog.Hash {
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}
