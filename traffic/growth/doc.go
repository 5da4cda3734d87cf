// Package growth asks of code that reads what a stranger sends whether its cost grows with the
// length of the input and no faster: tests of parsers, tables and sentences use it.
//
// In come shapes, families of inputs that differ in how often something is repeated, and a
// function that reads one. Cost is the processor time of the reading thread and the bytes that
// are allocated, never wall time, and only the ratio of two sizes of one shape counts: four
// times the input may cost eight times as much, which leaves room for n log n and for noise
// and none for n².
//
// Fuzz makes a fuzz target of shapes, which go test measures a sample of. What has cost too
// much has a test of its own that calls Check.
package growth
