package validate

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Stdin is the name of standard input.
const Stdin = "-"

// Expand gives the files that names stand for: a directory stands for the files below it,
// in the order of their names, those that begin with a dot left out. The first error of
// what can't be read is given beside what can.
func Expand(names []string) (files []string, err error) {
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	for _, name := range names {
		if name == Stdin {
			files = append(files, name)
			continue
		}
		info, e := os.Stat(name)
		if e != nil {
			keep(e)
			continue
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		keep(filepath.WalkDir(name, func(path string, entry fs.DirEntry, e error) error {
			switch {
			case e != nil:
				keep(e)
			case path != name && entry.Name()[0] == '.':
				if entry.IsDir() {
					return fs.SkipDir
				}
			case entry.Type().IsRegular():
				files = append(files, path)
			}
			return nil
		}))
	}
	return files, err
}

// piece is one message of a file: a frame, or the document that the file is.
type piece struct {
	off, end int
	frame    bool
}

// cut finds the messages of a file.
func cut(b []byte) []piece {
	start := len(b) - len(bytes.TrimLeft(b, " \t\r\n\uFEFF"))
	if start == len(b) {
		return []piece{{0, len(b), false}}
	}
	switch rest := b[start:]; {
	case hasPriority(rest):
		return lines(b, start)
	case countedAt(rest) > 0:
		return counted(b, start)
	}
	return []piece{{0, len(b), false}}
}

// hasPriority says whether b begins with a PRI (RFC 5424 §6.2.1).
func hasPriority(b []byte) bool {
	end := bytes.IndexByte(b[:min(len(b), 8)], '>')
	return end > 1 && b[0] == '<' && b[1] >= '0' && b[1] <= '9'
}

// lines cuts frames that each begin a line. A line that begins otherwise is part of the
// frame before it, whose message is indented.
func lines(b []byte, start int) (out []piece) {
	for p := start; p < len(b); {
		end := bytes.IndexByte(b[p:], '\n') + 1
		if end == 0 {
			end = len(b) - p
		}
		if n := len(out); n > 0 && !hasPriority(b[p:]) {
			out[n-1].end = p + end
		} else {
			out = append(out, piece{p, p + end, true})
		}
		p += end
	}
	for i := range out {
		out[i].end -= len(b[out[i].off:out[i].end]) - len(bytes.TrimRight(b[out[i].off:out[i].end], "\r\n"))
	}
	return out
}

// countedAt gives how many bytes the length and the blank take that b begins with, 0 if
// it begins otherwise.
func countedAt(b []byte) int {
	n := 0
	for n < len(b) && n < 11 && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	if n == 0 || n > 10 || n == len(b) || b[n] != ' ' {
		return 0
	}
	return n + 1
}

// counted cuts octet-counted frames. What can't be cut is one frame, up to the end.
func counted(b []byte, start int) (out []piece) {
	for p := start; p < len(b); {
		n := countedAt(b[p:])
		if n == 0 {
			if len(bytes.TrimSpace(b[p:])) == 0 {
				break
			}
			return append(out, piece{p, len(b), true})
		}
		length, err := strconv.Atoi(string(b[p : p+n-1]))
		if err != nil || length > len(b)-p-n {
			return append(out, piece{p + n, len(b), true})
		}
		out = append(out, piece{p + n, p + n + length, true})
		p += n + length
	}
	return out
}
