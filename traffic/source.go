package traffic

// source is a SplitMix64 generator: its numbers are fixed by its definition, so
// that a seed means the same frames in every release of Go.
type source struct{ state uint64 }

func (s *source) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

// below gives a number from 0 to n-1.
func (s *source) below(n int) int {
	return int(s.next() >> 32 * uint64(n) >> 32)
}

// mix scatters z over all 64 bits.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
