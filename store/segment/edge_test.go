package segment_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// message is an audit message with what is between a participant object's tags.
func message(user, object string) []byte {
	return fmt.Appendf(nil, `<85>1 2026-02-03T04:05:06.789Z host app 1 DICOM+RFC3881 - <?xml version="1.0" encoding="UTF-8"?>`+
		`<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-02-03T04:05:06.7+01:00" EventOutcomeIndicator="0">`+
		`<EventID csd-code="110103" codeSystemName="DCM" originalText="DICOM Instances Accessed"/></EventIdentification>`+
		`<ActiveParticipant UserID="%s" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="pacs"/>`+
		`<ParticipantObjectIdentification ParticipantObjectID="1.2.3" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">`+
		`<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>%s`+
		`</ParticipantObjectIdentification></AuditMessage>`, user, object)
}

func instances(n int) string {
	var b strings.Builder
	b.WriteString(`<ParticipantObjectDescription><SOPClass UID="1.2.840.10008.5.1.4.1.1.2" NumberOfInstances="13000">`)
	for i := range n {
		fmt.Fprintf(&b, `<Instance UID="1.2.3.4.%d"/>`, 1000+i*i)
	}
	b.WriteString(`</SOPClass></ParticipantObjectDescription>`)
	return b.String()
}

func detail(value string) string {
	return `<ParticipantObjectDetail type="HL7v2 Message" value="` + value + `"/>`
}

// edgeFrames are blocks that are unlike any traffic.
var edgeFrames = map[string][][]byte{
	"one record":         {message("u", "")},
	"no bytes":           {{}, {}, {0}},
	"foreign":            {[]byte("<13>Oct 11 22:14:15 mymachine su: 'su root' failed"), []byte("hello"), []byte("\xff\xfe\x00")},
	"empty values":       {message("", ""), message("", detail("")), message("u", detail(""))},
	"13,000 instances":   {message("u", instances(13000)), message("v", instances(1)), message("u", instances(13000)), message("w", instances(2))},
	"oversize value":     {message("u", detail(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("PID|1||"), 100_000)))), message("u", detail("QQ=="))},
	"one byte, oversize": {append([]byte("<13>1 - - - - - - "), bytes.Repeat([]byte("A"), 300_000)...)},
	"base64 of any kind": {message("u", detail("QUJD")), message("u", detail("QUJ")), message("u", detail("QUI=")),
		message("u", detail("QUJ=")), message("u", detail("QU\nJD")), message("u", detail("&amp;")), message("u", detail("QUJD"))},
	"times of any kind": {
		[]byte("<13>1 2026-02-30T00:00:00Z h a p m - x"), []byte("<13>1 2026-02-28T23:59:60Z h a p m - x"),
		[]byte("<13>1 2026-02-28T23:59:59.999999+14:00 h a p m - x"), []byte("<13>1 0001-01-01T00:00:00-23:59 h a p m - x"),
		[]byte("<13>1 9999-12-31T23:59:59.000001Z h a p m - x"), []byte("<13>1 2026-02-28T23:59:59,5Z h a p m - x"),
		bytes.Replace(message("u", ""), []byte("06.7+01:00"), []byte("06.123456789"), 1),
		bytes.Replace(message("u", ""), []byte("06.7+01:00"), []byte("06"), 1),
	},
}

func TestRoundTripEdges(t *testing.T) {
	for name, frames := range edgeFrames {
		t.Run(name, func(t *testing.T) {
			entries := make([]audit.Entry, len(frames))
			for i := range frames {
				entries[i] = audit.Entry{Frame: frames[i], Received: int64(1-i) * 1_234_567, Flags: audit.Flags(i)}
			}
			records := parsed(4090, entries)[:min(len(entries), 6)]
			path, _ := write(t, records, segment.MaxRecords)
			compare(t, open(t, path, options(1<<20)), records)
		})
	}
}

func TestAllRawBlock(t *testing.T) {
	var entries []audit.Entry
	for i := range 300 {
		// UTF-16 is kept whole.
		frame := []byte{0xff, 0xfe}
		for _, c := range fmt.Sprintf(`<AuditMessage><ActiveParticipant UserID="u%d"/></AuditMessage>`, i) {
			frame = append(frame, byte(c), 0)
		}
		entries = append(entries, audit.Entry{Frame: frame})
	}
	records := parsed(0, entries)
	path, _ := write(t, records, segment.MaxRecords)
	s := open(t, path, options(1<<20))
	compare(t, s, records)
	for _, r := range records {
		if !r.Shape.Raw {
			t.Fatal("a frame in UTF-16 has a shape: this test needs another frame")
		}
	}
	var out segment.Bitmap
	leaf := &query.Leaf{Fields: audit.Fields(audit.FieldUserID), Match: func(v []byte) bool { return string(v) == "u17" }}
	if err := s.Blocks()[0].Match(leaf, nil, &out); err != nil || out.Count() != 1 || !out.Has(17) {
		t.Errorf("matched %d records, error %v", out.Count(), err)
	}
	blocks, err := s.TermBlocks(query.Hash([]byte("u299")), nil)
	if err != nil || len(blocks) != 1 {
		t.Errorf("term of a raw record: blocks %v, error %v", blocks, err)
	}
}

// TestFrameThatDoesNotFit checks that a frame comes back even where the parser's spans
// are wrong.
func TestFrameThatDoesNotFit(t *testing.T) {
	spoil := map[string]func(r *audit.Record){
		"span moved":    func(r *audit.Record) { r.Spans[2].Off++ },
		"span too long": func(r *audit.Record) { r.Spans[2].Len = 1 << 30 },
		"span missing":  func(r *audit.Record) { r.Spans = r.Spans[:3] },
		"span too many": func(r *audit.Record) { r.Spans = append(r.Spans, audit.Span{}) },
		"runs too many": func(r *audit.Record) { r.Runs = append(r.Runs, 1) },
	}
	for name, fn := range spoil {
		t.Run(name, func(t *testing.T) {
			records := parsed(0, []audit.Entry{{Frame: message("a", "")}, {Frame: message("zebra", "")}, {Frame: message("c", "")}})
			fn(records[1])
			path, _ := write(t, records, segment.MaxRecords)
			s := open(t, path, options(0))
			compare(t, s, records)
			if ok, err := s.Blocks()[0].MayHoldWord(query.Hash([]byte("zebra"))); !ok || err != nil {
				t.Errorf("word of the record that does not fit: %v, %v", ok, err)
			}
		})
	}
}

// TestKeyCollision checks that two skeletons of one key don't mix.
func TestKeyCollision(t *testing.T) {
	records := parsed(0, []audit.Entry{{Frame: message("a", "")}, {Frame: message("b", detail("QQ=="))}})
	forged := *records[1].Shape
	forged.Key = records[0].Shape.Key
	records[1].Shape = &forged
	path, _ := write(t, records, segment.MaxRecords)
	compare(t, open(t, path, options(0)), records)
}

func TestAddBlockRefuses(t *testing.T) {
	records := generated(0, 10)
	for name, in := range map[string]segment.BlockInput{
		"none":          {First: 0},
		"wrong numbers": {First: 1, Records: records},
		"not parsed":    {First: 0, Records: []*audit.Record{{}}},
		"not aligned":   {First: 4090, Records: generated(4090, 10)},
	} {
		w, err := segment.Create(t.TempDir()+"/x.seg", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.AddBlock(&in); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if err := w.Abort(); err != nil {
			t.Error(err)
		}
	}
}
