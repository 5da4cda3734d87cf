package integrity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"golang.org/x/mod/sumdb/tlog"
)

// BlockRecords is how many records share a block and its key: a full block, aligned on
// the record number, is one node of the tree at BlockLevel.
const (
	BlockRecords = 1 << BlockLevel
	BlockLevel   = 12
)

// SaltSize is the length of a leaf's salt in bytes.
const SaltSize = 16

// Key is a block's random key.
type Key [32]byte

// Leaves hashes the records of one block after the other. The zero value is ready. It is
// for one goroutine.
type Leaves struct {
	key  Key
	mac  hash.Hash
	leaf hash.Hash
	// head is the leaf's prefix and salt, num the record's number, sum a hash's
	// result: in the struct, since what goes through hash.Hash escapes.
	head [1 + SaltSize]byte
	num  [8]byte
	sum  [sha256.Size]byte
}

// Salt gives the salt of record number under key.
func (l *Leaves) Salt(key *Key, number uint64) (salt [SaltSize]byte) {
	if l.mac == nil || l.key != *key {
		l.key = *key
		l.mac = hmac.New(sha256.New, key[:])
	}
	binary.BigEndian.PutUint64(l.num[:], number)
	l.mac.Reset()
	l.mac.Write(l.num[:])
	copy(salt[:], l.mac.Sum(l.sum[:0]))
	return salt
}

// Hash gives the leaf of the record with this number and these canonical bytes.
func (l *Leaves) Hash(key *Key, number uint64, canonical []byte) tlog.Hash {
	salt := l.Salt(key, number)
	copy(l.head[1:], salt[:])
	if l.leaf == nil {
		l.leaf = sha256.New()
	}
	l.leaf.Reset()
	l.leaf.Write(l.head[:])
	l.leaf.Write(canonical)
	return tlog.Hash(l.leaf.Sum(l.sum[:0]))
}
