package mllp

import (
	"bytes"
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth reads blocks of many shapes, as messages and as the answers to them.
func FuzzGrowth(f *testing.F) {
	const header = "MSH|^~\\&|A|B|C|D|||ADT^A01|{n}|P|2.5|||AL|AL\r"
	shapes := []growth.Shape{
		{Open: "\v" + header + "\x1c\r"}, {Open: "\v\x1c\r"}, {Open: "\v"}, {Open: "\x1c"}, {Open: "\r"}, {Open: "\x1c\r"}, {Head: "\v", Open: "x"}, {Head: "\v", Open: "\x1cx"}, {Open: "x"},
		{Open: "\vMSH|^~\\&\rMSA|AA|{n}\r\x1c\r"}, {Open: "\vMSH|^~\\&\rMSA|CA|{n}\r\x1c\r"}, {Open: "\v\x15\x1c\r"}, {Open: "\v\x06\x1c\r"},
		{Head: "\vMSH", Open: "|", Tail: "\x1c\r"}, {Head: "\vMSH|^~\\&\r", Open: "MSA|AA|1\r", Tail: "\x1c\r"}, {Head: "\v", Open: "\r", Tail: "\x1c\r"},
	}
	growth.Fuzz(f, shapes, func(t testing.TB, stream []byte) {
		p := pairs{tell: func(Exchange) {}, room: newUnanswered(1 << 30)}
		for _, asks := range []bool{true, false} {
			r := NewReader(bytes.NewReader(stream), len(stream))
			for {
				b, err := r.Next()
				if err != nil {
					break
				}
				if asks {
					p.sent(readHeader(b), Exchange{Message: bytes.Clone(b)})
				} else {
					p.answered(bytes.Clone(b))
				}
			}
		}
		p.end(ErrNoAnswer)
	})
}
