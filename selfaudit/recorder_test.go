package selfaudit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arr/audit"
	"arr/parser"
	"arr/selfaudit"
)

// recorder keeps what it is handed.
type recorder struct {
	mu      sync.Mutex
	entries []audit.Entry
	err     error
	wait    chan struct{} // if it is set, nothing is taken before it is closed
}

func (r *recorder) HandleFrames(ctx context.Context, entries []audit.Entry) error {
	if r.wait != nil {
		select {
		case <-r.wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, entries...)
	return r.err
}

// values has all values of a field.
func values(r *audit.Record, f audit.Field) (all []string) {
	r.Each(1<<f, func(_ audit.FieldSet, value []byte) bool {
		all = append(all, string(value))
		return true
	})
	return all
}

func refusal(peer string) selfaudit.Refusal {
	return selfaudit.Refusal{Peer: peer, URI: "tls://192.0.2.1:6514", Reason: "refused a TLS handshake: <&>\x00 \"no certificate\""}
}

// run runs f with a recorder, and gives what was stored by its end.
func run(t *testing.T, h *recorder, f func(r *selfaudit.Recorder)) selfaudit.Stats {
	t.Helper()
	r := selfaudit.New(selfaudit.Options{Handler: h, Host: "arr.example", Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	f(r)
	cancel()
	<-done
	return r.Stats()
}

// An alert is an audit message as the standard has it, that says who was refused and why.
func TestAlert(t *testing.T) {
	h := &recorder{}
	run(t, h, func(r *selfaudit.Recorder) { r.Refused(refusal("192.0.2.7")) })
	if len(h.entries) != 1 {
		t.Fatalf("%d records", len(h.entries))
	}
	if h.entries[0].Transport != audit.TransportSelf || h.entries[0].Received == 0 {
		t.Errorf("the entry is %+v", h.entries[0])
	}
	record := audit.Record{Entry: h.entries[0]}
	parser.New(parser.Options{}).Parse(&record)
	if record.Class != audit.Conformant || len(record.Findings) != 0 {
		t.Errorf("%s, findings %+v\n%s", record.Class, record.Findings, record.Frame)
	}
	for field, want := range map[audit.Field]string{
		audit.FieldEvent: "110113", audit.FieldType: "110126", audit.FieldOutcome: "4", audit.FieldSource: "arr@arr.example",
		audit.FieldHost: "192.0.2.7", audit.FieldObjectID: "tls://192.0.2.1:6514",
	} {
		if got := values(&record, field); !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("field %v is %q, want %q in it\n%s", field, got, want, record.Frame)
		}
	}
	if !bytes.Contains(record.Frame, []byte(`&quot;no certificate&quot;`)) && !bytes.Contains(record.Frame, []byte(`"no certificate"`)) {
		t.Errorf("the reason is missing: %s", record.Frame)
	}
}

// A peer has one record a minute, which says of how many refusals none was made.
func TestOncePerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorder{}
		st := run(t, h, func(r *selfaudit.Recorder) {
			for range 1000 {
				r.Refused(refusal("192.0.2.7"))
			}
			r.Refused(refusal("192.0.2.8"))
			synctest.Wait()
			if len(h.entries) != 2 {
				t.Errorf("%d records of two peers", len(h.entries))
			}
			time.Sleep(time.Minute)
			r.Refused(refusal("192.0.2.7"))
		})
		if len(h.entries) != 3 || st != (selfaudit.Stats{Recorded: 3}) {
			t.Fatalf("%d records, %+v", len(h.entries), st)
		}
		if frame := string(h.entries[2].Frame); !strings.Contains(frame, "; 999 more refusals of this peer") {
			t.Errorf("the third says nothing of the others: %s", frame)
		}
	})
}

// However many peers there are, memory and the store are bounded, and callers do not wait.
func TestManyPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorder{}
		st := run(t, h, func(r *selfaudit.Recorder) {
			for i := range 5000 {
				r.Refused(refusal(fmt.Sprint("peer ", i)))
				if i%100 == 0 {
					synctest.Wait()
				}
			}
			time.Sleep(time.Minute)
			r.Refused(refusal("another"))
		})
		if st.Recorded != 4097 || st.Dropped != 904 || len(h.entries) != 4097 {
			t.Errorf("%+v, %d records", st, len(h.entries))
		}
	})
}

// A clock that is set back keeps nothing from being recorded.
func TestClockSetBack(t *testing.T) {
	h, now := &recorder{}, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := selfaudit.New(selfaudit.Options{Handler: h, Now: func() time.Time { return now }})
	r.Refused(refusal("192.0.2.7"))
	now = now.Add(-time.Hour)
	r.Refused(refusal("192.0.2.7"))
	r.Refused(refusal("192.0.2.7"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Run(ctx)
	if len(h.entries) != 2 {
		t.Errorf("%d records", len(h.entries))
	}
}

// A store that takes nothing keeps nobody waiting; what is left at the end is given up.
func TestStoreThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorder{wait: make(chan struct{})}
		st := run(t, h, func(r *selfaudit.Recorder) {
			for i := range 300 {
				r.Refused(refusal(fmt.Sprint("peer ", i)))
				synctest.Wait()
			}
		})
		if st.Recorded != 0 || st.Dropped != 300 {
			t.Errorf("%+v", st)
		}
	})
	st := run(t, &recorder{err: errors.New("the disk is full")}, func(r *selfaudit.Recorder) { r.Refused(refusal("192.0.2.7")) })
	if st != (selfaudit.Stats{Dropped: 1}) {
		t.Errorf("a store that fails: %+v", st)
	}
}
