package validate

import (
	"bytes"
	"unicode/utf8"

	"arr/audit"
)

// lineIndex finds lines and columns of places in a text, which come in rising order. The
// text is the part of a file that begins at start.
type lineIndex struct {
	text  []byte
	begin Place
	wide  bool // UTF-16
	// off is how far was looked: there, so many lines ended, one began at start, and so many
	// characters of it came.
	off, line, start, characters int
}

func newLineIndex(text []byte, begin Place) *lineIndex {
	wide := bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF"))
	return &lineIndex{text: text, begin: begin, wide: wide}
}

// at gives line and column of the byte at off in the file, both from 1; a column is a
// character.
func (x *lineIndex) at(off int) (line, column int) {
	p := x.place(off)
	return p.Lines + 1, p.Characters + 1
}

// place gives where in the file the byte at off is.
func (x *lineIndex) place(off int) Place {
	off = min(off, len(x.text))
	if off < x.off {
		x.off, x.line, x.start, x.characters = 0, 0, 0, 0
	}
	passed := x.text[x.off:off]
	if n := bytes.Count(passed, []byte("\n")); n > 0 {
		x.line += n
		x.start = x.off + bytes.LastIndexByte(passed, '\n') + 1
		passed, x.characters = x.text[x.start:off], 0
	}
	x.off = off
	x.characters += utf8.RuneCount(passed)
	p := Place{x.begin.Bytes + off, x.begin.Lines + x.line, x.characters}
	if x.wide {
		p.Characters = (off - x.start) / 2
	}
	if x.line == 0 {
		p.Characters += x.begin.Characters
	}
	return p
}

// excerpt is the line that holds off, cut to what a terminal shows around it, and how many
// characters stand before off in it.
func (x *lineIndex) excerpt(off int) (line string, before int) {
	const left, right = 60, 60
	x.at(off)
	end := bytes.IndexByte(x.text[x.start:], '\n')
	if end < 0 {
		end = len(x.text) - x.start
	}
	end += x.start
	off = min(off, end)
	from, to := x.start, end
	if off-from > left {
		from = off - left
		for from < off && !utf8.RuneStart(x.text[from]) {
			from++
		}
	}
	if to-off > right {
		to = off + right
		for to > off && !utf8.RuneStart(x.text[to]) {
			to--
		}
	}
	text, marked := "", 0
	if from > x.start {
		text, marked = "…", 1
	}
	text += audit.Visible(string(x.text[from:to]))
	if to < end {
		text += "…"
	}
	return text, marked + utf8.RuneCountInString(audit.Visible(string(x.text[from:off])))
}
