package traffic

import (
	"encoding/base64"
	"strconv"
	"time"
)

// The layouts of the times that occur.
const (
	layoutMillis  = "2006-01-02T15:04:05.000Z07:00"
	layoutMicros  = "2006-01-02T15:04:05.000000Z07:00"
	layoutSeconds = "2006-01-02T15:04:05Z07:00"
	layoutHL7     = "20060102150405"
)

// localZone is the zone of those systems that write local time.
var localZone = time.FixedZone("", 3600)

// newBlanks names the blanks that texts of messages may have.
func newBlanks() map[string]blank {
	return map[string]blank{
		"time utc":      func(d []byte, m *moment) []byte { return m.at.AppendFormat(d, layoutMillis) },
		"time local":    func(d []byte, m *moment) []byte { return m.at.In(localZone).AppendFormat(d, layoutMillis) },
		"time seconds":  func(d []byte, m *moment) []byte { return m.at.In(localZone).AppendFormat(d, layoutSeconds) },
		"time hl7":      func(d []byte, m *moment) []byte { return m.at.In(localZone).AppendFormat(d, layoutHL7) },
		"sent utc":      func(d []byte, m *moment) []byte { return m.at.Add(m.lag).AppendFormat(d, layoutMillis) },
		"sent local":    func(d []byte, m *moment) []byte { return m.at.Add(m.lag).In(localZone).AppendFormat(d, layoutMillis) },
		"sent micros":   func(d []byte, m *moment) []byte { return m.at.Add(m.lag).In(localZone).AppendFormat(d, layoutMicros) },
		"control":       controlID,
		"control64":     inBase64(form{{"", controlID}}),
		"outcome":       func(d []byte, m *moment) []byte { return append(d, m.outcome...) },
		"failure":       appendFailure,
		"system host":   func(d []byte, m *moment) []byte { return append(d, m.system.host...) },
		"system app":    func(d []byte, m *moment) []byte { return append(d, m.system.app...) },
		"system pid":    func(d []byte, m *moment) []byte { return append(d, m.system.pid...) },
		"system ip":     func(d []byte, m *moment) []byte { return append(d, m.system.ip...) },
		"system source": func(d []byte, m *moment) []byte { return append(d, m.system.source...) },
		"system title":  func(d []byte, m *moment) []byte { return append(d, m.system.title...) },
		"user":          func(d []byte, m *moment) []byte { return append(d, m.user.id...) },
		"user name":     func(d []byte, m *moment) []byte { return append(d, m.user.name...) },
		"user host":     func(d []byte, m *moment) []byte { return append(d, m.user.host...) },
		"user ip":       func(d []byte, m *moment) []byte { return append(d, m.user.ip...) },
		"user role":     func(d []byte, m *moment) []byte { return append(d, m.user.role...) },
		"user code":     func(d []byte, m *moment) []byte { return append(d, m.user.roleCode...) },
		"doctor":        func(d []byte, m *moment) []byte { return append(d, m.visit.team[0].id...) },
		"doctor name":   func(d []byte, m *moment) []byte { return append(d, m.visit.team[0].name...) },
		"patient":       func(d []byte, m *moment) []byte { return append(d, m.visit.patient.id...) },
		"patient name":  func(d []byte, m *moment) []byte { return append(d, m.visit.patient.name...) },
		"patient birth": func(d []byte, m *moment) []byte { return append(d, m.visit.patient.birth...) },
		"patient sex":   func(d []byte, m *moment) []byte { return append(d, m.visit.patient.sex) },
		"patient home":  appendHome,
		"before":        func(d []byte, m *moment) []byte { return append(d, m.visit.before...) },
		"visit":         func(d []byte, m *moment) []byte { return append(d, m.visit.number...) },
		"ward":          func(d []byte, m *moment) []byte { return append(d, m.visit.ward...) },
		"study":         func(d []byte, m *moment) []byte { return append(d, m.visit.study...) },
		"earlier":       func(d []byte, m *moment) []byte { return append(d, m.visit.earlier...) },
		"mpps":          func(d []byte, m *moment) []byte { return append(d, m.visit.mpps...) },
		"accession":     func(d []byte, m *moment) []byte { return append(d, m.visit.accession...) },
		"images":        func(d []byte, m *moment) []byte { return strconv.AppendInt(d, int64(m.visit.images), 10) },
		"class":         func(d []byte, m *moment) []byte { return append(d, m.visit.examination.classes[0]...) },
		"class 2":       func(d []byte, m *moment) []byte { return append(d, m.visit.examination.classes[1]...) },
		"exam":          func(d []byte, m *moment) []byte { return append(d, m.visit.examination.name...) },
		"exam code":     func(d []byte, m *moment) []byte { return append(d, m.visit.examination.code...) },
		"exam kind":     func(d []byte, m *moment) []byte { return append(d, m.visit.examination.modality...) },
		"modality":      func(d []byte, m *moment) []byte { return append(d, m.visit.modality.title...) },
		"modality ip":   func(d []byte, m *moment) []byte { return append(d, m.visit.modality.ip...) },
		"archive":       func(d []byte, m *moment) []byte { return append(d, m.visit.archive.title...) },
		"archive ip":    func(d []byte, m *moment) []byte { return append(d, m.visit.archive.ip...) },
		"archive pid":   func(d []byte, m *moment) []byte { return append(d, m.visit.archive.pid...) },
		"viewer":        func(d []byte, m *moment) []byte { return append(d, m.visit.viewer.title...) },
		"viewer ip":     func(d []byte, m *moment) []byte { return append(d, m.visit.viewer.ip...) },
		"find study":    inBase64(form{{"", appendStudyQuery}}),
		"find worklist": inBase64(form{{"", appendWorklistQuery}}),
		"alert":         inBase64(form{{text: "The certificate that the node presented is not trusted"}}),
		"implicit":      func(d []byte, _ *moment) []byte { return base64.StdEncoding.AppendEncode(d, []byte(implicitVR)) },
	}
}

func controlID(dst []byte, m *moment) []byte {
	return strconv.AppendUint(dst, 100000000+m.control, 10)
}

// appendFailure tells why, where the outcome is not success.
func appendFailure(dst []byte, m *moment) []byte {
	if m.outcome == "0" {
		return dst
	}
	return append(dst, "<EventOutcomeDescription>Request refused: status 0xC001 (unable to process)</EventOutcomeDescription>"...)
}

func appendHome(dst []byte, m *moment) []byte {
	p := &m.visit.patient
	dst = append(append(dst, p.street...), ' ')
	dst = strconv.AppendInt(dst, int64(p.number), 10)
	post, town := p.city[:5], p.city[6:]
	return append(append(append(append(dst, "^^"...), town...), "^^"...), post...)
}
