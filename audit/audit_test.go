package audit_test

import (
	"bytes"
	"slices"
	"testing"

	"arr/audit"
)

func TestEntryRoundTrip(t *testing.T) {
	for _, e := range []audit.Entry{
		{},
		{Number: 1 << 40, Received: -5, Transport: audit.TransportTLS, Flags: audit.FlagCutAtClose, Peer: "192.0.2.1:514",
			Cert: audit.Cert{Subject: "CN=archive", SHA256: string(bytes.Repeat([]byte{7}, 32))}, Frame: bytes.Repeat([]byte("x"), 300)},
	} {
		b := audit.AppendEntry(nil, &e)
		if len(b) != audit.EntrySize(&e) {
			t.Errorf("EntrySize = %d, bytes = %d", audit.EntrySize(&e), len(b))
		}
		var got audit.Entry
		if err := audit.ParseEntry(b, &got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(audit.AppendEntry(nil, &got), b) || got.Peer != e.Peer || got.Number != e.Number || got.Received != e.Received {
			t.Errorf("got %+v, want %+v", got, e)
		}
		for i := range b {
			if audit.ParseEntry(b[:i], &got) == nil {
				t.Errorf("the first %d of %d bytes parsed", i, len(b))
			}
		}
		if audit.ParseEntry(append(b, 0), &got) == nil {
			t.Error("trailing byte parsed")
		}
	}
}

func TestPlainText(t *testing.T) {
	for _, c := range []struct {
		kind     audit.Kind
		in, want string
	}{
		{audit.KindText, "a&amp;b&#x41;&#66;&lt;&bogus;&", "a&bAB<&bogus;&"},
		{audit.KindText, "a\r\nb\tc", "a b c"},
		{audit.KindText, "&#0;&#xD800;", "&#0;&#xD800;"},
		{audit.KindBase64, "TVNI\nfA==", "MSH|"},
		{audit.KindBase64, "not base64!", "not base64!"},
	} {
		if got, _ := audit.PlainText(c.kind, []byte(c.in), nil); string(got) != c.want {
			t.Errorf("PlainText(%d, %q) = %q, want %q", c.kind, c.in, got, c.want)
		}
	}
}

func TestSkeletonRoundTrip(t *testing.T) {
	s := &audit.Shape{
		Gaps:  [][]byte{[]byte("<a x='"), []byte("' y='"), []byte("'/>")},
		Slots: []audit.Slot{{Column: 3, Kind: audit.KindUID, Joint: []byte("'/><a x='")}, {Column: 200}},
	}
	b := audit.AppendSkeleton(nil, s)
	got, rest, err := audit.ParseSkeleton(append(b, "rest"...))
	if err != nil || string(rest) != "rest" || got.Repeats != 1 {
		t.Fatalf("ParseSkeleton: %+v, rest %q, %v", got, rest, err)
	}
	if !bytes.Equal(audit.AppendSkeleton(nil, got), b) || got.Key != audit.SkeletonKey(b) {
		t.Error("skeleton changed on its way")
	}
	if !slices.EqualFunc(got.Gaps, s.Gaps, bytes.Equal) ||
		!slices.EqualFunc(got.Slots, s.Slots, func(a, b audit.Slot) bool {
			return a.Column == b.Column && a.Kind == b.Kind && bytes.Equal(a.Joint, b.Joint)
		}) {
		t.Errorf("gaps %q and slots %+v, want %q and %+v", got.Gaps, got.Slots, s.Gaps, s.Slots)
	}
	for i := range b {
		if _, _, err := audit.ParseSkeleton(b[:i]); err == nil {
			t.Errorf("the first %d of %d bytes parsed", i, len(b))
		}
	}
}

func TestSplitCX(t *testing.T) {
	got := audit.SplitCX("A^^^X&1.2&ISO~<none>~B^^^Y^MR~~C")
	want := []audit.CX{
		{Raw: "A^^^X&1.2&ISO", ID: "A", Authority: "X&1.2&ISO"},
		{Raw: "B^^^Y^MR", ID: "B", Authority: "Y", Type: "MR"},
		{Raw: "C", ID: "C"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("id %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestIsPatient(t *testing.T) {
	for _, c := range []struct {
		typ, role, idType string
		want              bool
	}{
		{"1", "1", "", true},
		{"01", "01", "", true},
		{"1", "10", "", false},
		{"", "", "2", true},
		{"01", "", "1", true},
		{"2", "", "2", false},
	} {
		o := audit.ParticipantObject{Type: c.typ, Role: c.role, IDType: audit.Coded{Code: c.idType}}
		if o.IsPatient() != c.want {
			t.Errorf("type %q, role %q, id type %q: patient %v", c.typ, c.role, c.idType, !c.want)
		}
	}
}
