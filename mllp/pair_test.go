package mllp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const (
	always  = "|||AL|AL"
	onError = "|||ER|NE"
)

func request(id, modes string) []byte {
	return []byte("MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|" + id + "|P|2.5" + modes + "\r")
}

func answer(code, id string) []byte {
	return []byte("MSH|^~\\&|C|D|A|B|20260101||ACK|x|P|2.5\rMSA|" + code + "|" + id + "\r")
}

// told are what pairs told of, as "ID: CODE CODE, ERROR".
type told []string

func (all *told) note(e Exchange) {
	var codes []string
	for _, a := range e.Answers {
		code, _, _ := acknowledgement(a)
		codes = append(codes, code)
	}
	verdict, _, _ := acknowledgement(e.Verdict())
	*all = append(*all, fmt.Sprintf("%s: %s=%s, %t", readHeader(e.Message).id, strings.Join(codes, " "), verdict, errors.Is(e.Err, ErrNoAnswer)))
}

// One that was accepted is told of though its application never answers, or answers too
// late; what comes late answers no other message.
func TestAcceptedMessagesSettle(t *testing.T) {
	var all told
	p := pairs{tell: all.note}
	send := func(id, modes string) {
		m := request(id, modes)
		p.sent(readHeader(m), Exchange{Message: m})
	}
	send("1", always)
	send("2", onError)
	send("3", "")
	p.answered(answer("CA", "1"))
	p.settle()
	if len(all) != 0 {
		t.Errorf("told too early: %q", all)
	}
	p.settle()
	p.answered(answer("AE", "1"))
	p.answered(answer("AA", "3"))
	if got := strings.Join(all, "; "); got != "1: CA=CA, false; 2: =, false; 3: AA=AA, false" || p.waiting() {
		t.Errorf("told %s", got)
	}
}

// An accept acknowledgement that comes behind the application's answers no other message.
func TestAnswersInTheOtherOrder(t *testing.T) {
	var all told
	p := pairs{tell: all.note}
	for _, id := range []string{"1", "2"} {
		m := request(id, always)
		p.sent(readHeader(m), Exchange{Message: m})
	}
	p.answered(answer("AE", "1"))
	p.answered(answer("CA", "1"))
	p.answered(answer("AA", "2"))
	if got := strings.Join(all, "; "); got != "1: AE=AE, false; 2: AA=AA, false" {
		t.Errorf("told %s", got)
	}
}

// What is open when the archive ends: accepted, not known to be, and refused.
func TestWhatIsOpenAtTheEnd(t *testing.T) {
	for _, c := range []struct{ modes, code, want string }{
		{always, "CA", "1: CA=CA, false"},
		{always, "", "1: =, true"},
		{onError, "", "1: =, false"},
		{"|||SU|NE", "", "1: =, true"},
		{"|||ER|ER", "CR", "1: CR=CR, false"},
		{"", "", "1: =, true"},
	} {
		var all told
		p := pairs{tell: all.note}
		m := request("1", c.modes)
		p.sent(readHeader(m), Exchange{Message: m})
		if c.code != "" {
			p.answered(answer(c.code, "1"))
		}
		p.end(ErrNoAnswer)
		if got := strings.Join(all, "; "); got != c.want {
			t.Errorf("%s, answered %q: told %s, want %s", c.modes, c.code, got, c.want)
		}
	}
}

// The application's answer counts, whichever comes first.
func TestVerdict(t *testing.T) {
	for codes, want := range map[string]string{"": "", "CA": "CA", "CA AE": "AE", "AE CA": "AE", "CR": "CR", "AA": "AA"} {
		var e Exchange
		for _, code := range strings.Fields(codes) {
			e.Answers = append(e.Answers, answer(code, "1"))
		}
		if got, _, _ := acknowledgement(e.Verdict()); got != want {
			t.Errorf("%s: the verdict is %s, want %s", codes, got, want)
		}
	}
}

// A batch is answered as a whole: by the id of its first message.
func TestBatch(t *testing.T) {
	var all told
	p := pairs{tell: all.note}
	m := append([]byte("FHS|^~\\&|A\rBHS|^~\\&|A\r\n"), append(request("7", ""), request("8", "")...)...)
	if id := readHeader(m).id; id != "7" {
		t.Errorf("the batch's id is %q", id)
	}
	p.sent(readHeader(m), Exchange{Message: m})
	p.answered(append([]byte("BHS|^~\\&|A\r"), append(answer("AA", "7"), answer("AE", "8")...)...))
	if got := strings.Join(all, "; "); got != "7: AA=AA, false" {
		t.Errorf("told %s", got)
	}
}
