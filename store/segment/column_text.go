package segment

import "encoding/binary"

// textWriter writes the distinct values of columns, one column after another.
type textWriter struct {
	pages          *pageWriter
	prefix, suffix []uint32
	lens           []uint32
	piece          []byte
	planes         []byte
}

const (
	// maxAffix is the longest beginning or end that a value shares with the one
	// before: it fits one plane.
	maxAffix = 255
	// affixLimit is the mean length above which values share too little of themselves
	// for affixes to pay.
	affixLimit = 200
)

// write writes a column's distinct values as pages and appends to dst: the planes of shared beginnings and
// ends where the flags have columnAffix, the planes of lengths, the number of pages
// (unsigned varint), and for each page how many values it holds (unsigned varint) and
// where it lies. A length is shifted left by one in a column of base64, with the
// lowest bit set where the value is marked.
func (t *textWriter) write(dst []byte, w *columnWriter) []byte {
	total := 0
	t.lens = t.lens[:0]
	for i, v := range w.plain {
		total += len(v)
		n := uint32(len(v))
		if w.flags&columnBase64 != 0 {
			n <<= 1
			if w.marked[i] {
				n |= 1
			}
		}
		t.lens = append(t.lens, n)
	}
	cuts := cut(w.plain)
	if total/max(len(w.plain), 1) <= affixLimit && t.share(w.plain, cuts)*4 >= total && total > smallPacked {
		w.flags |= columnAffix
		dst = appendPlanes(dst, writePlanes(t.pages, t.prefix, &t.planes))
		dst = appendPlanes(dst, writePlanes(t.pages, t.suffix, &t.planes))
	}
	dst = appendPlanes(dst, writePlanes(t.pages, t.lens, &t.planes))
	dst = binary.AppendUvarint(dst, uint64(len(cuts)))
	first := 0
	for _, end := range cuts {
		t.piece = t.piece[:0]
		for i := first; i < end; i++ {
			v := w.plain[i]
			if w.flags&columnAffix != 0 {
				v = v[t.prefix[i] : len(v)-int(t.suffix[i])]
			}
			t.piece = append(t.piece, v...)
		}
		dst = binary.AppendUvarint(dst, uint64(end-first))
		dst = appendRef(dst, t.pages.single(t.piece))
		first = end
	}
	return dst
}

// cut gives the ends of pages: as many values as fit pageSize, at least one.
func cut(values [][]byte) (ends []int) {
	size := 0
	for i, v := range values {
		if size+len(v) > pageSize && size > 0 {
			ends = append(ends, i)
			size = 0
		}
		size += len(v)
	}
	if len(values) > 0 {
		ends = append(ends, len(values))
	}
	return ends
}

// share fills prefix and suffix with how many bytes of its beginning and its end each
// value shares with the one before it on its page, and gives their sum.
func (t *textWriter) share(values [][]byte, cuts []int) (sum int) {
	t.prefix, t.suffix = t.prefix[:0], t.suffix[:0]
	first := 0
	for _, end := range cuts {
		var before []byte
		for _, v := range values[first:end] {
			n := min(len(v), len(before), maxAffix)
			p := 0
			for p < n && v[p] == before[p] {
				p++
			}
			n = min(len(v)-p, len(before)-p, maxAffix)
			s := 0
			for s < n && v[len(v)-1-s] == before[len(before)-1-s] {
				s++
			}
			t.prefix, t.suffix = append(t.prefix, uint32(p)), append(t.suffix, uint32(s))
			sum += p + s
			before = v
		}
		first = end
	}
	return sum
}
