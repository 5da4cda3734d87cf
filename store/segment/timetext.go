package segment

// A date-time of RFC 3339 (or xsd:dateTime, without a zone) is split into an instant, in
// microseconds since the Unix epoch, and a layout that says how the instant was
// written: 'T', the number of digits of the second's fraction as one decimal digit, the
// digits beyond the sixth, and the zone as written ("", "Z" or "+01:00"; without zone
// the instant is read as UTC). Text that does not come back from this has the layout
// '=' and the text itself.

const (
	layoutTime = 'T'
	layoutText = '='
)

// splitTime appends the layout of text to dst and gives its instant, 0 where the layout
// is the text itself.
func splitTime(dst, text []byte) (layout []byte, us int64) {
	start := len(dst)
	us, dst, ok := scanTime(dst, text)
	if !ok {
		dst = append(dst[:start], layoutText)
		return append(dst, text...), 0
	}
	return dst, us
}

// scanTime reads a date-time strictly: joinTime gives the same text.
func scanTime(dst, t []byte) (us int64, layout []byte, ok bool) {
	if len(t) < 19 || t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':' {
		return 0, dst, false
	}
	year, ok0 := digits2(t[0:], true)
	rest, ok1 := digits2(t[2:], ok0)
	month, ok2 := digits2(t[5:], ok1)
	day, ok3 := digits2(t[8:], ok2)
	hour, ok4 := digits2(t[11:], ok3)
	minute, ok5 := digits2(t[14:], ok4)
	second, ok6 := digits2(t[17:], ok5)
	year = year*100 + rest
	if !ok6 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, dst, false
	}
	us = (daysTo(year, month, day)*86400 + int64(hour*3600+minute*60+second)) * 1e6
	frac, t, ok := scanFraction(t[19:])
	if !ok {
		return 0, dst, false
	}
	dst = append(dst, layoutTime, '0'+byte(len(frac)))
	for i, scale := 0, int64(100000); i < len(frac); i, scale = i+1, scale/10 {
		if i >= 6 {
			dst = append(dst, frac[i])
			continue
		}
		us += int64(frac[i]-'0') * scale
	}
	offset, ok := scanZone(t)
	return us - offset*1e6, append(dst, t...), ok
}

// scanFraction takes a fraction of one to nine digits off t, if there is one.
func scanFraction(t []byte) (frac, rest []byte, ok bool) {
	if len(t) == 0 || t[0] != '.' {
		return nil, t, true
	}
	n := 1
	for n < len(t) && t[n]-'0' <= 9 {
		n++
	}
	return t[1:n], t[n:], n > 1 && n <= 10
}

// scanZone gives a zone's offset in seconds.
func scanZone(t []byte) (offset int64, ok bool) {
	switch {
	case len(t) == 0, len(t) == 1 && t[0] == 'Z':
		return 0, true
	case len(t) != 6 || t[3] != ':' || t[0] != '+' && t[0] != '-':
		return 0, false
	}
	hour, ok := digits2(t[1:], true)
	minute, ok := digits2(t[4:], ok)
	offset = int64(hour*3600 + minute*60)
	if t[0] == '-' {
		offset = -offset
	}
	return offset, ok
}

func digits2(t []byte, ok bool) (int, bool) {
	a, b := t[0]-'0', t[1]-'0'
	return int(a)*10 + int(b), ok && a <= 9 && b <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysTo is how many days the date is after 1970-01-01 in the proleptic Gregorian
// calendar: years begin in March, so that the leap day is a year's last.
func daysTo(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(int64(year), 400)
	ofEra := int64(year) - era*400
	ofYear := int64((153*(month-3)+2)/5 + day - 1)
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// joinTime appends the text that splitTime split to dst. A layout that splitTime would
// not give, from damaged bytes, gives some text.
func joinTime(dst, layout []byte, us int64) []byte {
	if len(layout) < 2 || layout[0] != layoutTime {
		if len(layout) > 0 {
			layout = layout[1:]
		}
		return append(dst, layout...)
	}
	n := int(layout[1] - '0')
	extra := layout[2:]
	zone := extra[min(max(n-6, 0), len(extra)):]
	extra = extra[:len(extra)-len(zone)]
	offset, _ := scanZone(zone)
	us += offset * 1e6
	days := floorDiv(us, 86400e6)
	us -= days * 86400e6
	seconds, micros := int(us/1e6), int(us%1e6)
	year, month, day := dateOf(days)
	dst = appendDigits(dst, year/100, '-')
	dst = dst[:len(dst)-1]
	dst = appendDigits(dst, year%100, '-')
	dst = appendDigits(dst, month, '-')
	dst = appendDigits(dst, day, 'T')
	dst = appendDigits(dst, seconds/3600, ':')
	dst = appendDigits(dst, seconds/60%60, ':')
	dst = appendDigits(dst, seconds%60, '.')
	if n == 0 {
		return append(dst[:len(dst)-1], zone...)
	}
	for scale := 100000; scale > 0 && n > 0; scale, n = scale/10, n-1 {
		dst = append(dst, '0'+byte(micros/scale%10))
	}
	dst = append(dst, extra...)
	return append(dst, zone...)
}

// dateOf is the inverse of daysTo.
func dateOf(days int64) (year, month, day int) {
	days += 719468
	era := floorDiv(days, 146097)
	ofEra := days - era*146097
	inEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*inEra + inEra/4 - inEra/100)
	fromMarch := (5*ofYear + 2) / 153
	year, month, day = int(inEra+era*400), int(fromMarch)+3, int(ofYear-(153*fromMarch+2)/5)+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// appendDigits appends the last two decimal digits of n and a mark.
func appendDigits(dst []byte, n int, mark byte) []byte {
	return append(dst, '0'+byte(n/10%10), '0'+byte(n%10), mark)
}
