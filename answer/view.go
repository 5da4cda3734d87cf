package answer

import "arr/audit"

// view is the record that is being written, read no further than its fields ask
// for.
type view struct {
	*audit.Record
	reader  Reader
	read    bool
	header  audit.Header
	message *audit.Message
	xml     []byte
}

func (v *view) set(r *audit.Record) {
	*v = view{Record: r, reader: v.reader}
}

// open reads the frame, once.
func (v *view) open() {
	if !v.read {
		v.read = true
		v.header, v.message, v.xml = v.reader.Message(&v.Entry)
	}
}

// hdr is the frame's header.
func (v *view) hdr() *audit.Header {
	v.open()
	return &v.header
}

// msg is the frame's audit message, an empty one where it carries none.
func (v *view) msg() *audit.Message {
	v.open()
	if v.message == nil {
		return &audit.Message{}
	}
	return v.message
}

// wellFormed says whether the record carries an audit message that is well-formed
// XML.
func (v *view) wellFormed() bool {
	switch v.Class {
	case audit.Malformed, audit.Foreign, audit.Unframed:
		return false
	}
	v.open()
	return v.message != nil && len(v.xml) > 0
}
