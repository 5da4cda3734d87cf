package parser_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/parser"
)

// shared gives the directory of the shared samples, or skips the test.
func shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("ARR_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for dir = filepath.Join(at, "shared"); ; dir = filepath.Join(at, "shared") {
			if _, err := os.Stat(dir); err == nil || at == filepath.Dir(at) {
				break
			}
			at = filepath.Dir(at)
		}
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "corpus"))
	}
	if err != nil {
		t.Skip("the shared samples are not here: set ARR_SHARED to their directory")
	}
	return dir
}

// samples gives the shared files that match.
func samples(t testing.TB, match func(path string) bool) map[string][]byte {
	t.Helper()
	root := shared(t)
	files := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !match(path) {
			return err
		}
		b, err := os.ReadFile(path)
		files[path[len(root):]] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// headers are ways in which senders wrap the same message.
var headers = map[string]string{
	"ihe":         "<85>1 2026-11-23T14:53:00.123456Z archive dcm4chee 4711 IHE+RFC-3881 - ",
	"bom":         "<84>1 2026-11-23T14:53:00+01:00 archive dcm4chee 4711 DICOM+RFC3881 - \xEF\xBB\xBF",
	"structured":  `<85>1 2026-11-23T14:53:00Z archive arr - X [a@1 b="c\]\"d"][e@1] `,
	"nil":         "<85>1 - - - - - - ",
	"bad time":    "<85>1 20140210005309 archive arr - X - ",
	"bad pri":     "<8 5>1 2026-11-23T14:53:00Z archive arr - X - ",
	"no sd":       "<85>1 2026-11-23T14:53:00Z archive arr - X ",
	"bsd":         "<85>Nov 23 14:53:00 archive arr[12]: ",
	"bsd no host": "<85>Nov  3 14:53:00 arr: ",
	"bsd tag":     "<85>Nov  3 14:53:00 archive ",
	"bsd rfc3339": "<85>2026-11-23T14:53:00Z archive arr: ",
	"pri":         "<85>",
	"pri text":    "<85>something: ",
	"none":        "",
}

// headerNames are the names of headers in order, so that a fuzzer's number means one.
var headerNames = slices.Sorted(maps.Keys(headers))

// filled is the frame that a record's shape gives with the record's values in its slots.
func filled(rec *audit.Record) []byte {
	var frame []byte
	value, run := 0, 0
	for i := range rec.Shape.Slots {
		frame = append(frame, rec.Shape.Gaps[i]...)
		n := 1
		joint := rec.Shape.Slots[i].Joint
		if joint != nil {
			n = int(rec.Runs[run])
			run++
		}
		for k := range n {
			if k > 0 {
				frame = append(frame, joint...)
			}
			frame = append(frame, rec.Value(value)...)
			value++
		}
	}
	return append(frame, rec.Shape.Gaps[len(rec.Shape.Slots)]...)
}

// timeOf is when the event of a record happened.
func timeOf(rec *audit.Record) time.Time { return time.UnixMicro(rec.Time).UTC() }

// checkFrame parses a frame and checks what must hold of every record.
func checkFrame(t testing.TB, p *parser.Parser, frame []byte, flags audit.Flags) *audit.Record {
	t.Helper()
	rec := &audit.Record{Entry: audit.Entry{Frame: frame, Flags: flags, Received: 1_800_000_000_000_000}}
	p.Parse(rec)
	if got := filled(rec); !bytes.Equal(got, frame) {
		t.Fatalf("the shape gives another frame back:\n%q\n%q", got, frame)
	}
	checkShape(t, p, rec.Shape)
	rec.Each(^audit.FieldSet(0), func(f audit.FieldSet, v []byte) bool {
		if f == 0 {
			t.Error("a value of no field")
		}
		return true
	})
	for _, f := range rec.Findings {
		if f.Code == "" || f.Message == "" || f.Path == "" || f.Path[0] != '/' || f.Off < 0 || f.Len < 0 || f.Off+f.Len > len(frame) {
			t.Errorf("finding %+v in a frame of %d bytes", f, len(frame))
		}
	}
	// The first time again a parser scans a skeleton that it met, then it knows it.
	for _, other := range []*parser.Parser{p, p, parser.New(parser.Options{})} {
		checkAgain(t, other, rec)
	}
	if judged := rec.Class == audit.Conformant || rec.Class == audit.InDialect || rec.Class == audit.Deviating; judged && !rec.Shape.Raw {
		checkReadings(t, p, rec)
	}
	return rec
}

// checkAgain parses the frame of rec with p and wants the same.
func checkAgain(t testing.TB, p *parser.Parser, rec *audit.Record) {
	t.Helper()
	again := &audit.Record{Entry: rec.Entry}
	p.Parse(again)
	if again.Shape.Key != rec.Shape.Key || again.Class != rec.Class || again.Dialect != rec.Dialect ||
		again.Time != rec.Time || again.Dated != rec.Dated || again.Sent != rec.Sent ||
		!reflect.DeepEqual(again.Extra, rec.Extra) || !slices.Equal(again.Findings, rec.Findings) ||
		!slices.Equal(again.Spans, rec.Spans) || !slices.Equal(again.Runs, rec.Runs) {
		t.Fatalf("parsing again gave another record:\n%+v\n%+v", again, rec)
	}
}

// checkReadings checks that a record whose shape tells what its values are has the
// same values as one that is read for itself, which unframed ones always are.
func checkReadings(t testing.TB, p *parser.Parser, rec *audit.Record) {
	t.Helper()
	whole := &audit.Record{Entry: rec.Entry}
	whole.Flags |= audit.FlagUnframed
	p.Parse(whole)
	if !whole.Shape.Raw {
		t.Fatal("an unframed message has a shape")
	}
	if got, want := valueSet(rec), valueSet(whole); !maps.Equal(got, want) {
		t.Fatalf("values %v, read for themselves %v", got, want)
	}
}

// valueSet is the set of a record's values, those that say nothing apart.
func valueSet(rec *audit.Record) map[audit.FieldValue]bool {
	set := map[audit.FieldValue]bool{}
	rec.Each(^audit.Metadata, func(f audit.FieldSet, v []byte) bool {
		if len(v) > 0 {
			set[audit.FieldValue{Fields: f, Value: string(v)}] = true
		}
		return true
	})
	return set
}

// checkShape checks that a shape's skeleton alone gives it back.
func checkShape(t testing.TB, p *parser.Parser, s *audit.Shape) {
	t.Helper()
	if s.Raw {
		return
	}
	got, rest, err := audit.ParseSkeleton(audit.AppendSkeleton(nil, s))
	if err != nil || len(rest) > 0 {
		t.Fatalf("ParseSkeleton: %v, %d bytes left", err, len(rest))
	}
	p.Describe(got)
	if !reflect.DeepEqual(got, s) {
		t.Fatalf("Describe gives another shape than Parse:\n%+v\n%+v", got, s)
	}
}

// TestCorpus wraps what other vendors' software wrote in all kinds of headers.
func TestCorpus(t *testing.T) {
	files := samples(t, func(path string) bool {
		return !strings.Contains(path, "/hl7v2/") && !strings.Contains(path, "/fhir-auditevent/")
	})
	p := parser.New(parser.Options{})
	for name, b := range files {
		t.Run(name, func(t *testing.T) {
			for _, h := range headers {
				checkFrame(t, p, append([]byte(h), b...), 0)
			}
			for _, f := range []audit.Flags{audit.FlagTruncated, audit.FlagCutAtClose, audit.FlagUnframed} {
				checkFrame(t, p, b, f)
			}
		})
	}
}
