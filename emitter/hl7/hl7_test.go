package hl7_test

import (
	"encoding/base64"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

func at() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func mapper() *hl7.Mapper {
	return &hl7.Mapper{Device: "archive", Host: "archive.example", ProcID: "42", Now: at}
}

// lines makes a message of segments.
func lines(segments ...string) []byte { return []byte(strings.Join(segments, "\r") + "\r") }

// msh is a header of a type.
func msh(kind string) string {
	return `MSH|^~\&|ADT|HOSPITAL|PACS|RADIOLOGY|20260304||` + kind + `|C1|P|2.5`
}

const pid = `PID|||17^^^H&1.2.3&ISO||DOE^JANE`

// brief says what a message is about: event, action, types, objects.
func brief(a *audit.Message) string {
	s := a.Event.Code + " " + a.Action
	for _, t := range a.EventTypes {
		s += " " + t.Code
	}
	for _, o := range a.Objects {
		s += " " + o.ID
		if o.LifeCycle != "" {
			s += "/" + o.LifeCycle
		}
		for _, n := range o.Accessions {
			s += "#" + n
		}
	}
	return s
}

func briefs(all []audit.Message) []string {
	var out []string
	for i := range all {
		out = append(out, brief(&all[i]))
	}
	return out
}

func TestWhatIsOwed(t *testing.T) {
	const cx = "17^^^H&1.2.3&ISO"
	order := func(kind, orc string, more ...string) []byte {
		return lines(append([]string{msh(kind), pid, orc, "OBR|1|P1|F1|||||||||||||||A77|RP1"}, more...)...)
	}
	for _, c := range []struct {
		name    string
		message []byte
		sent    bool
		did     hl7.Did
		want    []string
	}{
		{"admit", lines(msh("ADT^A01"), pid), false, 0, []string{"110110 C ITI-8 " + cx}},
		{"update", lines(msh("ADT^A08"), pid), false, 0, []string{"110110 U ITI-8 " + cx}},
		{"update that made the patient", lines(msh("ADT^A08"), pid), false, hl7.Created, []string{"110110 C ITI-8 " + cx}},
		{"nothing changed", lines(msh("ADT^A08"), pid), false, hl7.Nothing, []string{"110110 R ITI-8 " + cx}},
		{"transfer", lines(msh("ADT^A02"), pid), false, 0, []string{"110110 U ITI-31 " + cx}},
		{"cancelled admission", lines(msh("ADT^A11"), pid), false, 0, []string{"110110 U RAD-1 " + cx}},
		{"person", lines(msh("ADT^A28"), pid), true, 0, []string{"110110 C ITI-30 " + cx}},
		{"delete", lines(msh("ADT^A29"), pid), false, 0, []string{"110110 D " + cx}},
		{"merge", lines(msh("ADT^A40"), pid, "MRG|16||||||DOE^J"), false, 0, []string{"110110 U ITI-8 " + cx, "110110 D ITI-8 16"}},
		{"merge that made the target", lines(msh("ADT^A40"), pid, "MRG|16"), false, hl7.Created, []string{"110110 C ITI-8 " + cx, "110110 D ITI-8 16"}},
		{"merge, reported as a delete", lines(msh("ADT^A40"), pid, "MRG|16"), false, hl7.Deleted, []string{"110110 U ITI-8 " + cx, "110110 D ITI-8 16"}},
		{"merge of nobody", lines(msh("ADT^A40"), pid), false, 0, []string{"110110 U ITI-8 " + cx}},
		{"changed id", lines(msh("ADT^A47"), pid, "MRG|16"), false, 0, []string{"110110 U ITI-30 " + cx}},
		{"link of two", lines(msh("ADT^A24"), pid, "PID|||18"), false, 0, []string{"110110 U ITI-30 " + cx, "110110 U ITI-30 18"}},
		{"affinity domain", lines(msh("ADT^A43"), "PID|||X2~L2", "MRG|X1~L1"), false, 0, []string{"110110 U ITI-64 L2 L1 X2/1 X1/14"}},
		{"affinity domain, two changes", lines(msh("ADT^A43"), "PID|||X2~L2", "MRG|X1~L1", "PID|||L4", "MRG|L3"), false, 0,
			[]string{"110110 U ITI-64 L2 L1 X2/1 X1/14", "110110 U ITI-64 L4 L3"}},
		{"order", order("ORM^O01", "ORC|NW"), false, 0, []string{"110109 C RAD-2 " + cx + "#A77"}},
		{"order of the filler", order("ORM^O01", "ORC|SN"), true, 0, []string{"110109 C RAD-3 " + cx + "#A77"}},
		{"order cancelled", order("ORM^O01", "ORC|CA"), false, 0, []string{"110109 U RAD-2 " + cx + "#A77"}},
		{"procedure by ZDS", order("ORM^O01", "ORC|NW", "ZDS|1.2.3^100^Application^DICOM"), false, 0, []string{"110111 C RAD-4 1.2.3#A77 " + cx}},
		{"procedure update", order("ORM^O01", "ORC|XO", "ZDS|1.2.3"), false, 0, []string{"110111 U RAD-13 1.2.3#A77 " + cx}},
		{"procedures by IPC", order("OMI^O23", "ORC|NW", "IPC|A78|RP|1.2.4", "IPC|A79|RP|1.2.5"), false, 0,
			[]string{"110111 C RAD-4 1.2.4#A78 1.2.5#A79 " + cx}},
		{"procedures of several orders", order("OMI^O23", "ORC|NW", "IPC|A78|RP|1.2.4", "ORC|NW", "OBR||||||||||||||||||A79", "IPC||RP|1.2.5", "ORC|NW", "OBR||||||||||||||||||A80"), false, 0,
			[]string{"110111 C RAD-4 1.2.4#A78 1.2.5#A79 " + cx + "#A80"}},
		{"a study of several orders", order("ORM^O01", "ORC|NW", "ORC|NW", "OBR||||||||||||||||||A77", "ZDS|1.2.4"), false, 0, []string{"110111 C RAD-4 1.2.4#A77 " + cx}},
		{"reports without ORC", lines(msh("ORU^R01"), pid, "OBR|||F1|||||||||||||||A1", "OBX|1|ST|113014||1.2.4", "OBR|||F2", "OBX|1|ST|113014||1.2.5", "OBX|2|ST|113014||1.2.4"), false, 0,
			[]string{"110107 C RAD-28 1.2.4#A1#F2 1.2.5#F2 " + cx}},
		{"appointment", lines(msh("SIU^S12"), "SCH|1", pid), false, 0, []string{"110111 C RAD-48 " + cx}},
		{"report in", lines(msh("ORU^R01"), pid, "OBR||P|F^X", "OBX|1|ST|113014^DICOM Study^DCM||1.2.9"), false, 0, []string{"110107 C RAD-28 1.2.9#F " + cx}},
		{"report out", lines(msh("ORU^R01"), pid, "OBR||P|F"), true, 0, []string{"110106 R RAD-28 " + cx + "#F"}},
		{"report that changed nothing", lines(msh("ORU^R01"), pid), false, hl7.Nothing, nil},
		{"document", lines(msh("MDM^T02"), pid, "TXA|1|||||||||||||A5"), false, 0, []string{"110107 C " + cx + "#A5"}},
		{"query by name", lines(msh("QBP^Q22"), "QPD|Q22^Find|TAG1|@PID.3.1^5~@PID.3.4.1^H"), true, 0, []string{"110112 E ITI-21 5^^^H TAG1"}},
		{"query by id", lines(msh("QBP^Q23"), "QPD|IHE PIX|T2|5^^^H"), false, 0, []string{"110112 E ITI-9 5^^^H T2"}},
		{"answer", lines(msh("ACK^A01"), "MSA|AA|1"), false, 0, nil},
		{"unknown, with a patient", lines(msh("BAR^P01"), pid), false, 0, []string{"110110 U " + cx}},
		{"unknown, without", lines(msh("MFN^M01"), "MFI|x"), false, 0, nil},
		{"without a header", lines(pid), false, 0, []string{"110110 U " + cx}},
		{"nothing but a name", []byte("PID"), false, 0, []string{"110110 U <none>"}},
		{"nothing", nil, false, 0, nil},
	} {
		got := briefs(mapper().Audit(&hl7.Exchange{Message: c.message, Sent: c.sent, Did: c.did, Peer: "ris.example"}))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	ack := func(more ...string) []byte { return lines(append([]string{msh("ACK^A01")}, more...)...) }
	for _, c := range []struct {
		name          string
		dialect       emitter.Dialect
		ack           []byte
		err           error
		sent          bool
		want, text    string
		wantedActions string
	}{
		{"accepted", 0, ack("MSA|AA|C1"), nil, false, "0", "", "C"},
		{"no answer", 0, nil, nil, false, "0", "", "C"},
		{"refused", 0, ack("MSA|AE|C1|short", "ERR||PID^1^3|101|E||||Missing \\T\\ wrong"), nil, false, "4", "Missing & wrong", "C"},
		{"refused, with a diagnosis", 0, ack("MSA|AE|C1", "ERR|||101^missing^HL70357|E|||PID-3"), nil, false, "4", "PID-3", "C"},
		{"refused, with the error's name", 0, ack("MSA|AE|C1", "ERR|||101^missing^HL70357|E"), nil, false, "4", "missing", "C"},
		{"refused, old style", 0, ack("MSA|AR|C1|not known"), nil, true, "4", "not known", "C"},
		{"no verdict", 0, []byte("nonsense"), nil, false, "4", "the acknowledgement says neither that the message was accepted nor that it was refused", "C"},
		{"no connection", 0, nil, errors.New("connection refused"), true, "8", "connection refused", "C"},
		{"dcm4che, refused", emitter.DialectDcm4che, ack("MSA|AE|C1|no"), nil, false, "4", "no", "U"},
		{"dcm4che, refused without a text", emitter.DialectDcm4che, ack("MSA|AE|C1"), nil, false, "0", "", "U"},
		{"dcm4che, refused by another", emitter.DialectDcm4che, ack("MSA|AE|C1|no"), nil, true, "0", "", "U"},
	} {
		m := mapper()
		m.Dialect = c.dialect
		all := m.Audit(&hl7.Exchange{Message: lines(msh("ADT^A01"), pid), Ack: c.ack, Err: c.err, Sent: c.sent})
		if len(all) != 1 {
			t.Fatalf("%s: %d messages", c.name, len(all))
		}
		if a := all[0]; a.Outcome != c.want || a.OutcomeDescription != c.text || a.Action != c.wantedActions {
			t.Errorf("%s: %s %s %q, want %s %s %q", c.name, a.Action, a.Outcome, a.OutcomeDescription, c.wantedActions, c.want, c.text)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		name, want string
		message    []byte
	}{
		{"no header", "no MSH segment", lines(pid)},
		{"no separators", "no encoding characters", lines("MSHADT", pid)},
		{"header cut", "no type (MSH-9)", lines(`MSH|^~\&|ADT|HOSP`, pid)},
		{"no PID", "no patient id", lines(msh("ADT^A01"))},
		{"PID cut", "no patient id", lines(msh("ADT^A01"), "PID|1|")},
		{"all there", "", lines(msh("ADT^A01"), pid)},
	} {
		all := mapper().Audit(&hl7.Exchange{Message: c.message})
		if len(all) != 1 || !strings.Contains(all[0].OutcomeDescription, c.want) || c.want == "" && all[0].OutcomeDescription != "" {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
}

func TestManyPatients(t *testing.T) {
	message := lines(msh("ADT^A24"), strings.Repeat(pid+"\r", 1000))
	all := mapper().Audit(&hl7.Exchange{Message: message})
	if len(all) != 256 || !strings.Contains(all[255].OutcomeDescription, "first 256") {
		t.Errorf("%d messages", len(all))
	}
}

func TestSides(t *testing.T) {
	x := hl7.Exchange{Message: lines(msh("ADT^A01"), pid), Peer: "192.0.2.9"}
	for _, sent := range []bool{false, true} {
		x.Sent = sent
		a := mapper().Audit(&x)[0]
		own, peer := a.Participants[1], a.Participants[0]
		if sent {
			own, peer = peer, own
		}
		if own.AlternativeUserID != "42" || own.Host != "archive.example" || own.HostType != "1" {
			t.Errorf("sent %t: own side %+v", sent, own)
		}
		if peer.AlternativeUserID != "" || peer.Host != "192.0.2.9" || peer.HostType != "2" {
			t.Errorf("sent %t: other side %+v", sent, peer)
		}
		if s := a.Participants[0]; s.UserID != "HOSPITAL|ADT" || s.Requestor != "true" || s.Roles[0].Code != "110153" {
			t.Errorf("sent %t: source %+v", sent, s)
		}
		if d := a.Participants[1]; d.UserID != "RADIOLOGY|PACS" || d.Requestor != "false" || d.Roles[0].Code != "110152" {
			t.Errorf("sent %t: destination %+v", sent, d)
		}
	}
}

func TestOwnApplications(t *testing.T) {
	for app, want := range map[string]int{"": 2, "PACS|RADIOLOGY": 2, "PACS|*": 2, "*": 2, "OTHER|RADIOLOGY": 1, "PACS": 2, "PAC": 1} {
		m := mapper()
		m.Dialect = emitter.DialectDcm4che
		if app != "" {
			m.Apps = []string{app}
		}
		a := m.Audit(&hl7.Exchange{Message: lines(msh("ADT^A01"), pid)})[0]
		if len(a.Participants) != want || a.Participants[0].UserID != "ADT|HOSPITAL" {
			t.Errorf("%q: %d participants, want %d", app, len(a.Participants), want)
		}
	}
}

func TestQueryAnswered(t *testing.T) {
	x := hl7.Exchange{Message: lines(msh("QBP^Q22"), "QPD|Q22|T1|@PID.3.1^5~@PID.3.4.2^1.2~@PID.3.4.3^ISO"), Sent: true}
	for ack, want := range map[string]string{
		"PID|||^^^&&||DOE":         "110112 E ITI-21 5^^^&1.2&ISO T1",
		"PID|||6^^^H\rPID|||7^^^H": "110112 E ITI-21 6^^^H 7^^^H T1",
		"QAK|T1|NF":                "110112 E ITI-21 5^^^&1.2&ISO T1",
	} {
		x.Ack = lines(msh("RSP^K22"), "MSA|AA|C1", ack)
		if got := briefs(mapper().Audit(&x)); len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, want %q", ack, got, want)
		}
	}
}

func TestText(t *testing.T) {
	header := func(charset string) string { return `MSH|^~\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||` + charset }
	for _, c := range []struct{ name, charset, field, want string }{
		{"ASCII", "", "DOE^JANE", "DOE^JANE"},
		{"escapes", "", `A\F\B\S\C\T\D\R\E\E\F`, `A|B^C&D~E\F`},
		{"hexadecimal", "", `A\X4142\B\X0D\C`, "AABB\rC"},
		{"hexadecimal, in the character set", "8859/5", "A\\XB8\\\\X41\\\xd2\\XB8\\", "AИAвИ"},
		{"hexadecimal of UTF-8", "UNICODE UTF-8", `M\XC3BC\ller`, "Müller"},
		{"hexadecimal, cut", "8859/1", `A\XFCF\B`, `A\XFCF\B`},
		{"hexadecimal of nothing declared", "", `Zoë M\XFC\ller`, "Zoë Müller"},
		{"layout stays", "", `A\.br\B\H\C`, `A\.br\B\H\C`},
		{"no escape at the end", "", `A\F`, `A\F`},
		{"deleted", "", `""`, ""},
		{"Latin 1", "8859/1", "M\xfcller", "Müller"},
		{"Latin 9", "8859/15", "\xa4uro", "€uro"},
		{"Cyrillic", "8859/5", "\xb8\xd2\xd0\xdd", "Иван"},
		{"UTF-8", "UNICODE UTF-8", "Müller", "Müller"},
		{"UTF-8 by another name", "UTF-8", "Müller", "Müller"},
		{"undeclared UTF-8", "", "Müller", "Müller"},
		{"undeclared Latin 1", "", "M\xfcller", "Müller"},
		{"Japanese without escape sequences", "ISO IR87", "\xbb\xb3\xc5\xc4", "山田"},
		{"Japanese, supplement", "~ISO IR159", "\x1b$(D\x30\x21\x1b(B^A", "丂^A"},
		{"Japanese, half width", "ISO IR14", "\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ"},
		{"Japanese, as HL7 escapes it", "~ISO IR87", "A^\\M2442\\;3ED\\C2842\\B", "A^山田B"},
		{"Korean, switched to", "~KS X 1001", "Kim^\x1b$)C\xb1\xe8", "Kim^김"},
		{"Latin and Cyrillic", "8859/1~8859/5", "M\xfcller^\x1b-L\xb8\xd2\xd0\xdd\x1b-A\xfc", "Müller^Иванü"},
		{"unknown escape sequence", "~ISO IR87", "A\x1b%GB", "A\x1b%GB"},
		{"Japanese", "~ISO IR87", "Yamada^Tarou^^^^^L~\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "Yamada^Tarou^^^^^L~山田^太郎"},
		{"Chinese", "GB 18030-2000", "\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东"},
		{"Chinese with separators as second bytes", "BIG-5", "\xb3\x5c^\xa5\x5c", "許^功"},
		{"Korean", "KS X 1001", "\xb1\xe8", "김"},
		{"Taiwanese, for which there is no decoder", "CNS 11643-1992", "A\xb1", "A\ufffd"},
		{"Latin 2", "8859/2", "\xa3", "Ł"},
		{"Greek", "8859/7", "\xc1", "Α"},
		{"Hebrew", "8859/8", "\xe0", "א"},
		{"Turkish", "8859/9", "\xdd", "İ"},
		{"unknown name, UTF-8", "X", "Müller", "Müller"},
		{"control characters", "", "A\x01B", "A\x01B"},
	} {
		message := lines(header(c.charset), "PID|||1||"+c.field)
		all := mapper().Audit(&hl7.Exchange{Message: message})
		if got := all[0].Objects[0].Name; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSeparatorsOfTheMessage(t *testing.T) {
	message := lines("MSH#!*$%#A#B#C#D#1##ADT!A01#1#P#2.5", "PID###5!!!H*6##DOE!J$F$")
	a := mapper().Audit(&hl7.Exchange{Message: message})[0]
	if o := a.Objects[0]; o.ID != "5!!!H*6" || o.Name != "DOE!J#" || a.Participants[0].UserID != "B|A" {
		t.Errorf("%+v of %q", o, a.Participants[0].UserID)
	}
}

func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\r", "\n", "\r\n", "\r\r", "\n\r\n"} {
		message := []byte(strings.Join([]string{msh("ADT^A01"), "EVN", pid}, end))
		if got := briefs(mapper().Audit(&hl7.Exchange{Message: message})); len(got) != 1 || !strings.HasSuffix(got[0], "ISO") {
			t.Errorf("%q: %q", end, got)
		}
	}
}

func TestDetails(t *testing.T) {
	message := lines(msh("ADT^A01"), pid, "NTE|"+strings.Repeat("x", 2000))
	for _, c := range []struct {
		dialect emitter.Dialect
		sent    bool
		limit   int
		want    string
	}{
		{emitter.DialectIHE, false, 0, string(message)},
		{emitter.DialectIHE, false, 100, string(message[:97]) + "..."},
		{emitter.DialectDcm4che, false, 0, string(message[:997]) + "..."},
		{emitter.DialectDcm4che, true, 0, string(message)},
	} {
		m := mapper()
		m.Dialect, m.DetailLimit = c.dialect, c.limit
		a := m.Audit(&hl7.Exchange{Message: message, Sent: c.sent})[0]
		got := map[string]string{}
		for _, d := range a.Objects[0].Details {
			b, err := base64.StdEncoding.DecodeString(d.Value)
			if err != nil {
				t.Error(err)
			}
			got[d.Type] = string(b)
		}
		if got["HL7v2 Message"] != c.want || got["MSH-10"] != "C1" {
			t.Errorf("%v, limit %d: %q", c.dialect, c.limit, got)
		}
	}
}

func TestSplit(t *testing.T) {
	one, two := string(lines(msh("ADT^A01"), pid)), string(lines(msh("ADT^A08"), pid))
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"one", one, []string{one}},
		{"one that ends in blank lines", one + "\r\n\r\n", []string{one + "\r\n\r\n"}},
		{"one of MLLP", "\v" + one + "\x1c\r", []string{one}},
		{"two", one + two, []string{one, two}},
		{"two of MLLP", "\v" + one + "\x1c\r\v" + two + "\x1c\r", []string{one, two}},
		{"batch", "FHS|^~\\&|A\rBHS|^~\\&|B\r" + one + two + "BTS|2\rFTS|1\r", []string{one, two}},
		{"batch of none", "BHS|^~\\&|B\rBTS|0\r", nil},
		{"a part without a header", pid + "\r" + one, []string{pid + "\r", one}},
	} {
		var got []string
		for b := range hl7.Split([]byte(c.in)) {
			got = append(got, string(b))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPairs(t *testing.T) {
	message := func(id string) []byte { return lines(`MSH|^~\&|A|B|C|D|1||ADT^A01|` + id + `|P|2.5`) }
	ack := func(id string) []byte { return lines(`MSH|^~\&|C|D|A|B|1||ACK|X|P|2.5`, "MSA|AA|"+id) }
	for _, c := range []struct {
		name           string
		messages, acks []string
		want           []int // which acknowledgement each has
	}{
		{"in order", []string{"1", "2"}, []string{"1", "2"}, []int{0, 1}},
		{"out of order", []string{"1", "2", "3"}, []string{"3", "1"}, []int{1, -1, 0}},
		{"one control id for all", []string{"1", "1"}, []string{"1", "1"}, []int{0, 1}},
		{"one control id for more", []string{"1", "1", "1"}, []string{"1", "2", "1"}, []int{0, 2, -1}},
		{"none named", []string{"1", "2"}, []string{"", ""}, []int{0, 1}},
		{"another named", []string{"1"}, []string{"9"}, []int{0}},
		{"none", []string{"1"}, nil, []int{-1}},
		{"no message", nil, []string{"1"}, nil},
		{"no control ids", []string{"", ""}, []string{""}, []int{0, -1}},
	} {
		var messages, acks []byte
		for _, id := range c.messages {
			messages = append(messages, message(id)...)
		}
		starts := []int{}
		for _, id := range c.acks {
			starts = append(starts, len(acks))
			acks = append(acks, ack(id)...)
		}
		var got []int
		for _, one := range hl7.Pairs(messages, acks) {
			got = append(got, slices.IndexFunc(starts, func(at int) bool { return len(one) > 0 && &acks[at] == &one[0] }))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
