package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sync/semaphore"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
	"arr/mllp"
)

// What may wait to be audited, in messages and in bytes, and how long a connection waits
// where too much does. Who waited in vain is the last to: until something was audited again
// nobody waits.
const (
	maxWaiting      = 4096
	maxWaitingBytes = 96 << 20
	auditPatience   = time.Second
)

// auditor makes audit messages of exchanges, in a goroutine of its own, so that no
// HL7 connection waits for the disk.
type auditor struct {
	log *slog.Logger
	// reports say what of acknowledgements tells what the archive did.
	reports hl7.Reports
	// lines and work belong to run's goroutine.
	lines   []*auditLine
	work    auditWork
	waiting chan mllp.Exchange
	// room is for what is not in the spools yet, in bytes.
	room *semaphore.Weighted
	// stuck says that somebody waited for room in vain, and nothing was audited since;
	// missed counts what was not taken then.
	stuck   atomic.Bool
	missed  atomic.Int64
	running sync.WaitGroup

	// exchanges counts the HL7 messages that came to an end, messages the audit
	// messages that were owed for them, deviating those among them that break a rule of
	// their standard, unaudited the exchanges that were not audited, since too many
	// waited or they could not be mapped, and lost the calls that a spool refused.
	exchanges, messages, deviating, unaudited, lost atomic.Int64
}

// auditLine makes the messages of one dialect and has the repositories that want them so.
type auditLine struct {
	lane
	mapper  *hl7.Mapper
	checker emitter.Checker
	// told are the deviations that the log has.
	told   map[string]bool
	logger *emitter.Logger
	batch  []*audit.Message
}

// configure reads how audit messages are made and where they go.
func (a *auditor) configure(c *cli.Context, speak *speaker, directory *directedSender) error {
	header := emitter.Header{Hostname: hostname(), App: "arr-hl7", ProcID: strconv.Itoa(os.Getpid())}
	all, err := lanes(c, header, speak, directory)
	if err != nil {
		return err
	}
	if a.reports, err = didTable(c); err != nil {
		return err
	}
	for _, l := range all {
		mapper, err := newMapper(c, l.dialect)
		if err != nil {
			return err
		}
		a.lines = append(a.lines, &auditLine{lane: l, mapper: mapper, told: map[string]bool{}})
	}
	return nil
}

// start opens the spools in dir. tell hears of what happens to repositories.
func (a *auditor) start(dir string, tell func(emitter.Event)) error {
	for _, spool := range forsaken(dir, a.lines) {
		a.log.Warn("a spool belongs to a repository that no --to names, and what waits there is not sent: name it, or delete the spool", slog.String("spool", spool))
	}
	for _, l := range a.lines {
		var err error
		if l.logger, err = emitter.Open(emitter.Options{Dir: dir, Repositories: l.repositories, Notify: tell}); err != nil {
			return err
		}
	}
	a.waiting, a.room = make(chan mllp.Exchange, maxWaiting), semaphore.NewWeighted(maxWaitingBytes)
	a.running.Go(a.run)
	return nil
}

// stop audits what waits and sends it until ctx ends. Nothing may be taken any more.
func (a *auditor) stop(ctx context.Context) error {
	close(a.waiting)
	a.running.Wait()
	failed := make([]error, len(a.lines))
	var closing sync.WaitGroup
	for i, l := range a.lines {
		closing.Go(func() { failed[i] = l.logger.Close(ctx) })
	}
	closing.Wait()
	return errors.Join(failed...)
}

// stats are the figures of all repositories.
func (a *auditor) stats() []emitter.Stats {
	var all []emitter.Stats
	for _, l := range a.lines {
		all = append(all, l.logger.Stats()...)
	}
	return all
}

// take has an exchange audited. Where that is slower than the traffic, it waits; where it
// does not go on at all, what comes is not audited, and that is logged.
func (a *auditor) take(x mllp.Exchange) {
	a.exchanges.Add(1)
	if weight := weightOf(&x); a.room.TryAcquire(weight) || a.await(weight) {
		a.waiting <- x
		return
	}
	a.unaudited.Add(1)
	a.missed.Add(1)
}

// await waits for room and says whether there is.
func (a *auditor) await(weight int64) bool {
	if a.stuck.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), auditPatience)
	defer cancel()
	if a.room.Acquire(ctx, weight) == nil {
		return true
	}
	if !a.stuck.Swap(true) {
		a.log.Error("HL7 messages are not audited, since too many wait for the disk; HL7 traffic goes on")
	}
	return false
}

// weightOf is how much of the room an exchange takes: none so little that more than
// maxWaiting could wait, or so much that it could never. An answer has thrice its length
// for finding the acknowledgements in it (hl7.Pairs).
func weightOf(x *mllp.Exchange) int64 {
	n := len(x.Message)
	for _, a := range x.Answers {
		n += 3 * len(a)
	}
	return min(max(int64(n), maxWaitingBytes/maxWaiting), maxWaitingBytes)
}

// maxTold is how many deviations are told, by arr hl7 how many different ones.
const maxTold = 100

// check tells of a message that is not as its standard has it: each deviation once. It is
// sent all the same, since that somebody saw a patient's data is worth more than its form.
func (a *auditor) check(l *auditLine, m *audit.Message) {
	err := l.checker.Check(m, l.dialect)
	if err == nil {
		return
	}
	a.deviating.Add(1)
	if text := err.Error(); !l.told[text] && len(l.told) < maxTold {
		l.told[text] = true
		a.log.Warn("audit messages deviate from their standard and are sent all the same", slog.Any("error", err))
	}
}
