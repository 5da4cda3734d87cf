package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// showEvery is how often the line on the terminal changes, and how long a run goes
// on before there is one.
const showEvery = 200 * time.Millisecond

// emitCounter counts what arr emit sends and shows it on a terminal.
type emitCounter struct {
	terminal          io.Writer // nil where standard error is none
	files, done       int
	stream            bool // a file is standard input: nobody knows how much comes
	messages          int
	bytes             int64
	started, nextShow time.Time
	visible           bool
}

func newEmitCounter(stderr io.Writer, files []string) *emitCounter {
	c := &emitCounter{files: len(files), started: time.Now()}
	c.nextShow = c.started.Add(showEvery)
	for _, name := range files {
		c.stream = c.stream || name == "-"
	}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.terminal = stderr
	}
	return c
}

// sent counts one message.
func (c *emitCounter) sent(bytes int) {
	c.messages++
	c.bytes += int64(bytes)
	if c.terminal == nil || c.messages%32 != 0 {
		return
	}
	if now := time.Now(); now.After(c.nextShow) {
		c.nextShow, c.visible = now.Add(showEvery), true
		fmt.Fprint(c.terminal, "\r", c.line(now.Sub(c.started)), "\x1b[K")
	}
}

func (c *emitCounter) fileDone() { c.done++ }

// line is what stands on the terminal after a time.
func (c *emitCounter) line(elapsed time.Duration) string {
	text := fmt.Sprintf("%s, %.1f MB, %.0f messages/s", plural(c.messages, "message"), float64(c.bytes)/1e6, float64(c.messages)/elapsed.Seconds())
	if c.stream {
		return text
	}
	const width = 30
	full := width * c.done / c.files
	return fmt.Sprintf("[%s%s] %d%%  %s", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*c.done/c.files, text)
}

// end takes the line away.
func (c *emitCounter) end() {
	if c.visible {
		fmt.Fprint(c.terminal, "\r\x1b[K")
	}
}

// outcome says how much was sent when a run failed. Unless the connection ended in order
// nobody knows what of that arrived.
func (c *emitCounter) outcome(sent int, inOrder bool) string {
	text := plural(sent, "message")
	if !c.stream {
		text = fmt.Sprintf("%d of %s", sent, plural(c.files, "message"))
	}
	if inOrder || sent == 0 {
		return text + " handed over"
	}
	return text + " sent, perhaps lost"
}
