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
// One goroutine makes jobs: some small files each, or some messages of a stream, which a
// large file is, too. Workers, one a core, read the files, cut them into messages and have
// package parser judge them. The goroutine that called Run hands the results to a Writer
// in order.
//
// # What it never does
//
// It changes no file, asks no store, and keeps no more than a bounded number of messages
// in memory, of each at most 16 MiB.
package validate
