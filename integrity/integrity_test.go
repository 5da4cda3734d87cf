package integrity_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arr/integrity"
)

func TestLeafIsSaltedRecordHash(t *testing.T) {
	var leaves integrity.Leaves
	for _, c := range []struct {
		key    integrity.Key
		number uint64
	}{{integrity.Key{1}, 0}, {integrity.Key{1}, 1}, {integrity.Key{2}, 1 << 40}, {integrity.Key{1}, 1}} {
		mac := hmac.New(sha256.New, c.key[:])
		for i := 7; i >= 0; i-- {
			mac.Write([]byte{byte(c.number >> (8 * i))})
		}
		salt := mac.Sum(nil)[:integrity.SaltSize]
		want := tlog.RecordHash(append(salt, "canonical"...))
		if got := leaves.Hash(&c.key, c.number, []byte("canonical")); got != want {
			t.Errorf("leaf %d = %v, want %v", c.number, got, want)
		}
	}
}

// TestCoverAgreesWithTlog builds trees of 1 to 40 leaves with tlog's own storage and
// compares every covering node's hash with what tlog stored for it.
func TestCoverAgreesWithTlog(t *testing.T) {
	const n = 40
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	var leaves []tlog.Hash
	for i := range n {
		data := fmt.Appendf(nil, "record %d", i)
		leaves = append(leaves, tlog.RecordHash(data))
		hashes, err := tlog.StoredHashes(int64(i), data, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	for first := range n {
		for end := first + 1; end <= n; end++ {
			nodes := integrity.Cover(uint64(first), uint64(end))
			hashes := integrity.CoverHashes(uint64(first), append([]tlog.Hash(nil), leaves[first:end]...))
			at := uint64(first)
			for i, node := range nodes {
				if node.Index<<node.Level != at {
					t.Fatalf("cover of [%d,%d): node %d starts at %d, want %d", first, end, i, node.Index<<node.Level, at)
				}
				at += 1 << node.Level
				if want := stored[tlog.StoredHashIndex(node.Level, int64(node.Index))]; hashes[i] != want {
					t.Errorf("cover of [%d,%d): node %+v has another hash than tlog's", first, end, node)
				}
			}
			if at != uint64(end) {
				t.Errorf("cover of [%d,%d) ends at %d", first, end, at)
			}
		}
	}
}

func TestFullBlockIsOneNode(t *testing.T) {
	got := integrity.Cover(3*integrity.BlockRecords, 4*integrity.BlockRecords)
	if len(got) != 1 || got[0] != (integrity.Node{Level: integrity.BlockLevel, Index: 3}) {
		t.Errorf("cover of a full block = %v", got)
	}
}

func BenchmarkLeaf(b *testing.B) {
	var leaves integrity.Leaves
	key := integrity.Key{1}
	data := make([]byte, 1800)
	b.SetBytes(int64(len(data)))
	for i := range b.N {
		leaves.Hash(&key, uint64(i), data)
	}
}
