// Package storetest is the one suite that every backend passes: the embedded store, and
// any engine that is ever put in its place behind query.Searcher.
//
// In come a function that opens a backend and one that parses; out go test failures. Run
// feeds both the backend and a model (querytest.Slice) with the traffic of a made-up
// hospital and with frames that are wrong in every way, asks both the same questions after
// each step, among them reopening, and compares the answers line for line. It never looks
// behind the backend's interface.
package storetest
