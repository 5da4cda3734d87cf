// Package querytest has a Searcher that is too simple to be wrong: a slice of records,
// every one of which is looked at. Tests of stores compare their answers with its own, and
// tests of what stands above a store use it in a store's place.
//
// In comes a plan, out go the lines of its answer. It never indexes, sorts out or keeps
// anything.
package querytest
