package hl7_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

// TestCorpus holds what is made of every sample against the schema and the tables of events.
func TestCorpus(t *testing.T) {
	dir := shared(t, "corpus/hl7v2")
	for _, d := range []emitter.Dialect{emitter.DialectIHE, emitter.DialectDICOM, emitter.DialectDcm4che} {
		files, messages, audits := 0, 0, 0
		m := hl7.Mapper{Dialect: d, Device: "archive", Host: "192.0.2.1", ProcID: "7"}
		var checker emitter.Checker
		err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files++
			for one := range hl7.Split(read(t, name)) {
				messages++
				for _, sent := range []bool{false, true} {
					for _, a := range m.Audit(&hl7.Exchange{Message: one, Peer: "ris.example", Sent: sent}) {
						audits++
						if invalid := faults(&checker, &a, d); invalid != "" {
							t.Errorf("%v: %s: %s", d, filepath.Base(name), invalid)
						}
						if broken := rules(&checker, &a, d); broken != "" && d != emitter.DialectDcm4che {
							t.Errorf("%v: %s: %s", d, filepath.Base(name), broken)
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v: %d files, %d messages, %d audit messages", d, files, messages, audits)
		if files < 200 || audits < messages {
			t.Errorf("%v: %d files gave %d messages and %d audit messages", d, files, messages, audits)
		}
	}
}

// faults gives what the schema says against a message, and rules what the tables of events do.
func faults(c *emitter.Checker, a *audit.Message, d emitter.Dialect) string {
	var invalid *emitter.InvalidError
	switch err := c.Check(a, d); {
	case errors.As(err, &invalid) && len(invalid.Faults) > 0:
		return err.Error()
	case bytes.ContainsRune(emitter.AppendXML(nil, a, d), 0):
		return "it holds a NUL"
	}
	return ""
}

// rules leaves out what only the sender could do better: an id without its authority. A
// query that is no transaction of IHE can't be as DICOM has it, where it is a C-FIND.
func rules(c *emitter.Checker, a *audit.Message, d emitter.Dialect) string {
	var invalid *emitter.InvalidError
	if !errors.As(c.Check(a, d), &invalid) {
		return ""
	}
	for _, f := range invalid.Rules {
		if f.Code != "bad-patient-id" && (a.Event.Code != "110112" || len(a.EventTypes) > 0) {
			return f.Code + " at " + f.Path
		}
	}
	return ""
}
