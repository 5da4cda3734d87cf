package answer

import (
	"bufio"
	"strconv"
)

// frames is the frames as received, each as RFC 5425 section 4.3 frames it: length,
// a blank, bytes.
type frames struct {
	plain
	out *bufio.Writer
}

func (f *frames) record(v *view) error {
	var length [24]byte
	if _, err := f.out.Write(append(strconv.AppendInt(length[:0], int64(len(v.Frame)), 10), ' ')); err != nil {
		return err
	}
	_, err := f.out.Write(v.Frame)
	return err
}
