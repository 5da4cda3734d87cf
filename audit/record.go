package audit

// Class is a record's conformance.
type Class uint8

// The classes. Their numbers are stored: never reuse one.
const (
	Unchecked  Class = iota // an audit message that no grammar has judged yet
	Conformant              // valid by PS3.15 A.5.1
	InDialect               // valid by a named grammar other than A.5.1; Record.Dialect names it
	Deviating               // an audit message, well formed, valid by no grammar
	Malformed               // XML that is not well formed or can't be decoded
	Foreign                 // syslog that carries no audit message
	Unframed                // not even syslog

	NumClasses = 7
)

var classNames = [NumClasses]string{"unchecked", "conformant", "dialect", "deviating", "malformed", "foreign", "unframed"}

// String gives the name that queries, metrics and answers use.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "unknown"
}

// Span is where a value stands in a frame.
type Span struct{ Off, Len uint32 }

// FieldValue is one value of some fields, as plain text.
type FieldValue struct {
	Fields FieldSet
	Value  string
}

// Finding is one fault of a record. It never holds a value from the frame: Off
// and Len say where to cut it from.
type Finding struct {
	// Code is stable: "cut-at-close", "missing-attribute". docs/findings.md
	// lists them.
	Code string
	// Path is "/AuditMessage/ActiveParticipant[2]/@UserIsRequestor"; "/" where
	// the fault is the whole frame's.
	Path string
	// Off and Len are bytes of the frame as received.
	Off, Len int
	// Message is a sentence for people.
	Message string
}

// Record is an entry and what the parser made of it.
type Record struct {
	Entry
	// Time is when the event happened, in microseconds since the Unix epoch:
	// EventDateTime, else the syslog TIMESTAMP, else Received. Dated says that it is the
	// first.
	Time  int64
	Dated bool
	// Sent is the syslog TIMESTAMP, in microseconds since the Unix epoch; 0 where there is
	// none that can be read.
	Sent int64
	// Shape is never nil once parsed. Spans are the values of its slots in
	// order, a repeated slot's values in a row; Runs has, for each repeated
	// slot in order, how many of them it holds.
	Shape *Shape
	Spans []Span
	Runs  []uint32
	// Extra are the values of a record whose Shape is raw, in document order.
	Extra    []FieldValue
	Class    Class
	Dialect  string
	Findings []Finding
}

// Value gives the bytes of span i as they stand in the frame: escaped.
func (r *Record) Value(i int) []byte {
	s := r.Spans[i]
	return r.Frame[s.Off : s.Off+s.Len]
}
