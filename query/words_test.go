package query_test

import (
	"strings"
	"testing"

	"arr/audit"
	"arr/query"
)

func words(value string) string {
	var got []string
	query.Words([]byte(value), func(w []byte) { got = append(got, string(w)) })
	return strings.Join(got, "|")
}

// What a word is is part of the format: a line here may be added, never changed.
func TestWords(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{" .,;^~&|", ""},
		{"Patient Record", "patient|record"},
		{"Müller^Johanna^^Dr.", "muller|johanna|dr"},
		{"MU\u0308LLER", "muller"},
		{"\u0308", ""},
		{"a\u0308", "a"},
		{"Straße STRASSE", "strasse|strasse"},
		{"Ærø Øster Łódź Đoković Þór Œuvre", "aero|oster|lodz|dokovic|thor|oeuvre"},
		{"İstanbul ısı", "istanbul|isi"},
		{"ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ|σισυφοσ"},
		{"Čapek’s", "capek|s"},
		{"O'Brien-Smith", "o|brien|smith"},
		{"1.2.840.10008", "1|2|840|10008"},
		{"snake_case user@host PID-3", "snake|case|user|host|pid|3"},
		{"٣٤ 五百 ½", "٣٤|五百"},
		{"Юрий Ёлкин", "юрии|елкин"},
		{"한국", "한국"},
		{"M\xfcller J\xf6rg \x8aimon", "muller|jorg|simon"},
		{"a\x81b\x80c", "a|b|c"},
		{"x\xc3", "xa"},
		{"\xe2\x80\x93word\xe2\x80\x93", "word"},
		{"ab\u00adc", "ab|c"},
	} {
		if got := words(c.in); got != c.want {
			t.Errorf("words of %q = %q, want %q", c.in, got, c.want)
		}
	}
}

func forms(fields audit.FieldSet, value string) string {
	var got []string
	query.Forms(fields, []byte(value), func(f []byte) { got = append(got, string(f)) })
	return strings.Join(got, "|")
}

// What the forms of an id are is part of the format: a line here may be added, never
// changed.
func TestForms(t *testing.T) {
	user := audit.Fields(audit.FieldUserID, audit.FieldText)
	patient := audit.Fields(audit.FieldPatientID, audit.FieldObjectID, audit.FieldText)
	study := audit.Fields(audit.FieldStudy, audit.FieldObjectID)
	host := audit.Fields(audit.FieldHost)
	for _, c := range []struct {
		fields   audit.FieldSet
		in, want string
	}{
		{user, "jdoe", "jdoe"},
		{user, " \tJDoe\r\n", "JDoe"},
		{user, "a^b~c", "a^b~c"},
		{user, "", ""},
		{user, "<none>", ""},
		{user, "e\u0301", "é"},
		{user, "\u212A\xff", "K\xff"},
		{patient, "P1", "P1"},
		{patient, " P1 ^^^HOSP&1.2.3&ISO^MR", "P1"},
		{patient, "P1^^^A~P2^^^B~~<none>^^^C~P3", "P1|P2|P3"},
		{patient, "<none>^^^A", ""},
		{patient, "<none>", ""},
		{patient, "<none>~P1^^^<A>", "P1"},
		{patient, "^^^A", "^^^A"},
		{patient, "~", "~"},
		{study, "1.2.3", "1.2.3"},
		{study, "1.2.3~1.2.4", "1.2.3|1.2.4|1.2.3~1.2.4"},
		{study, "1.2.40.0.13.1.15.110.3.165.1", ""},
		{host, "PACS-1.Example.ORG", "pacs-1.example.org"},
		{host, "10.0.0.1", "10.0.0.1"},
		{host, "MÜNCHEN", "mÜnchen"},
		{audit.Fields(audit.FieldText, audit.FieldPatientName), "Müller^Jo", ""},
	} {
		if got := forms(c.fields, c.in); got != c.want {
			t.Errorf("forms of %q = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestHash(t *testing.T) {
	for in, want := range map[string]uint64{
		"":     0xefd01f60ba992926,
		"jdoe": 0x68182e356514c6cd,
	} {
		if got := query.Hash([]byte(in)); got != want {
			t.Errorf("hash of %q = %#x, want %#x", in, got, want)
		}
	}
}

// Upper case costs nothing either, but for the race detector, under which a pool
// forgets on purpose: BenchmarkWords shows it.
func TestASCIICostsNothing(t *testing.T) {
	value := []byte("patient record of somebody, 1.2.840.10008 and a long id that is more than thirty-two bytes")
	var n int
	yield := func(b []byte) { n += len(b) }
	if a := testing.AllocsPerRun(100, func() { query.Words(value, yield) }); a != 0 {
		t.Errorf("Words allocates %v times", a)
	}
	if a := testing.AllocsPerRun(100, func() { query.WordHashes(value, func(h uint64) { n += int(h) }) }); a != 0 {
		t.Errorf("WordHashes allocates %v times", a)
	}
	if a := testing.AllocsPerRun(100, func() { query.Forms(query.Indexed, value, yield) }); a != 0 {
		t.Errorf("Forms allocates %v times", a)
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte("Müller^Johanna \xfc \xc3 A1"))
	f.Add([]byte("MSH|^~\\&|RIS 20260301 abcü"))
	f.Fuzz(func(t *testing.T, value []byte) {
		var hashes []uint64
		query.WordHashes(value, func(h uint64) { hashes = append(hashes, h) })
		query.Words(value, func(w []byte) {
			if len(w) == 0 {
				t.Error("empty word")
			}
			if len(hashes) == 0 || hashes[0] != query.Hash(w) {
				t.Fatalf("word %q is not among the hashes, or not in its place", w)
			}
			hashes = hashes[1:]
			if again := words(string(w)); again != string(w) {
				t.Errorf("word %q folds to %q", w, again)
			}
		})
		if len(hashes) > 0 {
			t.Errorf("%d hashes are those of no word", len(hashes))
		}
		query.Forms(query.Indexed, value, func(form []byte) {
			if len(form) == 0 {
				t.Error("empty form")
			}
		})
	})
}

func BenchmarkWords(b *testing.B) {
	value := []byte(strings.Repeat("MSH|^~\\&|RIS|HOSPITAL|PACS|RAD|20260301120000||ADT^A08|4711|P|2.5 Grundmann^Erika^^^Dr. ", 10))
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		query.Words(value, func(w []byte) { n += len(w) })
	}
}

func BenchmarkWordHashes(b *testing.B) {
	value := []byte(strings.Repeat("MSH|^~\\&|RIS|HOSPITAL|PACS|RAD|20260301120000||ADT^A08|4711|P|2.5 Grundmann^Erika^^^Dr. ", 10))
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	n := uint64(0)
	for b.Loop() {
		query.WordHashes(value, func(h uint64) { n += h })
	}
}
