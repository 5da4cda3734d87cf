package answer

import (
	"strconv"
	"time"

	"arr/audit"
	"arr/schemas"
)

// keys are the keys of the ndjson record, in its order. Those with a dot are parts
// of others and shown where they are asked for by name.
var keys = []field{
	{name: "id",
		json: func(dst []byte, v *view) []byte { return strconv.AppendUint(dst, v.Number, 10) },
		text: func(v *view, yield func(string)) { yield(strconv.FormatUint(v.Number, 10)) }},
	timeKey("received", func(v *view) int64 { return v.Received }),
	timeKey("time", func(v *view) int64 { return v.Time }),
	{name: "event",
		json: func(dst []byte, v *view) []byte { return appendCoded(dst, v.msg().Event) },
		text: func(v *view, yield func(string)) { yield(label(v.msg().Event)) }},
	stringKey("event.code", func(v *view) string { return v.msg().Event.Code }),
	stringKey("event.system", func(v *view) string { return v.msg().Event.System }),
	stringKey("event.meaning", func(v *view) string { return v.msg().Event.Meaning() }),
	codedKey("types", func(v *view) []audit.Coded { return v.msg().EventTypes }),
	stringKey("action", func(v *view) string { return v.msg().Action }),
	stringKey("outcome", func(v *view) string { return v.msg().Outcome }),
	stringKey("outcomeDescription", func(v *view) string { return v.msg().OutcomeDescription }),
	codedKey("purpose", func(v *view) []audit.Coded { return v.msg().Purposes }),
	{name: "participants", json: appendParticipants, text: func(v *view, yield func(string)) {
		for i := range v.msg().Participants {
			yield(participantLabel(&v.msg().Participants[i]))
		}
	}},
	{name: "source", json: appendSource, text: sourceID},
	{name: "source.id", json: quoted(sourceID), text: sourceID},
	{name: "source.site", json: quoted(sourceSite), text: sourceSite},
	{name: "patients", json: appendPatients, text: func(v *view, yield func(string)) {
		for i := range v.msg().Objects {
			if o := &v.msg().Objects[i]; o.IsPatient() {
				yield(patientLabel(o))
			}
		}
	}},
	{name: "objects", json: appendObjects, text: func(v *view, yield func(string)) {
		for i := range v.msg().Objects {
			yield(v.msg().Objects[i].ID)
		}
	}},
	stringKey("transport", func(v *view) string { return v.Transport.String() }),
	stringKey("peer", func(v *view) string { return v.Peer }),
	stringKey("cert", func(v *view) string { return v.Cert.Subject }),
	stringKey("certSha256", func(v *view) string { return fingerprint(v.Cert) }),
	{name: "header", json: appendHeader, text: func(v *view, yield func(string)) {
		yield(v.hdr().Hostname)
		yield(v.hdr().App)
	}},
	{name: "header.pri", json: appendPriority, text: func(v *view, yield func(string)) {
		if p := v.hdr().Priority; p >= 0 {
			yield(strconv.Itoa(p))
		}
	}},
	stringKey("header.timestamp", func(v *view) string { return v.hdr().Timestamp }),
	stringKey("header.hostname", func(v *view) string { return v.hdr().Hostname }),
	stringKey("header.app", func(v *view) string { return v.hdr().App }),
	stringKey("header.procid", func(v *view) string { return v.hdr().ProcID }),
	stringKey("header.msgid", func(v *view) string { return v.hdr().MsgID }),
	stringKey("conformance", func(v *view) string { return v.Class.String() }),
	stringKey("dialect", func(v *view) string { return v.Dialect }),
	{name: "findings", json: appendFindings, text: func(v *view, yield func(string)) {
		for i := range v.Findings {
			yield(v.Findings[i].Code)
		}
	}},
}

func timeKey(name string, of func(*view) int64) field {
	return field{name: name,
		json: func(dst []byte, v *view) []byte {
			return append(appendTime(append(dst, '"'), of(v), time.UTC), '"')
		},
		text: func(v *view, yield func(string)) { yield(string(appendTime(nil, of(v), time.UTC))) }}
}

func stringKey(name string, of func(*view) string) field {
	return field{name: name,
		json: func(dst []byte, v *view) []byte { return appendString(dst, of(v)) },
		text: func(v *view, yield func(string)) { yield(of(v)) }}
}

func codedKey(name string, of func(*view) []audit.Coded) field {
	return field{name: name,
		json: func(dst []byte, v *view) []byte { return appendCodes(dst, of(v)) },
		text: func(v *view, yield func(string)) {
			for _, c := range of(v) {
				yield(label(c))
			}
		}}
}

// quoted makes a JSON string of the first text.
func quoted(text func(*view, func(string))) func([]byte, *view) []byte {
	return func(dst []byte, v *view) []byte {
		first := ""
		text(v, func(s string) {
			if first == "" {
				first = s
			}
		})
		return appendString(dst, first)
	}
}

func sourceID(v *view, yield func(string)) {
	for _, s := range v.msg().Sources {
		yield(s.ID)
	}
}

func sourceSite(v *view, yield func(string)) {
	for _, s := range v.msg().Sources {
		yield(s.EnterpriseSiteID)
	}
}

// label is what people call a coded value.
func label(c audit.Coded) string {
	if m := meaning(c); m != "" {
		return m
	}
	return c.Code
}

// meaning is what a coded value says it means, else what the standards' tables say.
func meaning(c audit.Coded) string {
	if m := c.Meaning(); m != "" || c.Code == "" {
		return m
	}
	return schemas.Codes.Meaning(c.System, c.Code)
}

// mostIDs is how many of a patient's ids are shown beside the name.
const mostIDs = 4

// patientLabel is what people call a patient: the name, and the ids.
func patientLabel(o *audit.ParticipantObject) string {
	id := o.ID
	if cx := audit.SplitCX(o.ID); len(cx) > 0 {
		id = cx[0].ID
		for _, more := range cx[1:min(len(cx), mostIDs)] {
			id += ", " + more.ID
		}
		if len(cx) > mostIDs {
			id += ", …"
		}
	}
	switch {
	case o.Name == "":
		return id
	case id == "":
		return o.Name
	}
	return o.Name + " (" + id + ")"
}

// participantLabel is what people call an active participant.
func participantLabel(p *audit.ActiveParticipant) string {
	switch {
	case p.UserName == "" || p.UserName == p.UserID:
		return p.UserID
	case p.UserID == "":
		return p.UserName
	}
	return p.UserName + " (" + p.UserID + ")"
}
