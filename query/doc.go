// Package query turns questions into plans. In comes a line of the question
// language ("patient:P1000000 AND NOT user:jdoe outcome:failure") and the choices
// beside it (time range, order, limit, aggregation); out goes a Plan that any
// backend can run: an expression over audit.Field whose leaves are predicates on
// one value, each with the hashes by which an index may rule records out.
//
// # From text to plan
//
// Parse makes an expression of Terms, which reads the same when it is written again.
// Compile makes leaves of terms: one for each way in which a field of the language may be
// satisfied. "patient:muller" is satisfied by an id or by a name, so it becomes an Or of
// two leaves. What every record must satisfy of time goes into the plan's range. A
// Searcher runs plans; Match runs one on a single record in memory.
//
// # How values compare
//
//   - Ids and codes compare whole and case-sensitive, after Unicode's NFC. A patient's or
//     object's id of HL7 type CX compares by each repetition, with or without its
//     assigning authority ("P1", "P1^^^HOSP", "P1^^^1.2.3"). Hosts, and words that arr
//     itself gives such as a conformance, compare in any case.
//   - Names and meanings have each word of the question among their words, in any order;
//     text has them in a row within one value. Words compare without case and
//     accents (Words).
//   - A prefix is that of the whole id, or of the last word. What is similar (field:~a) has a
//     word at most one edit away from each word of the question, or two from a word of
//     more than five letters.
//   - A date stands for the whole of it, so "time:<=2026-11" includes November.
//
// The package also holds what backends and questions must agree on for ever,
// since hashes of it are stored: how an id is normalised (Forms), what a word is
// (Words), and how both are hashed (Hash).
//
// It never reads a store, a file or a clock, and knows nothing of segments.
package query
