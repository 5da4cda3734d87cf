package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// ErrSkeleton says that bytes are not a skeleton.
var ErrSkeleton = errors.New("not a skeleton")

// AppendSkeleton appends a shape's skeleton to dst: for each slot the text
// before it, the column (unsigned varint), the kind (1 byte) and the joint; then
// the text after the last slot. A text is an unsigned varint length and its
// bytes; a joint is 0 if there is none, else its length plus one and its bytes.
// It starts with the number of slots (unsigned varint). What slots mean is not in
// it: that is derived, by a parser's Describe.
func AppendSkeleton(dst []byte, s *Shape) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.Slots)))
	for i := range s.Slots {
		slot := &s.Slots[i]
		dst = appendText(dst, s.Gaps[i])
		dst = binary.AppendUvarint(dst, uint64(slot.Column))
		dst = append(dst, byte(slot.Kind))
		if slot.Joint == nil {
			dst = append(dst, 0)
		} else {
			dst = binary.AppendUvarint(dst, uint64(len(slot.Joint))+1)
			dst = append(dst, slot.Joint...)
		}
	}
	return appendText(dst, s.Gaps[len(s.Slots)])
}

func appendText(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// ParseSkeleton reads what AppendSkeleton wrote from the start of b and gives the
// rest. The shape has Key, Gaps, Slots (without Fields) and Repeats; its texts are
// sub-slices of b. The error is ErrSkeleton.
func ParseSkeleton(b []byte) (s *Shape, rest []byte, err error) {
	start := b
	s = &Shape{}
	n, ok := takeUvarint(&b)
	if !ok || n > uint64(len(b))/4 {
		return nil, nil, ErrSkeleton
	}
	for range n {
		gap, ok := takeText(&b)
		if !ok {
			return nil, nil, ErrSkeleton
		}
		col, ok := takeUvarint(&b)
		if !ok || col >= MaxColumns || len(b) == 0 {
			return nil, nil, ErrSkeleton
		}
		slot := Slot{Column: Column(col), Kind: Kind(b[0])}
		b = b[1:]
		l, ok := takeUvarint(&b)
		if !ok || l > uint64(len(b))+1 {
			return nil, nil, ErrSkeleton
		}
		if l > 0 {
			slot.Joint, b = b[:l-1:l-1], b[l-1:]
			s.Repeats++
		}
		s.Gaps = append(s.Gaps, gap)
		s.Slots = append(s.Slots, slot)
	}
	gap, ok := takeText(&b)
	if !ok {
		return nil, nil, ErrSkeleton
	}
	s.Gaps = append(s.Gaps, gap)
	s.Key = SkeletonKey(start[:len(start)-len(b)])
	return s, b, nil
}

// SkeletonKey is the Key of the shape whose skeleton's bytes these are.
func SkeletonKey(skeleton []byte) (key [16]byte) {
	sum := sha256.Sum256(skeleton)
	copy(key[:], sum[:])
	return key
}

func takeUvarint(b *[]byte) (uint64, bool) {
	n, w := binary.Uvarint(*b)
	if w <= 0 {
		return 0, false
	}
	*b = (*b)[w:]
	return n, true
}

func takeText(b *[]byte) ([]byte, bool) {
	n, ok := takeUvarint(b)
	if !ok || n > uint64(len(*b)) {
		return nil, false
	}
	t := (*b)[:n:n]
	*b = (*b)[n:]
	return t, true
}
