package answer

import (
	"encoding/hex"
	"strconv"
	"strings"

	"arr/audit"
)

// appendRecord appends the ndjson record: every key without a dot, in order, and
// those beyond the documented ones that have a value.
func appendRecord(dst []byte, v *view) []byte {
	v.open()
	dst = append(dst, '{')
	for i := range keys {
		k := &keys[i]
		if strings.IndexByte(k.name, '.') >= 0 || k.name == "certSha256" && v.Cert.SHA256 == "" {
			continue
		}
		dst = k.json(appendKey(dst, k.name), v)
	}
	if v.message == nil {
		dst = appendOptional(dst, "text", string(v.xml))
	}
	return append(dst, '}')
}

// appendSelected appends the chosen fields alone.
func appendSelected(dst []byte, v *view, fields []*field) []byte {
	dst = append(dst, '{')
	for _, f := range fields {
		dst = f.appendJSON(appendKey(dst, f.name), v)
	}
	return append(dst, '}')
}

func appendCoded(dst []byte, c audit.Coded) []byte {
	dst = append(dst, '{')
	dst = appendMember(dst, "code", c.Code)
	dst = appendMember(dst, "system", c.System)
	dst = appendMember(dst, "meaning", c.Meaning())
	return append(dst, '}')
}

func appendCodes(dst []byte, codes []audit.Coded) []byte {
	dst = append(dst, '[')
	for _, c := range codes {
		dst = appendCoded(appendComma(dst), c)
	}
	return append(dst, ']')
}

func appendParticipants(dst []byte, v *view) []byte {
	dst = append(dst, '[')
	list := v.msg().Participants
	for i := range list {
		p := &list[i]
		dst = append(appendComma(dst), '{')
		dst = appendMember(dst, "userId", p.UserID)
		dst = appendMember(dst, "altUserId", p.AlternativeUserID)
		dst = appendMember(dst, "userName", p.UserName)
		dst = strconv.AppendBool(appendKey(dst, "requestor"), p.IsRequestor())
		dst = appendCodes(appendKey(dst, "roles"), p.Roles)
		dst = appendMember(dst, "host", p.Host)
		dst = appendOptional(dst, "hostType", p.HostType)
		dst = appendKey(dst, "media")
		if p.Media == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendCoded(dst, *p.Media)
		}
		if p.IDType != nil {
			dst = appendCoded(appendKey(dst, "idType"), *p.IDType)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendSource appends the audit source. PS3.15 has exactly one; of RFC 3881's
// several the first is the source, since senders write themselves there.
func appendSource(dst []byte, v *view) []byte {
	var s audit.AuditSource
	if list := v.msg().Sources; len(list) > 0 {
		s = list[0]
	}
	dst = append(dst, '{')
	dst = appendMember(dst, "id", s.ID)
	dst = appendMember(dst, "site", s.EnterpriseSiteID)
	dst = appendCodes(appendKey(dst, "types"), s.Types)
	return append(dst, '}')
}

// patient is one identifier of a patient, or none where only a name or a
// placeholder was sent.
type patient struct{ id, authority, idType, name, raw string }

// eachPatient calls fn with every identifier of every patient.
func eachPatient(m *audit.Message, fn func(*patient)) {
	for i := range m.Objects {
		o := &m.Objects[i]
		if !o.IsPatient() {
			continue
		}
		ids := audit.SplitCX(o.ID)
		for _, cx := range ids {
			fn(&patient{id: cx.ID, authority: cx.Authority, idType: cx.Type, name: o.Name, raw: cx.Raw})
		}
		if len(ids) == 0 {
			fn(&patient{name: o.Name, raw: o.ID})
		}
	}
}

// mostPatients is how many bytes of patients are written at most, but for the first. Each
// id has the patient's name beside it, so a long name and many ids would grow without
// bound; the objects have all there is.
const mostPatients = 1 << 20

func appendPatients(dst []byte, v *view) []byte {
	dst = append(dst, '[')
	start := len(dst)
	eachPatient(v.msg(), func(p *patient) {
		if len(dst)-start > mostPatients {
			return
		}
		dst = append(appendComma(dst), '{')
		dst = appendMember(dst, "id", p.id)
		dst = appendMember(dst, "authority", p.authority)
		dst = appendMember(dst, "type", p.idType)
		dst = appendMember(dst, "name", p.name)
		dst = appendMember(dst, "raw", p.raw)
		dst = append(dst, '}')
	})
	return append(dst, ']')
}

func appendObjects(dst []byte, v *view) []byte {
	dst = append(dst, '[')
	list := v.msg().Objects
	for i := range list {
		dst = appendObject(appendComma(dst), &list[i])
	}
	return append(dst, ']')
}

func appendObject(dst []byte, o *audit.ParticipantObject) []byte {
	dst = append(dst, '{')
	dst = appendMember(dst, "id", o.ID)
	dst = appendCoded(appendKey(dst, "idType"), o.IDType)
	dst = appendMember(dst, "name", o.Name)
	dst = appendMember(dst, "type", o.Type)
	dst = appendMember(dst, "role", o.Role)
	dst = appendMember(dst, "lifecycle", o.LifeCycle)
	dst = appendMember(dst, "sensitivity", o.Sensitivity)
	dst = appendMember(dst, "query", o.Query)
	dst = appendOptional(dst, "queryText", decodedText(o.Query))
	dst = append(appendKey(dst, "details"), '[')
	for _, d := range o.Details {
		dst = append(appendComma(dst), '{')
		dst = appendMember(dst, "type", d.Type)
		dst = appendMember(dst, "value", d.Value)
		dst = appendOptional(dst, "text", decodedText(d.Value))
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	dst = appendStrings(dst, "studies", o.Studies)
	dst = appendStrings(dst, "accessions", o.Accessions)
	dst = append(appendKey(dst, "sopClasses"), '[')
	for i := range o.SOPClasses {
		c := &o.SOPClasses[i]
		dst = append(appendComma(dst), '{')
		dst = appendMember(dst, "uid", c.UID)
		dst = appendMember(dst, "numberOfInstances", c.NumberOfInstances)
		dst = appendStrings(dst, "instances", c.Instances)
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	if len(o.MPPS) > 0 {
		dst = appendStrings(dst, "mpps", o.MPPS)
	}
	if len(o.Descriptions) > 0 {
		dst = appendStrings(dst, "descriptions", o.Descriptions)
	}
	dst = appendOptional(dst, "encrypted", o.Encrypted)
	dst = appendOptional(dst, "anonymized", o.Anonymized)
	return append(dst, '}')
}

func appendHeader(dst []byte, v *view) []byte {
	h := v.hdr()
	dst = appendPriority(appendKey(append(dst, '{'), "pri"), v)
	dst = appendMember(dst, "timestamp", h.Timestamp)
	dst = appendMember(dst, "hostname", h.Hostname)
	dst = appendMember(dst, "app", h.App)
	dst = appendMember(dst, "procid", h.ProcID)
	dst = appendMember(dst, "msgid", h.MsgID)
	dst = appendOptional(dst, "structuredData", h.Struct)
	return append(dst, '}')
}

func appendPriority(dst []byte, v *view) []byte {
	if p := v.hdr().Priority; p >= 0 {
		return strconv.AppendInt(dst, int64(p), 10)
	}
	return append(dst, "null"...)
}

func appendFindings(dst []byte, v *view) []byte {
	dst = append(dst, '[')
	for i := range v.Findings {
		f := &v.Findings[i]
		dst = append(appendComma(dst), '{')
		dst = appendMember(dst, "code", f.Code)
		dst = appendMember(dst, "path", f.Path)
		dst = appendInt(dst, "offset", f.Off)
		dst = appendInt(dst, "length", f.Len)
		dst = appendMember(dst, "message", f.Message)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func fingerprint(c audit.Cert) string { return hex.EncodeToString([]byte(c.SHA256)) }
