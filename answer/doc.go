// Package answer turns hits into what people and programs read. In come the
// records and buckets that a search yields; out go lines: a table, JSON, ndjson,
// CSV, an XML document or the frames themselves. It is the one place where a
// record becomes output, so that a command that reads a directory and a server
// that answers a socket print the same bytes.
//
// New gives a Writer for one answer, whose Sink is handed to a query.Searcher.
// Show writes a single record for a person to read.
//
// # Formats
//
//   - ndjson: a compact JSON object a line. Strings are always valid UTF-8: a byte
//     that is not becomes U+FFFD. Every documented key is there, in a fixed order,
//     empty where the record says nothing; further keys only where they have a value.
//   - json: the same objects in one array.
//   - csv: RFC 4180 with a header row. Several values of one field are joined by
//     "; ". An apostrophe stands before what a spreadsheet would run as a formula,
//     because what stands in a cell is whatever a sender wrote.
//   - table: for terminals, as wide as the terminal; times in the local zone, whose
//     name they carry.
//   - xml: one document, the messages in an element AuditMessages, each after a
//     comment with its record's number. A record without a well-formed message has
//     the comment alone.
//   - raw: the frames as received, octet counted as in RFC 5425, so that any number
//     of them can be split exactly.
//
// What stands in a message is whatever a sender wrote. Hidden characters (audit.Hidden), by
// which a terminal is steered and writing is turned round, are escapes such as \u202e in
// tables, pages and csv, escapes of JSON in json and ndjson, which are read back as they were,
// and character references in xml, escapes in its comments. Raw frames alone have them.
//
// A count is the number alone in every format. Buckets of a field are
// {"value":…,"count":…}, those of time {"time":…,"count":…}.
//
// The package never searches, never reads a store, a file or a clock, and never
// changes a frame.
package answer
