package query

import (
	"context"
	"math"
	"time"

	"arr/audit"
)

// Expr is a node of a plan's condition: *And, *Or, *Not, *Leaf or All.
type Expr interface {
	// String gives the node in the question language: parsing it gives an equal
	// node.
	String() string
}

// And holds where each of Of holds; Or where one does; Not where Of does not.
type (
	And struct{ Of []Expr }
	Or  struct{ Of []Expr }
	Not struct{ Of Expr }
)

// All holds for every record.
type All struct{}

// Leaf is a condition on single values: a record satisfies it if at least one value
// of at least one of its Fields does.
type Leaf struct {
	// Source is the leaf in the question language, canonical.
	Source string
	// Fields are asked alike. They are either all Numeric or none is.
	Fields audit.FieldSet
	// Match says whether a value, plain text in UTF-8 (bytes that are not UTF-8
	// may occur), satisfies. It is safe for concurrent use. Nil: any value does.
	Match func(value []byte) bool
	// Lo and Hi bound a Numeric field, both included; Match is nil then.
	Lo, Hi int64
	// Terms, if not empty: a record can only satisfy if it has at least one of
	// these term hashes (see Forms). Words, if not empty: only if it has all of
	// these word hashes (see Words). Both empty: nothing rules a record out.
	Terms, Words []uint64
	// Prefix and Fuzzy are set where a directory of distinct values may know which values
	// satisfy: such a value, or a word of it, starts with the text or is similar to it.
	// At most one is; Match alone is right without asking.
	Prefix, Fuzzy string
}

// Order is the order of an answer's records.
type Order uint8

// The orders, by audit.Record.Time and then number.
const (
	NewestFirst Order = iota
	OldestFirst
)

// Cursor is a place between records in an order: after the record with this time and
// number.
type Cursor struct {
	Time   int64
	Number uint64
}

// Kind is what a plan asks for.
type Kind uint8

// The kinds.
const (
	Records   Kind = iota // the records themselves
	Count                 // how many there are
	By                    // how many there are of each value of a field
	Histogram             // how many there are in each hour, day or month
)

// Interval is a histogram's step.
type Interval uint8

// The intervals, in the plan's Zone.
const (
	Hour Interval = iota
	Day
	Month
)

// No bound for Plan.Since and Plan.Until.
const (
	Always = math.MinInt64
	Never  = math.MaxInt64
)

// Plan is a question ready to be run.
type Plan struct {
	Kind  Kind
	Where Expr
	// Since is included, Until is not: microseconds since the Unix epoch, compared
	// with audit.Record.Time.
	Since, Until int64
	Order        Order
	// Limit is the most records to give, 0 for all. After, if not nil, leaves out
	// what comes before it in Order, and the record at it.
	Limit int
	After *Cursor
	// By: Fields whose values are counted; a record counts once for each distinct
	// text that Labels yields for its values (nil: the values themselves). Top is
	// the most values to give, 0 for all.
	Fields audit.FieldSet
	Labels func(field audit.Field, value []byte, yield func(label []byte))
	Top    int
	// Histogram: its step and the zone that hours, days and months begin in.
	Interval Interval
	Zone     *time.Location
}

// Bucket is one line of an aggregated answer: Value for By, Time (the start of the
// interval, microseconds since the Unix epoch) for Histogram, neither for Count.
type Bucket struct {
	Value string
	Time  int64
	Count int64
}

// Sink takes an answer's lines in order. A record is valid until the call returns. An
// error ends the search and is what Search returns.
type Sink struct {
	Record func(*audit.Record) error
	Bucket func(Bucket) error
}

// Summary says what an answer is worth.
type Summary struct {
	// Complete is false where something that might hold an answer could not be
	// read; Problems say what.
	Complete bool
	Problems []string
	// Unlisted is above 0 where an answer to By has too many values to tell all of them
	// apart: those that came so often, or less, are not in it, and it is not complete.
	Unlisted int64
	// Count is how many records satisfy the question, limit and cursor apart.
	Count int64
	// Position is how many records were stored when the question was asked: the
	// answer speaks of records 0 to Position-1.
	Position uint64
}

// Searcher runs plans. Buckets of By come by falling count, then by value; those of
// Histogram by time, empty ones between the first and the last included.
type Searcher interface {
	Search(ctx context.Context, p *Plan, sink Sink) (Summary, error)
}
