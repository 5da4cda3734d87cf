package emitter

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// maxLengthDigits is how long a MSG-LEN may be.
const maxLengthDigits = 10

// maxFrame is the longest frame that a Reader takes, in bytes.
const maxFrame = 64 << 20

// AppendCounted appends frame with octet counting: MSG-LEN SP SYSLOG-MSG (RFC 5425
// section 4.3).
func AppendCounted(dst, frame []byte) []byte {
	dst = append(strconv.AppendInt(dst, int64(len(frame)), 10), ' ')
	return append(dst, frame...)
}

// FramingError says where a stream is not octet counted.
type FramingError struct {
	// Offset is where the frame begins, in bytes from the stream's start; Frame
	// counts the frames before it.
	Offset int64
	Frame  int
	reason string
}

func (e *FramingError) Error() string {
	return fmt.Sprintf("frame %d at byte %d: %s: frames are written as their length in decimal, a blank and so many bytes (RFC 5425)",
		e.Frame+1, e.Offset, e.reason)
}

// Reader reads octet-counted frames one after another.
type Reader struct {
	r      *bufio.Reader
	frame  []byte
	offset int64
	count  int
}

// NewReader makes a Reader of a stream that holds octet-counted frames and nothing
// between them.
func NewReader(r io.Reader) *Reader { return &Reader{r: bufio.NewReaderSize(r, batchBytes)} }

// Next gives the next frame, which is valid until the next call. At the stream's
// end it is io.EOF, where the framing is broken a *FramingError, else what reading
// failed with.
func (r *Reader) Next() ([]byte, error) {
	length, digits, err := r.length()
	if err != nil {
		return nil, err
	}
	if cap(r.frame) < length {
		r.frame = make([]byte, length)
	}
	n, err := io.ReadFull(r.r, r.frame[:length])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, r.broken(fmt.Sprintf("the input ends after %d of %d bytes", n, length))
	}
	if err != nil {
		return nil, fmt.Errorf("read frame %d: %w", r.count+1, err)
	}
	r.offset += int64(digits + 1 + length)
	r.count++
	return r.frame[:length], nil
}

// length reads MSG-LEN and the blank.
func (r *Reader) length() (length, digits int, err error) {
	for {
		c, err := r.r.ReadByte()
		switch {
		case err == io.EOF && digits == 0:
			return 0, 0, io.EOF
		case err == io.EOF:
			return 0, 0, r.broken("the input ends within the length")
		case err != nil:
			return 0, 0, fmt.Errorf("read frame %d: %w", r.count+1, err)
		case c == ' ' && digits > 0:
			if length > maxFrame {
				return 0, 0, r.broken(fmt.Sprintf("a length of %d bytes is over the limit of %d", length, maxFrame))
			}
			return length, digits, nil
		case c < '0' || c > '9' || c == '0' && digits == 0 || digits == maxLengthDigits:
			return 0, 0, r.broken("no length stands there")
		}
		length = 10*length + int(c-'0')
		digits++
	}
}

func (r *Reader) broken(reason string) error {
	return &FramingError{Offset: r.offset, Frame: r.count, reason: reason}
}
