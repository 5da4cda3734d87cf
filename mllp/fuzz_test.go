package mllp

import (
	"testing"
	"time"
)

// FuzzAnswers: whatever a message and an answer hold, each message is told of once, and
// what we answer ourselves is an acknowledgement that answers it.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5\rPID|||1\r"), []byte("MSH|^~\\&\rMSA|AA|1\r"))
	f.Add([]byte("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5|||AL|AL\r"), []byte("MSH|^~\\&\rMSA|CA|1\r"))
	f.Add([]byte("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5|||NE|NE\r"), []byte("\x15"))
	f.Add([]byte("MSH"), []byte("MSH$\nMSA$"))
	f.Add([]byte("MSHMSHM\rMSA"), []byte(""))
	f.Fuzz(func(t *testing.T, message, answer []byte) {
		told := 0
		p := pairs{tell: func(Exchange) { told++ }, room: newUnanswered(4000)}
		p.sent(readHeader(message), Exchange{Message: message})
		p.answered(answer)
		p.settle()
		p.settle()
		p.end(ErrNoAnswer)
		if told != 1 || p.waiting() || p.room.taken != 0 {
			t.Errorf("told of %d times, %d bytes wait", told, p.room.taken)
		}
		for _, a := range accept(message, time.Unix(0, 0)) {
			code, id, ok := acknowledgement(a)
			if !ok || code != "AA" && code != "CA" || id != readHeader(message).id {
				t.Errorf("%q answers %q", a, message)
			}
		}
	})
}
