package query

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"unicode/utf8"

	"arr/audit"
)

// labels is Plan.Labels of an aggregation:
//
//   - a patient's or object's id: for each repetition the id, with ^^^ and the
//     assigning authority as written where it has one; a placeholder has no label
//   - a code whose field has tables in the standards: its meaning there; any other code
//     is its own label
//   - a host: in lower case
//   - a sender's address: without the port
//   - any other value: itself, without blanks at its ends
//
// What is empty has no label. Of a label of more than maxLabel bytes there are the first
// ones and a hash of the whole: what is counted under it is the same, and answers stay such
// as can be read.
func labels(f audit.Field, value []byte, yield func([]byte)) {
	if len(value) > maxLabel {
		whole := yield
		yield = func(label []byte) { whole(shortLabel(label)) }
	}
	value = normal(value)
	if len(value) == 0 {
		return
	}
	switch f {
	case audit.FieldPatientID, audit.FieldObjectID:
		labelCX(value, yield)
	case audit.FieldHost, audit.FieldHostname:
		yield(appendASCIILower(nil, value))
	case audit.FieldPeer:
		yield(hostOf(value))
	default:
		if meaning := tableMeaning(f, string(value)); meaning != "" {
			value = []byte(meaning)
		}
		yield(value)
	}
}

const (
	maxLabel    = 1024
	labelPrefix = 960
)

func shortLabel(label []byte) []byte {
	if len(label) <= maxLabel {
		return label
	}
	sum := sha256.Sum256(label)
	end := labelPrefix
	for end > labelPrefix-utf8.UTFMax && !utf8.RuneStart(label[end]) {
		end--
	}
	return fmt.Appendf(bytes.Clone(label[:end]), "…%x", sum[:16])
}

func labelCX(value []byte, yield func([]byte)) {
	if bytes.IndexByte(value, '^') < 0 && bytes.IndexByte(value, '~') < 0 {
		if !isNoID(value) {
			yield(value)
		}
		return
	}
	eachRepetition(value, func(rep []byte) bool {
		id, authority := trim(component(rep, 0)), trim(component(rep, 3))
		switch {
		case isNoID(id):
		case len(authority) == 0:
			yield(id)
		default:
			yield(bytes.Join([][]byte{id, authority}, []byte("^^^")))
		}
		return false
	})
}
