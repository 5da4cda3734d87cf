// Package query turns questions into plans. In comes a line of the question
// language ("patient:P1000000 AND NOT user:jdoe outcome:failure") and the choices
// beside it (time range, order, limit, aggregation); out goes a Plan that any
// backend can run: an expression over audit.Field whose leaves are predicates on
// one value, each with the hashes by which an index may rule records out.
//
// The package also holds what backends and questions must agree on for ever,
// since hashes of it are stored: how an id is normalised (Forms), what a word is
// (Words), and how both are hashed (Hash).
//
// It never reads a store, a file or a clock, and knows nothing of segments.
package query
