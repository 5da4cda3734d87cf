package schemas

// DateTime says whether b is an xsd:dateTime (XML Schema 1.0 part 2, §3.2.7).
func DateTime(b []byte) bool {
	b = trim(b)
	year, rest := yearOf(b)
	if year < 0 || len(rest) < len("-MM-DDThh:mm:ss") {
		return false
	}
	const form = "-dd-ddTdd:dd:dd"
	for i := range len(form) {
		if c := rest[i]; form[i] == 'd' && c-'0' > 9 || form[i] != 'd' && c != form[i] {
			return false
		}
	}
	month, day := two(rest[1:]), two(rest[4:])
	hour, minute, second := two(rest[7:]), two(rest[10:]), two(rest[13:])
	if month < 1 || month > 12 || day < 1 || day > days(year, month) || minute > 59 || second > 59 {
		return false
	}
	rest = rest[len(form):]
	zero := minute == 0 && second == 0
	if len(rest) > 0 && rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n]-'0' <= 9 {
			zero = zero && rest[n] == '0'
			n++
		}
		if n == 1 {
			return false
		}
		rest = rest[n:]
	}
	return (hour < 24 || hour == 24 && zero) && zoneOffset(rest)
}

// Zoned says of an xsd:dateTime whether it names its offset from UTC.
func Zoned(b []byte) bool {
	b = trim(b)
	n := len(b)
	return n > 0 && b[n-1] == 'Z' || n > 6 && (b[n-6] == '+' || b[n-6] == '-') && b[n-3] == ':'
}

// yearOf reads a year: four digits, or more of which the first is no zero; one before the
// common era has a sign. It gives the year within 400 years, which is what leap years
// take, -1 if b begins with none, and what follows.
func yearOf(b []byte) (year int, rest []byte) {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n, zero := 0, true
	for n < len(b) && b[n]-'0' <= 9 {
		year = (year*10 + int(b[n]-'0')) % 400
		zero = zero && b[n] == '0'
		n++
	}
	if n < 4 || zero || n > 4 && b[0] == '0' {
		return -1, nil
	}
	return year, b[n:]
}

// days is how many days a month has.
func days(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// zoneOffset says whether b is an offset from UTC, of 14 hours at most, or none.
func zoneOffset(b []byte) bool {
	if len(b) == 0 || len(b) == 1 && b[0] == 'Z' {
		return true
	}
	if len(b) != len("+hh:mm") || b[0] != '+' && b[0] != '-' || b[3] != ':' ||
		b[1]-'0' > 9 || b[2]-'0' > 9 || b[4]-'0' > 9 || b[5]-'0' > 9 {
		return false
	}
	hour, minute := two(b[1:]), two(b[4:])
	return hour < 14 && minute < 60 || hour == 14 && minute == 0
}

// two reads two digits.
func two(b []byte) int { return int(b[0]-'0')*10 + int(b[1]-'0') }
