package query

import (
	"errors"
	"strconv"
	"strings"
)

// ErrCursor says that a text is not a Cursor's.
var ErrCursor = errors.New("not a cursor")

// String gives the cursor as a text that ParseCursor reads: its time and its number in
// base 36 with a dot between them, "hm3x9qc2ps.21i".
func (c Cursor) String() string {
	return strconv.FormatInt(c.Time, 36) + "." + strconv.FormatUint(c.Number, 36)
}

// ParseCursor reads what Cursor.String gives. The error is ErrCursor.
func ParseCursor(text string) (c Cursor, err error) {
	time, number, _ := strings.Cut(text, ".")
	if c.Time, err = strconv.ParseInt(time, 36, 64); err != nil {
		return Cursor{}, ErrCursor
	}
	if c.Number, err = strconv.ParseUint(number, 36, 64); err != nil {
		return Cursor{}, ErrCursor
	}
	return c, nil
}
