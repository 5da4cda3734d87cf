package journal

import (
	"bytes"
	"fmt"
)

// window is how much of a file is looked at at a time in search of a header.
const window = 256 << 10

// read gives n bytes from off on, all of which lie in the file, in *buf, which it
// replaces where it is too small.
func (r *reader) read(buf *[]byte, off, n int64) ([]byte, error) {
	if int64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	b := (*buf)[:n]
	if _, err := r.src.ReadAt(b, off); err != nil {
		return nil, fmt.Errorf("%d bytes at %d: %w", n, off, err)
	}
	return b, nil
}

// header reads the group's header at off; false where there is none.
func (r *reader) header(off int64) (header, bool, error) {
	if off+groupHeader > r.res.Size {
		return header{}, false, nil
	}
	b, err := r.read(&r.look, off, groupHeader)
	if err != nil {
		return header{}, false, err
	}
	h, ok := parseHeader(b, &r.id, off, r.res.Size)
	return h, ok, nil
}

// find gives the first group's header at off or behind it, -1 if there is none.
func (r *reader) find(off int64) (int64, header, error) {
	for off += -off & (align - 1); off+groupHeader <= r.res.Size; {
		b, err := r.read(&r.look, off, min(window, r.res.Size-off))
		if err != nil {
			return 0, header{}, err
		}
		for i := 0; i+groupHeader <= len(b); i += align {
			if [8]byte(b[i:]) != groupMagic {
				continue
			}
			if h, ok := parseHeader(b[i:], &r.id, off+int64(i), r.res.Size); ok {
				return h.offset, h, nil
			}
		}
		off += int64(len(b)-groupHeader)/align*align + align
	}
	return -1, header{}, nil
}

// wasDurable reports whether the bytes at offset at had been durable: what is known of
// the file from elsewhere, or a header from offset from on, says so.
func (r *reader) wasDurable(at, from int64) (bool, error) {
	if r.known.Durable > r.res.Next {
		return true, nil
	}
	for off := max(from, r.ahead); r.proven <= at; {
		found, h, err := r.find(off)
		if err != nil {
			return false, err
		}
		if found < 0 {
			r.ahead = r.res.Size
			return false, nil
		}
		r.proven = max(r.proven, h.durable)
		off = found + groupHeader
		r.ahead = off
	}
	return true, nil
}

// end gives the offset behind the file's last byte that is not zero, at least at.
func (r *reader) end(at int64) (int64, error) {
	if r.last == 0 {
		last, err := r.lastByte(0)
		if err != nil {
			return 0, err
		}
		r.last = last
	}
	return max(at, r.last), nil
}

// lastByte gives the offset behind the last byte from off on that is not zero; off
// if all are.
func (r *reader) lastByte(off int64) (int64, error) {
	for end := r.res.Size; end > off; {
		n := min(window, end-off)
		b, err := r.read(&r.look, end-n, n)
		if err != nil {
			return 0, err
		}
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			return end - n + int64(len(b)), nil
		}
		end -= n
	}
	return off, nil
}

func zero(b []byte) bool { return len(bytes.TrimRight(b, "\x00")) == 0 }
