package e2e

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// trial is what was seen of one damaged directory.
type trial struct {
	t   *testing.T
	f   *flip
	dir string
	// found are the lines that check has of damage, noted whether it had notes.
	found []string
	noted bool
	// lacking is set once an answer said that it is not complete.
	lacking bool
}

// exit codes of arr that README names.
const (
	exitDamaged    = 3
	exitIncomplete = 5
)

// tryFlip damages a copy of template and does with it what people would.
func tryFlip(t *testing.T, template string, f *flip) outcome {
	x := &trial{t: t, f: f, dir: filepath.Join(t.TempDir(), "data")}
	copyDirectory(t, template, x.dir)
	if f.running {
		return x.underServer()
	}
	if !f.damage(t, x.dir) {
		return untouched
	}
	x.check()
	opens := x.ask("offline", stored+unsealed)
	s := launch(t, x.dir, serveCommand(x.dir))
	if err := s.listens(nil); err != nil {
		return x.refusal(s, opens)
	}
	if !opens {
		x.fail("a server starts where a question could not be asked")
	}
	x.ask("of the server", stored+unsealed)
	sendFrames(t, s, stored+unsealed, stored+unsealed+more)
	x.ask("of the server that has taken more", stored+unsealed+more)
	s.stop()
	x.alive(s.log.String())
	return x.judge()
}

// underServer damages the directory of a running server.
func (x *trial) underServer() outcome {
	s := start(x.t, x.dir)
	x.ask("before", stored+unsealed)
	if !x.f.damage(x.t, x.dir) {
		s.stop()
		return untouched
	}
	x.ask("of the server", stored+unsealed)
	sendFrames(x.t, s, stored+unsealed, stored+unsealed+more)
	x.ask("of the server that has taken more", stored+unsealed+more)
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.exited
	x.alive(s.log.String())
	x.check()
	again := launch(x.t, x.dir, serveCommand(x.dir))
	if err := again.listens(nil); err != nil {
		return x.refusal(again, x.ask("offline", stored+unsealed+more))
	}
	x.ask("of the server that came next", stored+unsealed+more)
	again.stop()
	x.alive(again.log.String())
	return x.judge()
}

func (x *trial) fail(format string, args ...any) {
	x.t.Helper()
	x.t.Errorf(x.f.String()+": "+format, args...)
}

// alive fails where a program ended as none may.
func (x *trial) alive(log string) {
	x.t.Helper()
	for _, sign := range []string{"panic", "goroutine ", "fatal error", "SIGSEGV", "SIGBUS"} {
		if strings.Contains(log, sign) {
			x.fail("%s in what it says:\n%.4000s", sign, log)
			return
		}
	}
}

// check runs arr check and returns what it names.
func (x *trial) check() {
	x.t.Helper()
	r := arr(x.t, "", "check", "--data", x.dir)
	x.alive(r.stdout + r.stderr)
	x.found, x.noted = nil, strings.Contains(r.stdout, "note:")
	for line := range strings.Lines(r.stdout) {
		if what, ok := strings.CutPrefix(strings.TrimSpace(line), "DAMAGED: "); ok {
			x.found = append(x.found, what)
		}
	}
	if r.code != 0 && r.code != exitDamaged && r.code != 6 || (r.code == 0) != (len(x.found) == 0) && r.code != 6 {
		x.fail("check exits with %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r.code == 6 {
		x.found = append(x.found, r.stderr)
	}
}

// ask puts questions to the first n numbered frames and reports whether they were answered.
func (x *trial) ask(who string, n int) bool {
	x.t.Helper()
	r := arr(x.t, "", "query", "--data", x.dir, "*", "--format", "raw")
	x.alive(r.stderr)
	if r.code != 0 && r.code != exitIncomplete {
		if len(x.found) == 0 {
			x.fail("a question %s is refused, but check finds nothing: exit %d: %s", who, r.code, r.stderr)
		}
		return false
	}
	have, others := map[int]bool{}, 0
	for _, frame := range splitFrames(x.t, r.stdout) {
		m := frameNumber.FindStringSubmatch(frame)
		if m == nil {
			if strings.HasSuffix(frame, filler) {
				others++
			} else if frame != "" { // an empty one stands where a record is lost
				x.fail("%s has a frame that nobody sent", who)
			}
			continue
		}
		i, _ := strconv.Atoi(m[1])
		if frame != numberedFrame(i) || have[i] {
			x.fail("%s has frame %d twice or changed", who, i)
		}
		have[i] = true
	}
	if missing := n + fillers - len(have) - others; missing > 0 {
		x.lacking = true
		lost := arr(x.t, "", "query", "--data", x.dir, "finding:lost", "--count")
		count, _ := strconv.Atoi(strings.TrimSpace(lost.stdout))
		if r.code == 0 && count < missing {
			x.fail("%s lacks %d records of %d and says nothing of it", who, missing, n+fillers)
		}
	}
	for question, holds := range questions {
		x.count(who, question, n, have, holds)
	}
	return true
}

// questions go by the index of names, by that of ids, and by neither.
var questions = map[string]func(i int) bool{
	"user:user1*":     func(i int) bool { return strings.HasPrefix(strconv.Itoa(i%97), "1") },
	"user:~usr42":     func(i int) bool { return i%97 == 42 },
	"study:frame-123": func(i int) bool { return i == 123 },
	"hostname:host3":  func(i int) bool { return i%7 == 3 },
}

// count compares how many records satisfy a question with those that there are: all that were
// sent, or, where that is said, at least those whose frames were given out.
func (x *trial) count(who, question string, n int, have map[int]bool, holds func(int) bool) {
	x.t.Helper()
	sent, given := 0, 0
	for i := range n {
		if holds(i) {
			sent++
			if have[i] {
				given++
			}
		}
	}
	r := arr(x.t, "", "query", "--data", x.dir, question, "--count")
	x.alive(r.stderr)
	got, err := strconv.Atoi(strings.TrimSpace(r.stdout))
	incomplete := r.code == exitIncomplete
	if err != nil || r.code != 0 && !incomplete || got > sent || !incomplete && got < given {
		x.fail("%s, %s: %d records of %d, exit %d: %s", who, question, got, sent, r.code, r.stderr)
	}
	x.lacking = x.lacking || incomplete
}

// refusal judges a server that did not start.
func (x *trial) refusal(s *server, opens bool) outcome {
	x.t.Helper()
	x.alive(s.log.String())
	if s.running() {
		x.fail("a server neither starts nor ends:\n%s", s.log)
	}
	if len(x.found) == 0 {
		x.fail("a server does not start, but check finds nothing:\n%s", s.log)
		return failed
	}
	said, file := words(s.log.String()), filepath.Base(x.f.place.file)
	for _, what := range x.found {
		if !strings.Contains(said, words(what)) && !(strings.Contains(what, file) && strings.Contains(s.log.String(), file)) {
			continue
		}
		if x.check(); len(x.found) == 0 {
			x.fail("check finds nothing once a server has refused to start:\n%s", s.log)
			return failed
		}
		return refused
	}
	x.fail("check and start give different reasons:\n%s\n%s", strings.Join(x.found, "\n"), s.log)
	return failed
}

var notWords = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// words is a text without what differs between a log's line and a report's.
func words(s string) string { return strings.Trim(notWords.ReplaceAllString(s, " "), " ") }

// judge says what came of a flip after which a server started and stopped.
func (x *trial) judge() outcome {
	x.t.Helper()
	before, hasNotes := x.found, x.noted
	x.check()
	x.ask("at the end", stored+unsealed+more)
	switch {
	case len(before) == 0 && x.lacking:
		x.fail("answers lack records, but check finds nothing")
	case len(before) == 0 && len(x.found) > 0:
		x.fail("check finds damage once a server ran, none before: %s", strings.Join(x.found, "\n"))
	case len(before) == 0 && hasNotes:
		return noted
	case len(before) == 0:
		return harmless
	case !strings.Contains(strings.Join(before, "\n"), filepath.Base(x.f.place.file)) && !strings.Contains(strings.Join(before, "\n"), filepath.Dir(x.f.place.file)):
		x.fail("check names another file: %s", strings.Join(before, "\n"))
	case len(x.found) == 0 && x.lacking && x.noted:
		return recorded
	case len(x.found) == 0 && x.lacking:
		x.fail("answers lack records, but check finds nothing any more")
	case len(x.found) == 0:
		return remade
	default:
		return named
	}
	return failed
}
