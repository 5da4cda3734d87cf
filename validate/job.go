package validate

import (
	"context"
	"errors"
	"os"

	"arr/parser"
)

// job is what one worker judges at a time: some small files, or some messages of a
// stream. It is its producer's, then a worker's, and once done has something the writing
// goroutine's.
type job struct {
	outcomes []outcome
	// pieces are those of a stream, in text; numbers from number on.
	pieces  []piece
	text    []byte
	start   Place
	number  int
	several bool

	results []Result
	done    chan struct{}
}

// outcome is what became of a file: the results with numbers from from up to to, what is
// still to be read, and what kept it from being read.
type outcome struct {
	file     string
	from, to int
	stream   *os.File
	err      error
}

// errStdin says that a file is standard input, which only one may read.
var errStdin = errors.New("standard input")

// maxFiles is how many files a job has at most.
const maxFiles = 32

// batches makes jobs. Its producer owns it, but for recycle.
type batches struct {
	ctx         context.Context
	todo, order chan *job
	free        chan *job
	next        *job
}

// job gives the job that is being made.
func (b *batches) job() *job {
	if b.next == nil {
		select {
		case b.next = <-b.free:
		default:
			b.next = &job{done: make(chan struct{}, 1)}
		}
	}
	return b.next
}

// recycle takes back a job that was written.
func (b *batches) recycle(j *job) {
	if cap(j.text) > 4*maxWhole {
		j.text = nil
	}
	clear(j.results)
	j.outcomes, j.pieces, j.text, j.results = j.outcomes[:0], j.pieces[:0], j.text[:0], j.results[:0]
	select {
	case b.free <- j:
	default:
	}
}

// file adds a file, which a worker will read.
func (b *batches) file(name string) error {
	var err error
	if name == Stdin {
		err = errStdin
	}
	return b.failed(name, err)
}

// failed adds a file with what keeps it from being read.
func (b *batches) failed(name string, err error) error {
	j := b.job()
	if j.outcomes = append(j.outcomes, outcome{file: name, err: err}); len(j.outcomes) < maxFiles {
		return nil
	}
	return b.flush()
}

// flush hands the job on that is being made.
func (b *batches) flush() error {
	j := b.next
	b.next = nil
	if j == nil {
		return nil
	}
	for _, to := range [...]chan *job{b.order, b.todo} {
		select {
		case to <- j:
		case <-b.ctx.Done():
			return b.ctx.Err()
		}
	}
	return nil
}

// judge reads the files and judges their messages, or those of the stream.
func (j *job) judge(p *parser.Parser) {
	for i := range j.outcomes {
		o := &j.outcomes[i]
		o.from = len(j.results)
		if len(j.pieces) > 0 {
			j.judgePieces(p, o.file)
		} else if o.err == nil {
			from := len(j.text)
			if j.text, o.stream, o.err = readFile(j.text, o.file); o.err == nil && o.stream == nil {
				j.results = appendText(j.results, p, o.file, j.text[from:])
			}
		}
		o.to = len(j.results)
	}
}

// judgePieces judges the messages of a stream.
func (j *job) judgePieces(p *parser.Parser, file string) {
	x := newLineIndex(j.text, j.start)
	for i, at := range j.pieces {
		r := Result{File: file, Message: j.number + i, Several: j.several, Text: j.text[at.off:at.end], Start: x.place(at.off)}
		at.off, at.end = 0, at.end-at.off
		r.judge(p, at)
		j.results = append(j.results, r)
	}
}
