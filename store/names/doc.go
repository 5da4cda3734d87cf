// Package names keeps the distinct values of all records' names and hosts, so that a
// question for the beginning of a name, or for a name that is spelt like another, finds
// the values that satisfy it.
//
// In come records, in the order of their numbers (Observe), and the words of a
// question (Search). Out come values: people with their ids and names together,
// patients alike, hosts, sources, and the short texts that say what happened. A value
// leads to records by the store's own index: names knows no records.
//
// # The life of a value
//
// Observe hashes a record's values and looks whether they were seen lately; that is all
// that most records cost. What is new waits in memory until a thousand values have
// gathered, or somebody searches. The follower, one goroutine, then makes a run of them:
// sorted values, their words, and the range of records that they are from. Runs follow
// each other from record 0 on. Eight neighbours become one, first in memory, then as files,
// so that there are few. Where the follower can't keep up, values are not waited for but
// dropped, and the follower reads the records again with Options.Records, as it does after
// a crash.
//
// # What is guaranteed
//
// An answer that is complete holds every value, of the fields asked for, of records
// below its position that has all the words. It may hold more: folding drops case and
// accents, so whoever asks compares again. Observe never waits for a disk.
//
// Every page of a file is compared with its checksum whenever it is read. A run that can't
// be read as it was written is dropped with those behind it: the index speaks for fewer
// records then, until the follower has made them anew. Hostile bytes need bounded memory
// and never panic. docs/format.md, section "Index of names", describes them.
//
// # What it never does
//
// It holds nothing that is not in the records: it may be deleted at any time, and is
// made anew then. It never answers for records at or beyond its position. It keeps the
// values of records that are deleted until it is made anew. It keeps nobody from storing:
// what it can't write is tried again later.
package names
