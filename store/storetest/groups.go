package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/query"
	"arr/query/querytest"
)

// Groups asks an empty backend which values are the most frequent, among more that a sender
// made up than frequent ones. The answers must be the model's, but for what they say that
// they lack. It returns how many say so.
func Groups(t *testing.T, b Backend, parse func(*audit.Record)) (lacking int) {
	t.Helper()
	const usual, distinct = 400, 2000
	var model querytest.Slice
	user := func(i int) string {
		switch {
		case i%(distinct/usual) != 0:
			return fmt.Sprintf("made-up-%d-%s", i, strings.Repeat("x", i%3*1000))
		case i%4 != 0:
			return fmt.Sprintf("u%d", i%30)
		}
		return "night-shift"
	}
	entries := make([]audit.Entry, distinct)
	for i := range entries {
		entries[i] = audit.Entry{Received: int64(i), Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: fmt.Appendf(nil,
			`<85>1 2026-01-04T10:00:00Z h%d a 1 IHE+RFC-3881 - <AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-01-04T10:00:00Z" EventOutcomeIndicator="0">`+
				`<EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification><ActiveParticipant UserID="%s" UserIsRequestor="true"/>`+
				`<AuditSourceIdentification AuditSourceID="s"/></AuditMessage>`, i%7, user(i))}
	}
	for batch := range slices.Chunk(entries, 500) {
		if err := b.HandleFrames(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		for _, e := range batch {
			r := &audit.Record{Entry: e}
			parse(r)
			model = append(model, r)
		}
	}
	for _, q := range []query.Question{
		{Text: "*", By: "user"}, {Text: "*", By: "user", Top: 1}, {Text: "*", By: "user", Top: 5}, {Text: "*", By: "user", Top: 500},
		{Text: "user:u*", By: "user", Top: 3}, {Text: "user:made*", By: "user", Top: 3}, {Text: "*", By: "hostname"}, {Text: "*", By: "event", Top: 2},
	} {
		p, err := query.Compile(q, query.Env{Now: time.UnixMicro(0), Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		got, sum := buckets(t, b, p)
		want, whole := buckets(t, model, p)
		want = slices.DeleteFunc(want, func(b query.Bucket) bool { return b.Count <= sum.Unlisted })
		if !slices.Equal(got, want) || sum.Complete != (sum.Unlisted == 0) || sum.Count != whole.Count {
			t.Errorf("question %+v: complete=%v, without those of %d: %d of %d values, want %d of %d", q, sum.Complete, sum.Unlisted, len(got), sum.Count, len(want), whole.Count)
		}
		if sum.Unlisted > 0 {
			lacking++
		}
	}
	return lacking
}

func buckets(t *testing.T, s query.Searcher, p *query.Plan) (list []query.Bucket, sum query.Summary) {
	t.Helper()
	sum, err := s.Search(context.Background(), p, query.Sink{Bucket: func(b query.Bucket) error {
		list = append(list, b)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return list, sum
}
