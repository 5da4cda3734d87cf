package faultdisk

import (
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// sector is the most that a disk writes as a whole.
const sector = 512

// inode is a file, a folder or a socket: what processes see of it, and what of that the disk
// has. The Disk's lock guards it.
type inode struct {
	id       uint64
	mode     uint32 // type and permissions, as stat has them
	modified time.Time

	data, medium []byte
	changes      []change // of data since it was synced, in order

	names, kept map[string]*inode
	moves       []move // of names since they were synced, in order
}

// change is a write at off or, without bytes, a new size.
type change struct {
	off  int64
	data []byte
	size int64
}

// move is what one call does to a folder's names; nil stands for a name that is gone.
type move map[string]*inode

func (n *inode) isDir() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// write changes what processes see.
func (n *inode) write(b []byte, off int64, now time.Time) {
	c := change{off: off, data: slices.Clone(b)}
	n.data = c.applyTo(n.data)
	n.changes = append(n.changes, c)
	n.modified = now
}

func (n *inode) resize(size int64, now time.Time) {
	c := change{size: size}
	n.data = c.applyTo(n.data)
	n.changes = append(n.changes, c)
	n.modified = now
}

// rename is what every call that changes names comes down to.
func (n *inode) rename(m move, now time.Time) {
	m.applyTo(n.names)
	n.moves = append(n.moves, m)
	n.modified = now
}

// sync brings everything to the disk.
func (n *inode) sync() {
	for _, c := range n.changes {
		n.medium = c.applyTo(n.medium)
	}
	for _, m := range n.moves {
		m.applyTo(n.kept)
	}
	n.changes, n.moves = nil, nil
}

// forget is a sync that failed: the bytes that were to be written count as written. Names
// stay to be written, since file systems keep a log of them.
func (n *inode) forget() { n.changes = nil }

// cut leaves what survives a power cut, of everything below n too.
func (n *inode) cut(rnd *rand.Rand) {
	if n.isDir() {
		for _, m := range n.moves[:rnd.IntN(len(n.moves)+1)] {
			m.applyTo(n.kept)
		}
		n.names, n.moves = maps.Clone(n.kept), nil
		for _, name := range slices.Sorted(maps.Keys(n.names)) { // by name, so that a seed gives one outcome
			n.names[name].cut(rnd)
		}
		return
	}
	for _, c := range n.changes {
		for _, part := range c.sectors() {
			if rnd.IntN(2) == 0 {
				n.medium = part.applyTo(n.medium)
			}
		}
	}
	n.data, n.changes = slices.Clone(n.medium), nil
}

// sectors divides a write into what reaches the disk or does not.
func (c change) sectors() []change {
	if c.data == nil {
		return []change{c}
	}
	var parts []change
	for off, rest := c.off, c.data; len(rest) > 0; {
		size := min(sector-int(off%sector), len(rest))
		parts = append(parts, change{off: off, data: rest[:size]})
		off, rest = off+int64(size), rest[size:]
	}
	return parts
}

func (c change) applyTo(b []byte) []byte {
	if c.data == nil {
		return sized(b, c.size)
	}
	b = sized(b, max(int64(len(b)), c.off+int64(len(c.data))))
	copy(b[c.off:], c.data)
	return b
}

// sized is b cut or filled with zeros.
func sized(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

func (m move) applyTo(names map[string]*inode) {
	for name, to := range m {
		if to == nil {
			delete(names, name)
		} else {
			names[name] = to
		}
	}
}
