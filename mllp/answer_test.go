package mllp_test

import (
	"testing"
	"time"

	"arr/mllp"
)

func TestListenerAnswersItself(t *testing.T) {
	now := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	p := serve(t, &mllp.Proxy{Now: func() time.Time { return now }}, nil)
	c, _ := p.connect()
	for _, test := range []struct {
		message string
		want    []string
	}{
		{adt("1", ""), []string{"MSH|^~\\&|C|D|A|B|20261101100000+0000||ACK|1|P|2.5\rMSA|AA|1\r"}},
		{"MSH$%~\\&$A$B$C$D$$$ORM%O01$2$T$2.3.1\r", []string{"MSH$%~\\&$C$D$A$B$20261101100000+0000$$ACK$2$T$2.3.1\rMSA$AA$2\r"}},
		{"what?", []string{"MSH|^~\\&|||||20261101100000+0000||ACK||P|2.5\rMSA|AA|\r"}},
		{adt("3", "AL|AL"), []string{"MSH|^~\\&|C|D|A|B|20261101100000+0000||ACK|3|P|2.5\rMSA|CA|3\r", "MSH|^~\\&|C|D|A|B|20261101100000+0000||ACK|3|P|2.5\rMSA|AA|3\r"}},
		{adt("4", "NE|NE"), nil},
		{"\x06", nil},
	} {
		send(t, c, test.message)
		for _, want := range test.want {
			if got := receive(t, c); got != want {
				t.Errorf("answered %q\nwant %q", got, want)
			}
		}
		if test.message != "\x06" {
			if e := p.exchange(); string(e.Message) != test.message || len(e.Answers) != len(test.want) || e.Archive != nil {
				t.Errorf("told %+v", e)
			}
		}
	}
}
