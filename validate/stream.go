package validate

import (
	"context"
	"fmt"
	"io"
)

// stream validates what in gives, however much that is: it keeps what has not been judged
// yet, and of one message no more than maxMessage.
func (r *run) stream(ctx context.Context, file string, in io.Reader, f form) error {
	var failed error
	err := r.pipeline(ctx, func(to *batches) error {
		s := stream{file: file, in: in, to: to, cutter: cutter{form: f}}
		var err error
		failed, err = s.read()
		return err
	})
	if err == nil && failed != nil {
		return r.fail(file, fmt.Errorf("read %s: %w", file, failed))
	}
	return err
}

// stream cuts an input into messages and makes jobs of them.
type stream struct {
	file string
	in   io.Reader
	to   *batches

	cutter  cutter
	buf     []byte
	at      Place // of what follows buf's messages
	from    int   // what of buf was cut
	count   int
	ended   bool
	pending []piece
}

// read reads to the end. failed is what kept it from reading on; err, why the run ends.
func (s *stream) read() (failed, err error) {
	for !s.ended {
		if cap(s.buf)-len(s.buf) < 1<<16 {
			s.buf = append(s.buf, make([]byte, max(1<<16, len(s.buf)))...)[:len(s.buf)]
		}
		n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if s.ended = err != nil; err != nil && err != io.EOF {
			failed = err
		}
		if err := s.cut(); err != nil {
			return nil, err
		}
	}
	return failed, nil
}

// cut hands on what messages there are.
func (s *stream) cut() error {
	before := s.cutter
	s.pending, s.from = s.pending[:0], 0
	for {
		at, used, ok := s.cutter.next(s.buf[s.from:], s.ended)
		if ok {
			at.off, at.end = at.off+s.from, at.end+s.from
			s.pending = append(s.pending, at)
		}
		s.from += used
		if used == 0 || s.from == len(s.buf) {
			break
		}
	}
	if !s.ended && s.count == 0 && len(s.pending) == 1 && s.pending[0].flags == 0 {
		s.cutter = before // whether there are several, what follows will say
		return nil
	}
	err := s.hand()
	s.buf = s.buf[:copy(s.buf, s.buf[s.from:])]
	return err
}

// hand makes a job of the messages.
func (s *stream) hand() error {
	start := s.at
	s.at = newLineIndex(s.buf, start).place(s.from)
	if len(s.pending) == 0 {
		return nil
	}
	j := s.to.job()
	j.outcomes = append(j.outcomes, outcome{file: s.file})
	j.text, j.pieces = append(j.text, s.buf[:s.from]...), append(j.pieces, s.pending...)
	j.start, j.number, j.several = start, s.count+1, s.count+len(s.pending) > 1 || !s.ended
	s.count += len(s.pending)
	return s.to.flush()
}
