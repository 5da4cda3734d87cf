// Package validate says of audit messages in files whether they are right, and if not,
// where.
//
// In come names of files and directories, and standard input. A file holds an XML
// document, one syslog frame, frames that each begin a line, or a stream of octet-counted
// frames (RFC 5425). Out come reports on each message, in the order of the input, as text,
// JSON lines, SARIF or JUnit XML, or folded into a scorecard by audit source.
//
// # The life of a message
//
// Run reads files on all cores, cuts each into messages and has package parser judge
// them. One goroutine hands the results to a Writer in order.
//
// # What it never does
//
// It changes no file, asks no store, and keeps no more than a bounded number of files in
// memory.
package validate
