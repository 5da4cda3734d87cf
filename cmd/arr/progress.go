package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress is a bar on a terminal for work that takes long; anywhere else it is nothing.
type progress struct {
	out   io.Writer // nil where nobody looks
	what  string
	shown time.Time
}

// newProgress makes the bar of what is being done ("checking").
func newProgress(stderr io.Writer, what string) *progress {
	p := &progress{what: what}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.out = stderr
	}
	return p
}

const barWidth = 40

// update shows that so much of all is done.
func (p *progress) update(done, all int64) {
	if p.out == nil || all <= 0 || time.Since(p.shown) < showEvery {
		return
	}
	p.shown = time.Now()
	done = min(done, all)
	full := int(done * barWidth / all)
	fmt.Fprintf(p.out, "\r%s [%s%s] %3d %%", p.what, strings.Repeat("=", full), strings.Repeat(" ", barWidth-full), done*100/all)
}

// done takes the bar away.
func (p *progress) done() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\033[K")
	}
}
