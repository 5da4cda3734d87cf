package scan_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"testing"

	"arr/scan"
)

// stricter are the faults that encoding/xml does not look for.
var stricter = []scan.FaultCode{
	scan.DuplicateAttribute, scan.UndeclaredPrefix, scan.BadNamespace, scan.MissingSpace,
	scan.TextOutsideRoot, scan.SecondRoot, scan.NoRoot, scan.BadCDATA, scan.Doctype, scan.SecondByteOrderMark,
	scan.BadDeclaration, scan.BadInstruction,
	scan.TooDeep, scan.TooManyAttributes, scan.TooManyNamespaces,
}

// accepts says whether encoding/xml reads all of doc. It takes anything between <! and > for
// a directive, of which XML knows no other than a document type.
func accepts(doc []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		token, err := d.Token()
		if err != nil {
			return err == io.EOF
		}
		if directive, ok := token.(xml.Directive); ok && !bytes.HasPrefix(directive, []byte("DOCTYPE")) {
			return false
		}
	}
}

// beyond says that a document uses what encoding/xml does not read as XML 1.0 has it:
// another version than 1.0, a document type, names of the fifth edition, and spaces
// in the closing of tags and in declarations that it takes differently.
func beyond(s *scan.Scanner, doc []byte) bool {
	return bytes.Contains(doc, []byte("<!DOCTYPE")) || bytes.Contains(doc, []byte("<?")) || s.Wide() ||
		bytes.Contains(doc, []byte("xmlns"))
}

func FuzzScan(f *testing.F) {
	for _, doc := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><AuditMessage><EventIdentification EventActionCode="E"/></AuditMessage>`,
		`<a xmlns:p="u" p:b="c&#x41;&amp;">text<![CDATA[<]]><!-- c --></a>`,
		"<a b='1' b='2'><c></a>", "\xEF\xBB\xBF <a", "<!DOCTYPE a [<!ENTITY n 'x'>]><a>&n;]]></a>", "<a b=\"<\xFF\x01&\"/>",
	} {
		f.Add([]byte(doc))
	}
	var s scan.Scanner
	f.Fuzz(func(t *testing.T, doc []byte) {
		checkTokens(t, &s, doc)
		noteOnly, excused := true, false
		for _, x := range s.Faults {
			if x.Off < 0 || x.Len < 0 || x.Off+x.Len > len(doc) {
				t.Fatalf("fault %+v in %d bytes", x, len(doc))
			}
			noteOnly = noteOnly && x.Code.Note()
			excused = excused || slices.Contains(stricter, x.Code)
		}
		if s.Malformed() == noteOnly {
			t.Fatalf("Malformed is %v, faults %v", s.Malformed(), s.Faults)
		}
		switch ok := accepts(doc); {
		case ok && s.Malformed() && !excused:
			t.Fatalf("encoding/xml accepts it, faults %v", s.Faults)
		case !ok && !s.Malformed() && !beyond(&s, doc):
			t.Fatal("encoding/xml refuses it")
		}
	})
}

// checkTokens scans doc and checks that tokens follow each other, lie inside the
// document and nest.
func checkTokens(t *testing.T, s *scan.Scanner, doc []byte) {
	last, depth := 0, 0
	for s.Reset(doc, 0); ; {
		kind := s.Next()
		if kind == scan.EOF {
			break
		}
		if s.Off < last || s.End < s.Off || s.End > len(doc) {
			t.Fatalf("token %d from %d to %d behind %d in %d bytes", kind, s.Off, s.End, last, len(doc))
		}
		last = s.End
		switch {
		case kind == scan.Start && !s.Empty:
			depth++
		case kind == scan.End:
			depth = s.Depth()
		case kind == scan.Text && s.Off == s.End:
			t.Fatal("empty text")
		}
		if s.Depth() != depth || depth > scan.MaxDepth {
			t.Fatalf("depth %d, counted %d", s.Depth(), depth)
		}
		if kind == scan.Start {
			checkAttributes(t, s)
		}
	}
	if len(s.Faults) > scan.MaxFaults {
		t.Fatalf("%d faults", len(s.Faults))
	}
}

func checkAttributes(t *testing.T, s *scan.Scanner) {
	at := s.Off
	for _, a := range s.Attrs {
		if a.NameOff < at || a.NameEnd < a.NameOff || a.Off <= a.NameEnd || a.End < a.Off || a.End >= s.End {
			t.Fatalf("attribute %+v behind %d in a tag that ends at %d", a, at, s.End)
		}
		at = a.End
	}
	if len(s.Attrs) > scan.MaxAttributes {
		t.Fatalf("%d attributes", len(s.Attrs))
	}
}
