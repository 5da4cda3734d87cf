package parser

import "time"

// dateTime reads an xsd:dateTime or RFC 3339 date-time and gives microseconds since
// the Unix epoch. zoned says whether it names its zone; one that does not is read in
// zone. Read leniently beside the standard's form are: a blank for the T, lower-case
// t and z, offsets without a colon or minutes, a comma before the fraction, no
// seconds, leap seconds, and the digits of yyyyMMddHHmmss.
func dateTime(b []byte, zone *time.Location) (us int64, zoned, ok bool) {
	b = trimSpace(b)
	r := timeReader{b: b}
	year := r.year()
	compact := r.peek() != '-'
	r.skip('-', compact)
	month := r.number(2)
	r.skip('-', compact)
	day := r.number(2)
	if c := r.peek(); c == 'T' || c == 't' || c == ' ' {
		r.pos++
	} else if !compact {
		return 0, false, false
	}
	hour := r.number(2)
	compact = r.peek() != ':'
	r.skip(':', compact)
	minute, second, micro := r.number(2), 0, 0
	if c := r.peek(); c == ':' || compact && c >= '0' && c <= '9' {
		r.skip(':', compact)
		second = r.number(2)
		micro = r.fraction()
	}
	offset, zoned := r.offset()
	if r.bad || r.pos != len(b) || !validTime(year, month, day, hour, minute, second) {
		return 0, false, false
	}
	if zoned {
		zone = time.UTC
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second-offset, micro*1000, zone)
	return t.UnixMicro(), zoned, true
}

// isTimestamp says whether b is a TIMESTAMP as RFC 5424 §6.2.3 wants it.
func isTimestamp(b []byte) bool {
	const form = "dddd-dd-ddTdd:dd:dd"
	if len(b) <= len(form) || b[len(b)-1] != 'Z' && !matchesForm(b[max(0, len(b)-6):], "+dd:dd") {
		return false
	}
	r := timeReader{b: b, pos: len(form)}
	if r.peek() == '.' {
		r.fraction()
		if r.pos > len(form)+1+6 {
			return false
		}
	}
	_, zoned := r.offset()
	if !matchesForm(b[:len(form)], form) || r.bad || !zoned || r.pos != len(b) {
		return false
	}
	d := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	return validTime(d(0)*100+d(2), d(5), d(8), d(11), d(14), d(17)) && d(11) < 24 && d(17) < 60
}

// matchesForm says whether b has the given form, in which d stands for a digit and +
// for a sign.
func matchesForm(b []byte, form string) bool {
	if len(b) != len(form) {
		return false
	}
	for i := range b {
		digit := b[i] >= '0' && b[i] <= '9'
		if f := form[i]; f == 'd' != digit || f == '+' && b[i] != '+' && b[i] != '-' || f != 'd' && f != '+' && b[i] != f {
			return false
		}
	}
	return true
}

// validTime says whether there is such a time. A leap second is one, and the end of a
// day as its hour 24.
func validTime(year, month, day, hour, minute, second int) bool {
	if month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 60 {
		return false
	}
	if day > 28 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return false
	}
	return hour < 24 || hour == 24 && minute == 0 && second == 0
}

// timeReader reads digits and marks; bad is set by what does not fit.
type timeReader struct {
	b   []byte
	pos int
	bad bool
}

func (r *timeReader) peek() byte {
	if r.pos < len(r.b) {
		return r.b[r.pos]
	}
	return 0
}

// skip passes the mark c, which may be absent if optional.
func (r *timeReader) skip(c byte, optional bool) {
	if r.peek() == c {
		r.pos++
	} else if !optional {
		r.bad = true
	}
}

// number reads exactly n digits.
func (r *timeReader) number(n int) (v int) {
	if r.pos+n > len(r.b) {
		r.bad = true
		return 0
	}
	for _, c := range r.b[r.pos : r.pos+n] {
		if c < '0' || c > '9' {
			r.bad = true
			return 0
		}
		v = v*10 + int(c-'0')
	}
	r.pos += n
	return v
}

// year reads a year: four digits, or five before a hyphen (XML Schema 1.0 part 2,
// §3.2.7), where one before the common era has a sign.
func (r *timeReader) year() int {
	sign := 1
	if r.peek() == '-' {
		sign = -1
		r.pos++
	}
	n := 4
	if five := r.pos + 5; five < len(r.b) && r.b[five-1] != '-' && r.b[five] == '-' {
		n = 5
	}
	return sign * r.number(n)
}

// fraction reads the fraction of a second, if there is one, cut to microseconds.
func (r *timeReader) fraction() (micro int) {
	if c := r.peek(); c != '.' && c != ',' {
		return 0
	}
	r.pos++
	scale := 100000
	start := r.pos
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		micro += int(c-'0') * scale
		scale /= 10
		r.pos++
	}
	r.bad = r.bad || r.pos == start
	return micro
}

// offset reads the zone in seconds east of UTC, if there is one.
func (r *timeReader) offset() (seconds int, zoned bool) {
	sign := 1
	switch r.peek() {
	case 'Z', 'z':
		r.pos++
		return 0, true
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	r.pos++
	hours, minutes := r.number(2), 0
	if r.pos < len(r.b) {
		r.skip(':', true)
		minutes = r.number(2)
	}
	r.bad = r.bad || hours > 14 || minutes > 59
	return sign * (hours*3600 + minutes*60), true
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}
