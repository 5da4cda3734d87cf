// Command arr is an audit record repository: it takes DICOM and IHE audit messages
// in over syslog, keeps every one of them, and answers questions about them.
//
// In come the command line, the environment and a configuration file; out go
// answers on standard output, and what went wrong on standard error. The package
// wires the rooms together, one file a subcommand, and decides nothing that a room
// could decide: framing, parsing, storing and matching are not here.
//
// Every subcommand ends with one of the codes in exit.go.
package main
