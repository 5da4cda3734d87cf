package emitter_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/traffic/growth"
)

// FuzzGrowth reads streams of frames, and makes and checks messages of many parts and long
// ones.
func FuzzGrowth(f *testing.F) {
	shapes := []growth.Shape{{Open: "3 abc"}, {Open: "0 "}, {Head: "99999999 ", Open: "x"}, {Open: "1"}, {Open: "5 ab"}, {Open: "a\n"}, {Open: "&"}, {Open: "\xff"}, {Open: "\u202E"}}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		r := emitter.NewReader(bytes.NewReader(text))
		for {
			var fault *emitter.FramingError
			if _, err := r.Next(); err != nil && !errors.As(err, &fault) {
				if err != io.EOF && err != io.ErrUnexpectedEOF {
					t.Fatal(err)
				}
				break
			} else if fault != nil {
				break
			}
		}
		m := audit.Message{Event: audit.Coded{Code: "110103", System: "DCM", OriginalText: string(text)}, Action: "R", Outcome: "0"}
		for b := range slices.Chunk(text, 64) {
			part := string(b)
			m.Participants = append(m.Participants, audit.ActiveParticipant{UserID: part})
			m.Objects = append(m.Objects, audit.ParticipantObject{ID: part, Details: []audit.Detail{{Type: part, Value: part}}})
		}
		var c emitter.Checker
		for d := range emitter.Dialect(3) {
			emitter.AppendXML(nil, &m, d)
			if err := c.Check(&m, d); err != nil {
				_ = err.Error()
			}
		}
	})
}
