package validate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
)

// Stdin is the name of standard input.
const Stdin = "-"

// Result is what is to be said of one message.
type Result struct {
	// File is the file's name as it was given. Message counts the file's messages from 1;
	// Several says that there are more than one.
	File    string
	Message int
	Several bool
	// Text is the file or, of a stream, the part of it that begins at Start and holds the
	// message from Off to End. The findings' places are positions in Text.
	Text     []byte
	Start    Place
	Off, End int
	parser.Report
}

// Place is where in a file something stands: so many bytes, lines and characters of the
// line behind its beginning.
type Place struct{ Bytes, Lines, Characters int }

// Writer takes results in order. Its methods are called from one goroutine. A result is
// the writer's until Write returns.
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
	// Idle, if not nil, is called before the run waits for more to judge.
	Idle func() error
}

// run is one run. The goroutine that called Run owns it, and writes.
type run struct {
	o     Options
	w     Writer
	cache *parser.Cache
}

// Run validates what the files of the given names hold, on all cores, and writes what is
// to be said of it to w, which it closes. A directory stands for the files below it, in the
// order of their names, those that begin with a dot left out.
func Run(ctx context.Context, names []string, o Options, w Writer) error {
	r := &run{o: o, w: w, cache: &parser.Cache{}}
	err := r.pipeline(ctx, func(to *batches) error {
		for _, name := range names {
			if err := to.file(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// Frames is Run for octet-counted frames, of which there may be none. The results are those
// of a file of the given name.
func Frames(ctx context.Context, name string, in io.Reader, o Options, w Writer) error {
	r := &run{o: o, w: w, cache: &parser.Cache{}}
	if err := r.stream(ctx, name, in, countedForm); err != nil {
		return err
	}
	return w.Close()
}

// pipeline has produce fill jobs, judges them on all cores and writes the results in
// order. What a job turns out to hold that is no small file goes through a pipeline of its
// own in its turn.
func (r *run) pipeline(ctx context.Context, produce func(*batches) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	cores := runtime.GOMAXPROCS(0)
	to := &batches{ctx: ctx, todo: make(chan *job), order: make(chan *job, 4*cores), free: make(chan *job, 8*cores)}
	var failed error
	workers.Go(func() {
		defer close(to.order)
		defer close(to.todo)
		if failed = produce(to); failed == nil {
			failed = to.flush()
		}
	})
	for range cores {
		workers.Go(func() {
			p := parser.New(parser.Options{Edition: r.o.Edition, Cache: r.cache})
			for j := range to.todo {
				j.judge(p)
				j.done <- struct{}{}
			}
		})
	}
	if err := r.collect(ctx, to); err != nil {
		return err
	}
	return failed // the order is closed behind it
}

// collect writes the results of the jobs in their order.
func (r *run) collect(ctx context.Context, to *batches) error {
	for {
		j, err := await(ctx, r, to.order)
		if err != nil || j == nil {
			return err
		}
		if _, err := await(ctx, r, j.done); err != nil {
			return err
		}
		for i := range j.outcomes {
			if err := r.outcome(ctx, j, &j.outcomes[i]); err != nil {
				return err
			}
		}
		to.recycle(j)
	}
}

// await gives what comes from a channel, the zero value once it is closed.
func await[T any](ctx context.Context, r *run, from <-chan T) (got T, err error) {
	select {
	case got = <-from:
		return got, nil
	default:
	}
	if r.o.Idle != nil {
		if err := r.o.Idle(); err != nil {
			return got, err
		}
	}
	select {
	case got = <-from:
		return got, nil
	case <-ctx.Done():
		return got, ctx.Err()
	}
}

// outcome writes what became of one file of a job.
func (r *run) outcome(ctx context.Context, j *job, o *outcome) error {
	for i := o.from; i < o.to; i++ {
		if err := r.w.Write(&j.results[i]); err != nil {
			return fmt.Errorf("write the report on %s: %w", o.file, err)
		}
	}
	switch {
	case o.stream != nil:
		defer func() { _ = o.stream.Close() }() // nothing was written
		return r.stream(ctx, o.file, o.stream, unknownForm)
	case o.err == nil:
		return nil
	case errors.Is(o.err, syscall.EISDIR):
		return r.pipeline(ctx, func(to *batches) error { return to.directory(o.file) })
	case errors.Is(o.err, errStdin):
		return r.stream(ctx, Stdin, r.o.Stdin, unknownForm)
	}
	return r.fail(o.file, o.err)
}

// fail tells of a file that can't be read.
func (r *run) fail(file string, err error) error {
	if r.o.Failed == nil {
		return err
	}
	r.o.Failed(file, err)
	return nil
}

// directory adds the files of a directory.
func (b *batches) directory(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return b.failed(path, err)
		case path != dir && entry.Name()[0] == '.':
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.Type().IsRegular():
			return b.file(path)
		}
		return nil
	})
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

// Text judges the messages in b, which is what the named file holds.
func Text(p *parser.Parser, file string, b []byte) []Result { return appendText(nil, p, file, b) }

// appendText is Text, appended to results.
func appendText(results []Result, p *parser.Parser, file string, b []byte) []Result {
	var c cutter
	first := len(results)
	for from := 0; ; {
		at, used, ok := c.next(b[from:], true)
		if ok {
			results = append(results, Result{File: file, Message: len(results) - first + 1, Text: b})
			at.off, at.end = at.off+from, at.end+from
			results[len(results)-1].judge(p, at)
		}
		if from += used; from >= len(b) {
			break
		}
	}
	for i := first; i < len(results); i++ {
		results[i].Several = len(results) > first+1
	}
	return results
}

// judge judges the piece of r.Text that is the message.
func (r *Result) judge(p *parser.Parser, at piece) {
	r.Off, r.End = at.off, at.end
	if at.frame {
		r.Report = p.Validate(&audit.Entry{Frame: r.Text[at.off:at.end], Flags: at.flags})
	} else {
		r.Report = p.ValidateDocument(r.Text[at.off:at.end])
	}
	for k := range r.Findings {
		r.Findings[k].Off += at.off
	}
}
