package emitter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
)

func builder() *emitter.Builder {
	return &emitter.Builder{
		Source: audit.AuditSource{ID: "archive"},
		Now:    func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600)) },
	}
}

var (
	jane    = emitter.Person("jane", "192.0.2.1")
	pacs    = emitter.Process("PACS", "pacs.example")
	patient = emitter.Patient("17^^^H", "DOE^JANE")
	study   = []audit.ParticipantObject{emitter.Study("1.2.3", audit.SOPClass{UID: "1.2.840.10008.5.1.4.1.1.2", NumberOfInstances: "2"})}
	all     = []audit.ParticipantObject{patient}
)

func TestBuilders(t *testing.T) {
	b := builder()
	for want, build := range map[string]func() (*audit.Message, error){
		"110100 E 110120": func() (*audit.Message, error) { return b.ApplicationActivity(true, pacs) },
		"110100 E 110121": func() (*audit.Message, error) { return b.ApplicationActivity(false, pacs, emitter.With(jane)) },
		"110101 R":        func() (*audit.Message, error) { return b.AuditLogUsed(jane, "https://arr.example") },
		"110102 E":        func() (*audit.Message, error) { return b.BeginTransferring(pacs, jane, patient, study) },
		"110106 R": func() (*audit.Message, error) {
			return b.DataExport(jane, emitter.Media("disc 1", "110033"), all, study)
		},
		"110107 C":        func() (*audit.Message, error) { return b.DataImport(jane, emitter.Media("disc 1", "110032"), all, nil) },
		"110103 R":        func() (*audit.Message, error) { return b.InstancesAccessed("R", jane, patient, study) },
		"110104 C":        func() (*audit.Message, error) { return b.InstancesTransferred("C", pacs, jane, patient, study) },
		"110105 D":        func() (*audit.Message, error) { return b.StudyDeleted(jane, patient, study) },
		"110108 E 110124": func() (*audit.Message, error) { return b.NetworkEntry(true, pacs) },
		"110108 E 110125": func() (*audit.Message, error) { return b.NetworkEntry(false, pacs) },
		"110112 E": func() (*audit.Message, error) {
			return b.Query(jane, pacs, emitter.DICOMQuery("1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.1.2", []byte{8, 0}))
		},
		"110112 E ITI-18": func() (*audit.Message, error) {
			return b.Query(jane, pacs, emitter.IHEQuery("ITI-18", "q", []byte("<q/>")), emitter.Transaction("ITI-18"))
		},
		"110113 E 110126": func() (*audit.Message, error) {
			return b.SecurityAlert("110126", pacs, emitter.About(emitter.AlertSubject("https://x.example", "no certificate")), emitter.Failed("4", "refused"))
		},
		"110114 E 110122": func() (*audit.Message, error) { return b.UserAuthentication(true, jane) },
		"110114 E 110123": func() (*audit.Message, error) { return b.UserAuthentication(false, jane) },
		"110109 C":        func() (*audit.Message, error) { return b.OrderRecord("C", jane, patient) },
		"110110 U":        func() (*audit.Message, error) { return b.PatientRecord("U", jane, patient) },
		"110111 D":        func() (*audit.Message, error) { return b.ProcedureRecord("D", jane, patient, study) },
	} {
		m, err := build()
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		got := m.Event.Code + " " + m.Action
		for _, c := range m.EventTypes {
			got += " " + c.Code
		}
		if got != want || m.DateTime != "2026-03-04T05:06:07.000+01:00" || m.Event.OriginalText == m.Event.Code {
			t.Errorf("%s: %s, %+v", want, got, m)
		}
	}
}

func TestBuildersRefuse(t *testing.T) {
	b := builder()
	for want, build := range map[string]func() (*audit.Message, error){
		"wrong-action":         func() (*audit.Message, error) { return b.InstancesTransferred("D", pacs, jane, patient, study) },
		"missing-object":       func() (*audit.Message, error) { return b.StudyDeleted(jane, patient, nil) },
		"missing-access-point": func() (*audit.Message, error) { return b.UserAuthentication(true, emitter.Person("jane", "")) },
		"missing-media-type":   func() (*audit.Message, error) { return b.DataExport(jane, emitter.Process("disc", ""), all, nil) },
		"wrong-requestor":      func() (*audit.Message, error) { return b.NetworkEntry(true, jane) },
		"bad-uid": func() (*audit.Message, error) {
			return b.InstancesAccessed("R", jane, patient, []audit.ParticipantObject{emitter.Study("1.02")})
		},
		"too-many-objects":      func() (*audit.Message, error) { return b.PatientRecord("U", jane, patient, emitter.About(patient)) },
		"EventOutcomeIndicator": func() (*audit.Message, error) { return b.PatientRecord("U", jane, patient, emitter.Failed("5", "")) },
		"/@EventActionCode":     func() (*audit.Message, error) { return b.PatientRecord("X", jane, patient) },
	} {
		m, err := build()
		var invalid *emitter.InvalidError
		if m != nil || !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
