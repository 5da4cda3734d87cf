package hl7_test

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

// dcm4cheMapper is what dcm4chee-arc would be.
func dcm4cheMapper() *hl7.Mapper {
	m := mapper()
	m.Dialect = emitter.DialectDcm4che
	return m
}

// TestDcm4cheOwes varies what the archive's published samples are of.
func TestDcm4cheOwes(t *testing.T) {
	const (
		cx    = "17^^^H&1.2.3&ISO"
		none  = "1.2.40.0.13.1.15.110.3.165.1"
		orc   = "ORC|NW|P1|F1||SC"
		uid19 = "2.25.8306615672720099948502801105922467113" // of A34C229F
	)
	var (
		ok      = lines(msh("ACK"), "MSA|AA|C1")
		refused = lines(msh("ACK"), "MSA|AE|C1|no", "ERR||PID^1^3|101|E||||no")
	)
	for _, c := range []struct {
		name    string
		message []byte
		ack     []byte
		sent    bool
		did     hl7.Did
		want    []string
	}{
		{"changed nothing", lines(msh("ADT^A08"), pid), ok, false, hl7.Nothing, []string{"110110 U " + cx}},
		{"read", lines(msh("ADT^A08"), pid), ok, false, hl7.Read, []string{"110110 U " + cx}},
		{"cancel", lines(msh("ADT^A11"), pid), ok, false, 0, []string{"110110 U " + cx}},
		{"link", lines(msh("ADT^A24"), pid, "PID|||18"), ok, false, 0, []string{"110110 U " + cx}},
		{"not known", lines(msh("BAR^P01"), pid), refused, false, 0, []string{"110110 U " + cx}},
		{"without a patient", lines(msh("ADT^A08")), refused, false, 0, nil},
		{"merge", lines(msh("ADT^A40"), pid, "MRG|16||||||DOE"), ok, false, 0, []string{"110110 C " + cx, "110110 D 16"}},
		{"merge into a known patient", lines(msh("ADT^A40"), pid, "MRG|16"), ok, false, hl7.Merged, []string{"110110 U " + cx, "110110 D 16"}},
		{"merge refused", lines(msh("ADT^A40"), "PID|||", "MRG|16"), refused, false, 0, []string{"110110 U <none>", "110110 D 16"}},
		{"merge of nobody", lines(msh("ADT^A40"), pid), refused, false, 0, []string{"110110 U " + cx}},
		{"two merges", lines(msh("ADT^A40"), pid, "MRG|16", "PID|||18", "MRG|15"), ok, false, hl7.Merged, []string{"110110 U " + cx, "110110 D 16"}},
		{"changed id", lines(msh("ADT^A47"), pid, "MRG|16"), ok, false, hl7.Updated, []string{"110110 U " + cx, "110110 D 16"}},
		{"merge sent", lines(msh("ADT^A40"), pid, "MRG|16"), ok, true, 0, []string{"110110 U " + cx, "110110 D 16"}},
		{"appointment", lines(msh("SIU^S14"), pid), ok, false, hl7.Created, []string{"110110 R " + cx}},
		{"appointment refused", lines(msh("SIU^S12"), pid), refused, false, 0, []string{"110110 R " + cx}},
		{"appointment sent", lines(msh("SIU^S12"), pid), ok, true, 0, []string{"110110 U " + cx}},
		{"order of a known patient", lines(msh("ORM^O01"), pid, orc, "ZDS|1.2^100^Application^DICOM"), ok, false, hl7.Updated,
			[]string{"110110 U " + cx, "110111 U 1.2^100^Application^DICOM " + cx}},
		{"order without a patient", lines(msh("OMG^O19"), orc, "IPC|A|R|1.3"), ok, false, hl7.Created, []string{"110111 C 1.3"}},
		{"order that no patient was made for", lines(msh("ORM^O01"), pid, orc), ok, false, hl7.Nothing, []string{"110110 U " + cx}},
		{"order refused", lines(msh("OMI^O23"), pid, orc, "IPC|A|R|1.3"), refused, false, 0, []string{"110110 U " + cx, "110111 U 1.3 " + cx}},
		{"several steps", lines(msh("OMI^O23"), pid, orc, "OBR||||||||||||||||||A|R", "IPC|A|R|1.3", "IPC|B|R|1.4"), ok, false, hl7.Created,
			[]string{"110110 C " + cx, "110111 C 1.3 " + cx}},
		{"ZDS hides IPC", lines(msh("OMI^O23"), pid, orc, "IPC|A|R|1.3", "ZDS|"), ok, false, hl7.Updated, []string{"110110 U " + cx, "110111 U " + uidOf("R") + " " + cx}},
		{"OBR hides IPC-2", lines(msh("OMI^O23"), pid, orc, "OBR|1", "IPC|A|R|"), ok, false, hl7.Updated, []string{"110110 U " + cx, "110111 U " + none + " " + cx}},
		{"requested procedure", lines(msh("OMI^O23"), pid, orc, "OBR||||||||||||||||||A|A34C229F"), ok, false, hl7.Updated,
			[]string{"110110 U " + cx, "110111 U " + uid19 + " " + cx}},
		{"requested procedure of two components", lines(msh("OMI^O23"), pid, orc, "IPC|A|R^H"), ok, false, hl7.Updated,
			[]string{"110110 U " + cx, "110111 U " + uidOf("R^H") + " " + cx}},
		{"new order sent", lines(msh("OMI^O23"), pid, "ORC|XO|||||"), ok, true, 0, []string{"110110 U " + cx, "110111 U " + none + " " + cx}},
		{"replaced order sent", lines(msh("OMI^O23"), pid, "ORC|XO||||SC"), ok, true, 0, []string{"110110 U " + cx, "110111 C " + none + " " + cx}},
		{"order sent without ORC", lines(msh("OMI^O23"), pid), ok, true, 0, []string{"110110 U " + cx}},
		{"the archive's OMI^O19", lines(msh("OMI^O19"), pid), ok, true, 0, []string{"110110 C " + cx}},
		{"notification refused", lines(msh("ORU^R01"), pid), refused, true, 0, []string{"110110 C " + cx}},
		{"report by default", lines(msh("ORU^R01"), pid, "OBX|1|ST|113014^DICOM Study^DCM||1.2.9"), ok, false, 0, nil},
		{"report refused", lines(msh("ORU^R01"), pid, "OBX|1|ST|113014^DICOM Study^DCM||1.2.9"), refused, false, 0, []string{"110110 U " + cx}},
		{"report imported", lines(msh("ORU^R01"), pid, "OBX|1|ST|113014^DICOM Study^DCM||1.2.9", "OBX|2|ST|^Study Instance UID||1.2.8"), ok, false, hl7.Created,
			[]string{"110110 C " + cx, "110104 C 1.2.9 " + cx, "110104 C 1.2.8 " + cx}},
		{"report without a study", lines(msh("ORU^R01"), pid), ok, false, hl7.Updated, []string{"110110 U " + cx, "110104 U " + none + " " + cx}},
		{"query received", lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^5"), ok, false, 0, nil},
		{"query not answered", lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^5"), nil, true, 0, nil},
		{"query answered", lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^5"), lines(msh("RSP^K22"), "MSA|AA|C1", pid), true, 0,
			[]string{"110112 E ITI-21 5 PatientVerificationScheduler"}},
		{"no header", lines(pid), refused, false, 0, nil},
		{"behind an empty line", lines(msh("ADT^A08"), "EVN", "", "", pid), ok, false, 0, nil},
		{"deleted values", lines(msh("ADT^A08"), `PID|||""||""`), ok, false, 0, []string{`110110 U ""`}},
	} {
		got := briefs(dcm4cheMapper().Audit(&hl7.Exchange{Message: c.message, Ack: c.ack, Sent: c.sent, Did: c.did}))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// uidOf has the UIDs that MD5 and a calculator give for requested procedures.
func uidOf(request string) string {
	return map[string]string{
		"R":   "2.25.300248862231259921118699506878960010198",
		"R^H": "2.25.204367218849841058901724365818241234784",
	}[request]
}

func TestDcm4cheOutcomes(t *testing.T) {
	query := lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^5")
	for _, c := range []struct {
		name         string
		message, ack []byte
		sent         bool
		want, text   string
	}{
		{"refused", lines(msh("ADT^A08"), pid), lines(msh("ACK"), "MSA|AR|C1|short", `ERR||PID^1^3|204|E||||A \T\ B`), false, "4", "A & B"},
		{"refused without ERR", lines(msh("ADT^A08"), pid), lines(msh("ACK"), "MSA|AE|C1|short"), false, "4", "short"},
		{"refused without a text", lines(msh("ADT^A08"), pid), lines(msh("ACK"), "MSA|AE|C1", "ERR||PID^1^3|101|E"), false, "0", ""},
		{"refused by another", lines(msh("ADT^A08"), pid), lines(msh("ACK"), "MSA|AR|C1|no"), true, "0", ""},
		{"found", query, lines(msh("RSP^K22"), "MSA|AA|C1", pid), true, "0", ""},
		{"not found", query, lines(msh("RSP^K22"), "MSA|AA|C1", "QAK|b|NF"), true, "4", ""},
	} {
		all := dcm4cheMapper().Audit(&hl7.Exchange{Message: c.message, Ack: c.ack, Sent: c.sent})
		if len(all) != 1 || all[0].Outcome != c.want || all[0].OutcomeDescription != c.text {
			t.Errorf("%s: %+v", c.name, all)
		}
	}
}

// seen says who takes part: user, type of the user's id, role, and whether it is the requestor.
func seen(a *audit.Message) string {
	var all []string
	for _, p := range a.Participants {
		s := p.UserID + " " + p.IDType.Code + " " + p.Roles[0].Code
		if p.AlternativeUserID != "" {
			s += " " + p.AlternativeUserID
		}
		if p.IsRequestor() {
			s += " requestor"
		}
		all = append(all, s+" "+p.Host+" "+p.HostType)
	}
	return strings.Join(all, "; ")
}

func TestDcm4cheParticipants(t *testing.T) {
	header := func(sender, receiver string) string {
		return `MSH|^~\&|` + sender + `|` + receiver + `|1||ADT^A01|C1|P|2.5`
	}
	const own = "archive.example 1"
	for _, c := range []struct {
		name, header string
		sent         bool
		apps         []string
		want         string
	}{
		{"raw fields", header(`A^1.2^ISO|F\T\G`, "B|"), false, nil, `A^1.2^ISO|F\T\G HL7APP 110153 requestor ` + own + "; B| HL7APP 110152 " + own},
		{"nobody", header("|", "|"), false, nil, "| HL7APP 110153 requestor " + own + "; | HL7APP 110152 " + own},
		{"names in UTF-8", header("Ä|Ö", "Ü|"), false, nil, "Ä|Ö HL7APP 110153 requestor " + own + "; Ü| HL7APP 110152 " + own},
		{"sent", header("A|F", "B|G"), true, nil, "A|F HL7APP 110153 requestor 192.0.2.9 2; B|G HL7APP 110152 " + own},
		{"received by another", header("A|F", "B|G"), false, []string{"C|G"}, "A|F HL7APP 110153 requestor " + own},
		{"sent to another", header("A|F", "B|G"), true, []string{"A|F"}, "A|F HL7APP 110153 requestor 192.0.2.9 2"},
		{"as a URI", header("A|F", "B|ward/5"), false, nil, "B|ward/5 12 110152 42 " + own + "; A|F 113871 110153 requestor " + own},
	} {
		m := dcm4cheMapper()
		m.Apps = c.apps
		all := m.Audit(&hl7.Exchange{Message: lines(c.header, pid), Sent: c.sent, Peer: "192.0.2.9"})
		if len(all) != 1 || seen(&all[0]) != c.want {
			t.Errorf("%s: %s, want %s", c.name, seen(&all[0]), c.want)
		}
	}
}

func TestDcm4cheDetails(t *testing.T) {
	long := strings.Repeat("x", 2000)
	header := msh("ADT^A08^ADT_A01")
	for _, c := range []struct {
		name         string
		message, ack string
		want         []string
	}{
		{"both", header + "\r" + pid + "\r", msh("ACK^A08^ACK") + "\rMSA|AA|C1\r",
			[]string{header + "\r" + pid + "\r", "ADT^A08", "C1", msh("ACK^A08^ACK") + "\rMSA|AA|C1", "ACK^A08", "C1"}},
		{"an answer without a last CR", header + "\r" + pid, msh("ACK") + "\rMSA|AA|C1",
			[]string{header + "\r" + pid, "ADT^A08", "C1", msh("ACK") + "\rMSA|AA|C1", "ACK", "C1"}},
		{"no answer", header + "\r" + pid + "\r", "", []string{header + "\r" + pid + "\r", "ADT^A08", "C1"}},
		{"no control id", `MSH|^~\&|A|B|C|D|1||ADT^A08||P` + "\r" + pid, "", []string{`MSH|^~\&|A|B|C|D|1||ADT^A08||P` + "\r" + pid, "ADT^A08"}},
		{"long", header + "\r" + pid + "\r" + long, msh("ACK") + "\r" + long + "\r",
			[]string{(header + "\r" + pid + "\r" + long)[:997] + "...", "ADT^A08", "C1", (msh("ACK") + "\r" + long)[:997] + "...", "ACK", "C1"}},
		{"MSH as text", header + "\r" + pid + "|MSH||||||||X|Y\r", msh("ACK") + "\rMSA|AA\r",
			[]string{header + "\r" + pid + "|", "ADT^A08", "C1", "MSH||||||||X|Y\r" + msh("ACK") + "\rMSA|AA", "X", "Y"}},
	} {
		x := hl7.Exchange{Message: []byte(c.message)}
		if c.ack != "" {
			x.Ack = []byte(c.ack)
		}
		var got []string
		for _, d := range dcm4cheMapper().Audit(&x)[0].Objects[0].Details {
			b, err := base64.StdEncoding.DecodeString(d.Value)
			if err != nil {
				t.Error(err)
			}
			got = append(got, string(b))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestDcm4cheText(t *testing.T) {
	header := func(charset string) string { return `MSH|^~\&|A|B|C|D|1||ADT^A08|1|P|2.5||||||` + charset }
	for _, c := range []struct{ name, charset, field, want string }{
		{"undeclared", "", "M\xfcller", "M\ufffdller"},
		{"undeclared UTF-8", "", "Mü", "M\ufffd\ufffd"},
		{"Latin 1", "8859/1", "M\xfcller", "Müller"},
		{"Latin 9 is unknown", "8859/15", "M\xfcller", "M\ufffdller"},
		{"several are unknown", "8859/1~ISO IR87", "M\xfcller", "M\ufffdller"},
		{"UTF-8", "UNICODE UTF-8", "Müller", "Müller"},
		{"repetitions and components stay", "", "DOE^JANE~ROE^JANE", "DOE^JANE~ROE^JANE"},
		{"escapes", "", `QU\R\EEN\F\\S\\T\\E\\.br\`, `QU~EEN|^&\\.br\`},
		{"hexadecimal, in the character set", "8859/1", `M\XFC\ller`, "Müller"},
		{"hexadecimal of a separator", "", `A\X7C\B`, `A\X7C\B`},
		{"hexadecimal of a segment's end", "", `A\X0D\B`, "A"},
		{"no hexadecimal", "", `A\XYZ\B`, `A\XYZ\B`},
	} {
		all := dcm4cheMapper().Audit(&hl7.Exchange{Message: lines(header(c.charset), "PID|||1||"+c.field)})
		if got := all[0].Objects[0].Name; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
