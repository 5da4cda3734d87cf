package mllp

import "bytes"

// field gives field n of a segment as it stands, without its end. Field 1 is the one
// after the first separator; in MSH that separator is field 1 itself.
func field(segment []byte, separator byte, n int) []byte {
	for ; n > 0; n-- {
		_, rest, ok := bytes.Cut(segment, []byte{separator})
		if !ok {
			return nil
		}
		segment = rest
	}
	value, _, _ := bytes.Cut(segment, []byte{separator})
	return value
}

// segment gives the first segment of a name, and the field separator, which MSH says.
// What does not begin with MSH and a separator, or with a batch's segments before such, has no
// segments.
func segment(message []byte, name string) (found []byte, separator byte) {
	for isBatchHeader(message) {
		_, message = cutLine(message)
	}
	if len(message) < 4 || string(message[:3]) != "MSH" || !isSeparator(message[3]) {
		return nil, 0
	}
	separator = message[3]
	for len(message) > 0 {
		var line []byte
		line, message = cutLine(message)
		if len(line) > 3 && string(line[:3]) == name && line[3] == separator {
			return line, separator
		}
	}
	return nil, separator
}

// isBatchHeader says whether a message begins with the header of a file or batch (HL7 2.5
// section 2.10.3), or with a line end.
func isBatchHeader(message []byte) bool {
	return bytes.HasPrefix(message, []byte("FHS")) || bytes.HasPrefix(message, []byte("BHS")) ||
		len(message) > 0 && (message[0] == '\r' || message[0] == '\n')
}

// cutLine cuts the first line off, without its end.
func cutLine(message []byte) (line, rest []byte) {
	end := bytes.IndexAny(message, "\r\n")
	if end < 0 {
		return message, nil
	}
	return message[:end], message[end+1:]
}

// isSeparator says whether c can stand between fields: a letter or a digit would be
// taken for the name of a segment.
func isSeparator(c byte) bool {
	return c > ' ' && c < 0x7F && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
}

// header is what of MSH says how a message is to be answered.
type header struct {
	// id is MSH-10.
	id string
	// accept and application are MSH-15 and MSH-16 (table 0155): AL, NE, ER, SU.
	accept, application string
}

func readHeader(message []byte) header {
	msh, separator := segment(message, "MSH")
	return header{
		id:          string(field(msh, separator, 9)),
		accept:      string(field(msh, separator, 14)),
		application: string(field(msh, separator, 15)),
	}
}

// enhanced says whether the enhanced acknowledgement mode holds (HL7 2.5 section
// 2.9.3): then there is an accept acknowledgement, an application's, both or none.
func (h header) enhanced() bool { return h.accept != "" || h.application != "" }

// silent says that no answer is owed, whatever happens.
func (h header) silent() bool {
	return h.enhanced() && (h.accept == "NE" || h.accept == "") && (h.application == "NE" || h.application == "")
}

// onError says that only who refuses the message answers it.
func (h header) onError() bool {
	return h.enhanced() && !answersSuccess(h.accept) && !answersSuccess(h.application)
}

// answersSuccess says whether a condition of table 0155 asks for an answer to what was accepted.
func answersSuccess(condition string) bool { return condition == "AL" || condition == "SU" }

// more says whether another answer is due after one with MSA-1 code.
func (h header) more(code string) bool {
	return code == "CA" && h.application != "NE" && h.application != ""
}

// acknowledgement gives MSA-1 and MSA-2 of an answer; ok is false for what is none.
func acknowledgement(message []byte) (code, id string, ok bool) {
	msa, separator := segment(message, "MSA")
	return string(field(msa, separator, 1)), string(field(msa, separator, 2)), msa != nil
}
