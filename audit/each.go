package audit

import "encoding/hex"

// Each calls fn with every value that r has of the fields in want, as plain text,
// and with those of the wanted fields that it is a value of. It stops when fn
// returns false. The value is valid until fn returns. FieldTime, FieldReceived
// and FieldNumber are never yielded.
//
// The order is: metadata, then the skeleton's fixed values, then slots in document
// order.
func (r *Record) Each(want FieldSet, fn func(fields FieldSet, value []byte) bool) {
	if want&Metadata != 0 && !r.eachMetadata(want, fn) {
		return
	}
	if r.Shape.Raw {
		for i := range r.Extra {
			if f := r.Extra[i].Fields & want; f != 0 && !fn(f, []byte(r.Extra[i].Value)) {
				return
			}
		}
		return
	}
	if r.Shape.Carries&want == 0 {
		return
	}
	for i := range r.Shape.Fixed {
		if f := r.Shape.Fixed[i].Fields & want; f != 0 && !fn(f, []byte(r.Shape.Fixed[i].Value)) {
			return
		}
	}
	var scratch, text []byte
	span, run := 0, 0
	for i := range r.Shape.Slots {
		slot := &r.Shape.Slots[i]
		n := 1
		if slot.Joint != nil {
			n = int(r.Runs[run])
			run++
		}
		f := slot.Fields & want
		if f == 0 {
			span += n
			continue
		}
		for range n {
			text, scratch = PlainText(slot.Kind, r.Value(span), scratch)
			if !fn(f, text) {
				return
			}
			span++
		}
	}
}

func (r *Record) eachMetadata(want FieldSet, fn func(FieldSet, []byte) bool) bool {
	for s := want & Metadata; s != 0; {
		f := s.First()
		s &^= Fields(f)
		if f == FieldFinding {
			for i := range r.Findings {
				if !fn(Fields(f), []byte(r.Findings[i].Code)) {
					return false
				}
			}
			continue
		}
		if v := r.metadata(f); v != "" && !fn(Fields(f), []byte(v)) {
			return false
		}
	}
	return true
}

func (r *Record) metadata(f Field) string {
	switch f {
	case FieldTransport:
		return r.Transport.String()
	case FieldPeer:
		return r.Peer
	case FieldCert:
		return r.Cert.Subject
	case FieldCertSHA256:
		return hex.EncodeToString([]byte(r.Cert.SHA256))
	case FieldConformance:
		return r.Class.String()
	case FieldDialect:
		return r.Dialect
	}
	return ""
}
