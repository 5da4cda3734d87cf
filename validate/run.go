package validate

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
)

// Result is what is to be said of one message.
type Result struct {
	// File is the file's name as it was given. Message counts the file's messages from 1, of
	// Messages.
	File              string
	Message, Messages int
	// Text is the whole file; the message stands in it from Off to End. The findings' places
	// are positions in Text.
	Text     []byte
	Off, End int
	parser.Report
}

// Writer takes results in order. Its methods are called from one goroutine.
type Writer interface {
	Write(*Result) error
	// Close ends the output.
	Close() error
}

// Options are the choices of a run. The zero value serves.
type Options struct {
	// Edition is that of the event rules. 0 means what all editions ask.
	Edition schemas.Editions
	// Stdin is read for the name Stdin.
	Stdin io.Reader
	// Failed is told what could not be read. Nil ends the run there.
	Failed func(file string, err error)
}

// job is a file that is being read. done is closed once results or err are there.
type job struct {
	file    string
	results []Result
	err     error
	done    chan struct{}
}

// ahead is how many files may be read before the first of them is written.
const ahead = 64

// Run validates files on all cores and writes what is to be said of them to w, which it
// closes.
func Run(ctx context.Context, files []string, o Options, w Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	todo, order := make(chan *job), make(chan *job, ahead)
	workers.Go(func() {
		defer close(order)
		defer close(todo)
		for _, f := range files {
			j := &job{file: f, done: make(chan struct{})}
			for _, to := range [...]chan *job{order, todo} {
				select {
				case to <- j:
				case <-ctx.Done():
					return
				}
			}
		}
	})
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			p := parser.New(parser.Options{Edition: o.Edition})
			for j := range todo {
				j.read(p, o.Stdin)
				close(j.done)
			}
		})
	}
	if err := collect(ctx, order, o, w); err != nil {
		return err
	}
	return w.Close()
}

// collect writes the results of the jobs in their order.
func collect(ctx context.Context, order <-chan *job, o Options, w Writer) error {
	for j := range order {
		select {
		case <-j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if j.err != nil {
			if o.Failed == nil {
				return fmt.Errorf("validate: %w", j.err)
			}
			o.Failed(j.file, j.err)
			continue
		}
		for i := range j.results {
			if err := w.Write(&j.results[i]); err != nil {
				return fmt.Errorf("validate: write the report on %s: %w", j.file, err)
			}
		}
	}
	return ctx.Err()
}

// read reads the file and judges its messages.
func (j *job) read(p *parser.Parser, stdin io.Reader) {
	var b []byte
	if j.file == Stdin {
		b, j.err = io.ReadAll(stdin)
	} else {
		b, j.err = os.ReadFile(j.file)
	}
	if j.err == nil {
		j.results = Text(p, j.file, b)
	}
}

// Text judges the messages in b, which is what the named file holds.
func Text(p *parser.Parser, file string, b []byte) []Result {
	pieces := cut(b)
	results := make([]Result, len(pieces))
	for i, at := range pieces {
		r := &results[i]
		*r = Result{File: file, Message: i + 1, Messages: len(pieces), Text: b, Off: at.off, End: at.end}
		if at.frame {
			r.Report = p.Validate(&audit.Entry{Frame: b[at.off:at.end]})
		} else {
			r.Report = p.ValidateDocument(b[at.off:at.end])
		}
		for k := range r.Findings {
			r.Findings[k].Off += at.off
		}
	}
	return results
}

// Frame judges one frame, the nth of what file names.
func Frame(p *parser.Parser, file string, n int, frame []byte) Result {
	return Result{
		File: file, Message: n, Messages: n + 1, Text: frame, End: len(frame),
		Report: p.Validate(&audit.Entry{Frame: frame}),
	}
}

// Has says whether a finding is at or above level.
func (r *Result) Has(level schemas.Level) bool {
	for i := range r.Findings {
		if r.Findings[i].Level >= level {
			return true
		}
	}
	return false
}
