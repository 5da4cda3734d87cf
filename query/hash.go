package query

const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

// Hash is the 64-bit hash under which terms and words are stored: FNV-1a over the
// bytes, then MurmurHash3's finaliser, since FNV's upper bits are weak for short
// values. It is part of the format: it never changes.
func Hash(b []byte) uint64 {
	h := uint64(hashSeed)
	for _, c := range b {
		h = (h ^ uint64(c)) * hashPrime
	}
	return finish(h)
}

func finish(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
