package query

import "fmt"

// Error says what is wrong with a question. Its text quotes nothing of the question,
// which may name a patient: Offset and Length say where to look.
type Error struct {
	// Part is the member of Question that is wrong, as the API spells it: "question",
	// "since", "by".
	Part string
	// Offset and Length are the place in that member's text, in bytes. A place may lie
	// just behind the text: then something is missing there.
	Offset, Length int
	// Message is a sentence without a full stop.
	Message string
	// Near is the name of the field that was probably meant, or "".
	Near string
}

func (e *Error) Error() string {
	near := ""
	if e.Near != "" {
		near = fmt.Sprintf(": did you mean %s?", e.Near)
	}
	return fmt.Sprintf("%s, byte %d: %s%s", e.Part, e.Offset+1, e.Message, near)
}

// fault makes the error of a question's text.
func fault(offset, length int, message string) *Error {
	return &Error{Part: "question", Offset: offset, Length: length, Message: message}
}
