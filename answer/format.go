package answer

import (
	"fmt"
	"strings"
)

// Format is how an answer is written.
type Format uint8

// The formats.
const (
	NDJSON Format = iota
	JSON
	Table
	CSV
	XML
	Raw
)

var formatNames = [...]string{NDJSON: "ndjson", JSON: "json", Table: "table", CSV: "csv", XML: "xml", Raw: "raw"}

// mediaTypes are what HTTP calls the formats.
var mediaTypes = [...]string{
	NDJSON: "application/x-ndjson",
	JSON:   "application/json",
	Table:  "text/plain; charset=utf-8",
	CSV:    "text/csv; charset=utf-8; header=present",
	XML:    "application/xml",
	Raw:    "application/octet-stream",
}

// String gives the name that ParseFormat takes.
func (f Format) String() string { return formatNames[f] }

// MediaType gives the value of an HTTP Content-Type header.
func (f Format) MediaType() string { return mediaTypes[f] }

// ParseFormat reads a format's name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("no format is called %q: choose one of %s", name, strings.Join(formatNames[:], ", "))
}
