package growth

import (
	"bytes"
	"strconv"
)

// Shape is a family of inputs: Head, so many times Open, Mid, as many times Close, Tail. Where
// a part has {n}, the number of the repetition stands in the input; those of Close count down,
// so that they end what Open began.
type Shape struct{ Head, Open, Mid, Close, Tail string }

// Of is the shape with about so many bytes of repetitions, one at least.
func (s *Shape) Of(size int) []byte {
	n := max(1, size/max(1, len(s.Open)+len(s.Close)))
	b := make([]byte, 0, len(s.Head)+size+size/4+len(s.Mid)+len(s.Tail))
	b = append(b, s.Head...)
	for i := range n {
		b = appendNumbered(b, s.Open, i)
	}
	b = append(b, s.Mid...)
	for i := range n {
		b = appendNumbered(b, s.Close, n-1-i)
	}
	return append(b, s.Tail...)
}

// appendNumbered appends part with i in place of {n}.
func appendNumbered(dst []byte, part string, i int) []byte {
	const mark = "{n}"
	rest := []byte(part)
	for {
		before, after, found := bytes.Cut(rest, []byte(mark))
		dst = append(dst, before...)
		if !found {
			return dst
		}
		dst, rest = strconv.AppendInt(dst, int64(i), 10), after
	}
}
