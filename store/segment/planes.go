package segment

import "slices"

// Numbers are stored as planes: plane k holds byte k, counted from the lowest, of
// every number. The planes of numbers that are alike compress far better than varints,
// and a plane of zeros costs three bytes.

// number is what planes hold.
type number interface{ uint32 | uint64 }

// planes says where the planes of some numbers lie, lowest first. None: all are zero.
type planes []ref

// writePlanes writes vals; scratch is the writer's.
func writePlanes[T number](w *pageWriter, vals []T, scratch *[]byte) planes {
	var all T
	for _, v := range vals {
		all |= v
	}
	var p planes
	for shift := 0; all>>shift != 0; shift += 8 {
		b := slices.Grow((*scratch)[:0], len(vals))[:len(vals)]
		for i, v := range vals {
			b[i] = byte(v >> shift)
		}
		*scratch = b
		p = append(p, w.stream(b))
		if shift == 56 {
			break
		}
	}
	return p
}

func appendPlanes(dst []byte, p planes) []byte {
	dst = append(dst, byte(len(p)))
	for _, r := range p {
		dst = appendRef(dst, r)
	}
	return dst
}

// planes reads where the planes of n numbers of at most width bytes lie.
func (c *cursor) planes(n, width int) planes {
	count := int(c.byte())
	if count > width {
		c.fail()
		return nil
	}
	p := make(planes, count)
	for i := range p {
		p[i] = c.ref()
		if int(p[i].n) != n {
			c.fail()
			return nil
		}
	}
	return p
}

// readPlanes gives n numbers.
func readPlanes[T number](r *pageReader, p planes, n int) ([]T, error) {
	vals := make([]T, n)
	for k, at := range p {
		shift := 8 * k
		if at.kind == refFill {
			for i := range vals {
				vals[i] |= T(at.fill) << shift
			}
			continue
		}
		i := 0
		err := r.stream(at, func(piece []byte) {
			for _, b := range piece {
				vals[i] |= T(b) << shift
				i++
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return vals, nil
}
