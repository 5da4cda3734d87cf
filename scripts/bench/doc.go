// Command bench runs the real arr under generated load, asks it questions, and prints
// what that took beside what it may take.
//
// In come the binaries arr and arr-load and a number of messages. A sender of its own
// process hands so many messages over TLS to a server with an empty directory; then the
// server is stopped, which seals everything, and started again to answer questions. Out
// goes a table: each figure with its target, and, since machines differ, with its ratio to
// a reference that the same run measures on the same messages: the time that
// encoding/xml takes to read the tokens of one.
//
// It exits with 1 where the server failed or lost something, never for a figure: the
// reader judges those. It changes nothing outside its temporary directory.
package main
