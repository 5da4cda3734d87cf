package hl7_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
	"arr/parser"
)

// parsed reads an audit message.
func parsed(t *testing.T, xml []byte) *audit.Message {
	t.Helper()
	frame := append([]byte("<85>1 - - - - IHE+RFC-3881 - "), xml...)
	_, m, _ := new(parser.Parser).Message(&audit.Entry{Frame: frame})
	if m == nil {
		t.Fatal("it is no audit message")
	}
	return m
}

// content takes away what differs from run to run: times, hosts, process ids, and what a
// REST call adds, after which the archive's application is not the requestor.
func content(m *audit.Message) *audit.Message {
	c := *m
	c.DateTime = ""
	c.Participants = slices.Clone(m.Participants)
	all := len(c.Participants)
	c.Participants = slices.DeleteFunc(c.Participants, func(p audit.ActiveParticipant) bool {
		return p.IDType != nil && p.IDType.Code != "HL7APP" && p.IDType.Code != "113877"
	})
	byREST := len(c.Participants) < all
	for i := range c.Participants {
		p := &c.Participants[i]
		p.Host, p.HostType, p.AlternativeUserID = "", "", ""
		if byREST && i == 0 && m.Event.Code != "110112" {
			p.Requestor = "true"
		}
	}
	return &c
}

// The pairs that differ: 080 is not well formed, and 133 names the device that a REST
// call stands in for.
var mangled = map[string]bool{"080": true, "133": true}

func TestDcm4chePairs(t *testing.T) {
	dir := shared(t, "corpus/hl7-pairs")
	folders, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	did := map[string]hl7.Did{"C": hl7.Created, "U": hl7.Updated, "R": hl7.Read, "D": hl7.Deleted}
	for _, f := range folders {
		name := f.Name()
		if mangled[name[:3]] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			want := content(parsed(t, read(t, filepath.Join(dir, name, "audit.xml"))))
			x := hl7.Exchange{
				Message: slices.Collect(hl7.Split(read(t, filepath.Join(dir, name, "message.hl7"))))[0],
				Ack:     slices.Collect(hl7.Split(read(t, filepath.Join(dir, name, "ack.hl7"))))[0],
				Sent:    !strings.Contains(name, "on-receive-of-hl7") || strings.Contains(name, "notify"),
			}
			for _, reported := range []hl7.Did{hl7.Unreported, did[want.Action]} {
				x.Did = reported
				m := hl7.Mapper{Dialect: emitter.DialectDcm4che, Device: "dcm4chee-arc", Host: "archive.example", ProcID: "1"}
				all := m.Audit(&x)
				if !slices.ContainsFunc(all, func(a audit.Message) bool {
					xml := emitter.AppendXML(nil, &a, emitter.DialectDcm4che)
					return reflect.DeepEqual(content(parsed(t, xml)), want)
				}) {
					t.Errorf("reported %q: none of %d messages is the archive's", reported, len(all))
					for i := range all {
						xml := emitter.AppendXML(nil, &all[i], emitter.DialectDcm4che)
						t.Logf("got  %+v", content(parsed(t, xml)))
					}
					t.Logf("want %+v", want)
				}
			}
		})
	}
}
