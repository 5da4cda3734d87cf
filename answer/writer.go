package answer

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"arr/audit"
	"arr/query"
)

// Reader reads what a frame says, for people and programs. It is called by the
// goroutine that calls the Writer.
type Reader interface {
	// Message gives the frame's header, its audit message, nil where it carries
	// none, and its XML (or whatever stands in XML's place) as readable text in
	// UTF-8.
	Message(e *audit.Entry) (audit.Header, *audit.Message, []byte)
	// Deviations gives how a message that is in a dialect breaks A.5.1.
	Deviations(e *audit.Entry) []audit.Finding
}

// Options are how an answer is to look.
type Options struct {
	Format Format
	// Fields are what is shown of a record. The zero value is everything in NDJSON
	// and JSON, and a selection that fits in Table and CSV; XML and Raw take none.
	Fields Fields
	// Reader must not be nil.
	Reader Reader
	// Zone is the zone of the times in a table; nil is UTC.
	Zone *time.Location
	// Width is the width of a table in columns of a terminal; 0 is no terminal:
	// nothing is cut and no bars are drawn.
	Width int
}

// form writes one answer in one format. What it wrote may still be in the
// Writer's buffer.
type form interface {
	record(v *view) error
	bucket(b query.Bucket) error
	// flush writes what was held back to be laid out together.
	flush() error
	close() error
}

// Writer writes one answer. It is used by one goroutine.
type Writer struct {
	out     *bufio.Writer
	form    form
	view    view
	plan    *query.Plan
	records int64
	last    query.Cursor
	// more says that a record came beyond the plan's limit.
	more bool
}

// New gives a Writer of the answer to p. It fails where the format can't show what
// p asks for, or not the fields that o asks for.
func New(w io.Writer, p *query.Plan, o Options) (*Writer, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	a := &Writer{out: bufio.NewWriterSize(w, 1<<16), view: view{reader: o.Reader}, plan: p}
	aggregated := p.Kind != query.Records
	switch {
	case p.Kind == query.Count:
		a.form = &number{out: a.out}
	case aggregated && (o.Format == XML || o.Format == Raw):
		return nil, fmt.Errorf("format %s shows records, not counts: choose table, csv, ndjson or json", o.Format)
	case !o.Fields.empty() && (o.Format == XML || o.Format == Raw):
		return nil, fmt.Errorf("format %s shows whole messages, not fields: choose table, csv, ndjson or json", o.Format)
	case o.Format == NDJSON:
		a.form = &lines{out: a.out, fields: o.Fields.list, plan: p}
	case o.Format == JSON:
		a.form = &array{lines: lines{out: a.out, fields: o.Fields.list, plan: p}}
	case o.Format == CSV:
		a.form = newSheet(a.out, p, o.Fields.or(csvFields))
	case o.Format == XML:
		a.form = &document{out: a.out}
	case o.Format == Raw:
		a.form = &frames{out: a.out}
	case aggregated:
		a.form = &bars{out: a.out, plan: p, width: o.Width}
	default:
		a.form = newTable(a.out, o)
	}
	return a, nil
}

// Plan is what to search for: one record more than asked for, which tells whether there
// is another page and is not written.
func (a *Writer) Plan() *query.Plan {
	if a.plan.Limit == 0 || a.plan.Kind != query.Records {
		return a.plan
	}
	p := *a.plan
	p.Limit++
	return &p
}

// Sink hands the answer to a query.Searcher.
func (a *Writer) Sink() query.Sink { return query.Sink{Record: a.Record, Bucket: a.Bucket} }

// Record writes one record, up to as many as were asked for.
func (a *Writer) Record(r *audit.Record) error {
	if a.plan.Limit > 0 && a.records == int64(a.plan.Limit) {
		a.more = true
		return nil
	}
	a.view.set(r)
	a.records++
	a.last = query.Cursor{Time: r.Time, Number: r.Number}
	return a.form.record(&a.view)
}

// Bucket writes one line of an aggregated answer.
func (a *Writer) Bucket(b query.Bucket) error { return a.form.bucket(b) }

// Flush hands on what was written, for an answer that goes on later.
func (a *Writer) Flush() error {
	if err := a.form.flush(); err != nil {
		return err
	}
	return a.out.Flush()
}

// Close ends the answer; an answer without a line is still well formed.
func (a *Writer) Close() error {
	if err := a.form.flush(); err != nil {
		return err
	}
	if err := a.form.close(); err != nil {
		return err
	}
	return a.out.Flush()
}

// Records is how many records were written.
func (a *Writer) Records() int64 { return a.records }

// Next is the cursor of the next page, "" where there is none.
func (a *Writer) Next() string {
	if !a.more {
		return ""
	}
	return a.last.String()
}

// plain is what most forms have nothing to do for.
type plain struct{}

func (plain) record(*view) error        { return nil }
func (plain) bucket(query.Bucket) error { return nil }
func (plain) flush() error              { return nil }
func (plain) close() error              { return nil }

// number is a count, which is the number alone in every format.
type number struct {
	plain
	out *bufio.Writer
}

func (n *number) bucket(b query.Bucket) error {
	_, err := fmt.Fprintln(n.out, b.Count)
	return err
}
