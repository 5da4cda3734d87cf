package receiver

import "bytes"

// maxGlue bounds what begins a frame behind another without an LF between them, as far as it
// is looked at: "MSG-LEN SP <PRI>1 SP".
const maxGlue = maxDigits + 1 + 5 + 2

// glued finds where another frame begins behind an audit message that was cut in its middle,
// or that lacks its LF: nothing else in such a message looks like the header of RFC 5424. line
// is the current line from from on or more of it; begun reports that earlier ones began the
// message. It is -1 where there is none.
func glued(line []byte, from int, begun bool) int {
	for i := max(from, 1); ; i++ {
		n := bytes.IndexByte(line[min(i, len(line)):], '<')
		if n < 0 {
			return -1
		}
		i += n
		if !beginsHeader(line[i:]) || !begun && !beginsRoot(line[:i]) {
			continue
		}
		return i - countBefore(line[:i])
	}
}

// beginsHeader reports whether "<PRI>1 " stands at the beginning of b.
func beginsHeader(b []byte) bool {
	i := 1
	for i < len(b) && i <= 3 && isDigit(b[i]) {
		i++
	}
	return i > 1 && len(b) >= i+3 && string(b[i:i+3]) == ">1 "
}

// countBefore is how long the MSG-LEN and its blank are that b ends with, 0 where it ends with
// none.
func countBefore(b []byte) int {
	n := len(b) - 1
	if n < 1 || b[n] != ' ' {
		return 0
	}
	digits := 0
	for digits < n && digits <= maxDigits && isDigit(b[n-1-digits]) {
		digits++
	}
	if digits == 0 || digits > maxDigits || b[n-digits] == '0' {
		return 0
	}
	return digits + 1
}
