// Command arr is an audit record repository: it takes DICOM and IHE audit messages
// in over syslog, keeps every one of them, and answers questions about them.
//
// In come the command line, the environment and a configuration file; out go
// answers on standard output, and what went wrong on standard error. The package
// wires the rooms together and decides nothing that a room could decide: framing,
// parsing, storing and matching are never here. The files of a subcommand begin with
// its name.
//
// Every subcommand ends with one of the codes in exit.go.
package main
