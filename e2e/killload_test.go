package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"arr/audit"
	"arr/emitter"
	"arr/mllp"
)

// killLoad is all that arr sends with, at work on one repository, and what it is owed.
type killLoad struct {
	t        *testing.T
	m        *mortal
	stop     chan struct{}
	work     sync.WaitGroup
	loggers  []*emitter.Logger
	gateways []*killGateway

	mu sync.Mutex
	// owed are the messages that a sender was told are stored, or that it keeps until then.
	owed map[string]bool
	// told counts the runs of arr emit that were told so.
	told int
}

func startLoad(t *testing.T, m *mortal) *killLoad {
	l := &killLoad{t: t, m: m, stop: make(chan struct{}), owed: map[string]bool{}}
	archive := hl7Archive(t)
	for i, to := range []string{"tls://localhost:" + m.tls, "tcp://localhost:" + m.tcp} {
		l.work.Go(func() { l.emit(to, fmt.Sprintf("emit%d-", i)) })
		l.log(to, fmt.Sprintf("log%d-", i))
		// So few on a connection that many are ended, and confirmed, between two kills.
		g := &killGateway{next: i * 500_000, floor: i * 500_000, flags: []string{"--forward", archive, "--to", to + ",pipelined=20",
			"--ca", m.s.caFile(), "--spool", t.TempDir(), "--metrics", "127.0.0.1:0"}}
		g.gateway = startGateway(t, g.flags...)
		l.gateways = append(l.gateways, g)
		l.work.Go(func() { l.admit(g) })
	}
	t.Cleanup(l.end)
	return l
}

func (l *killLoad) ended() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

func (l *killLoad) owe(ids ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.owed[id] = true
	}
}

// emit runs arr emit time and again. What it exits with 0 for is owed.
func (l *killLoad) emit(to, name string) {
	for i := 0; !l.ended(); {
		var stdin strings.Builder
		var ids []string
		for range 1 + rand.IntN(100) {
			ids = append(ids, name+strconv.Itoa(i))
			f := killFrame(ids[len(ids)-1])
			fmt.Fprintf(&stdin, "%d %s", len(f), f)
			i++
		}
		if arr(l.t, stdin.String(), "emit", "--to", to, "--ca", l.m.s.caFile(), "-").code == 0 {
			l.owe(ids...)
			l.mu.Lock()
			l.told++
			l.mu.Unlock()
		}
	}
}

// killFrame is the frame of an id, which alone gives all of its bytes.
func killFrame(id string) string {
	return strings.Replace(numberedFrame(len(id)*7), "frame-"+strconv.Itoa(len(id)*7), id, 1)
}

// log has a Logger send. What Log took is owed.
func (l *killLoad) log(to, name string) {
	target, err := emitter.ParseTarget(to)
	if err != nil {
		l.t.Fatal(err)
	}
	pem, err := os.ReadFile(l.m.s.caFile())
	if err != nil {
		l.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	logger, err := emitter.Open(emitter.Options{Dir: l.t.TempDir(), Repositories: []emitter.Repository{{
		Name: "mortal", To: target, Dialer: emitter.Dialer{TLS: &tls.Config{RootCAs: roots}},
		MinRetry: 10 * time.Millisecond, MaxRetry: 100 * time.Millisecond, MaxPipelined: 50, MaxIdle: 20 * time.Millisecond,
	}}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.loggers = append(l.loggers, logger)
	l.work.Go(func() {
		for i := 0; !l.ended(); {
			var ids []string
			var messages []*audit.Message
			for range 1 + rand.IntN(20) {
				ids = append(ids, name+strconv.Itoa(i))
				messages = append(messages, &audit.Message{Objects: []audit.ParticipantObject{{ID: name + strconv.Itoa(i)}}})
				i++
			}
			if err := logger.Log(messages...); err != nil {
				l.t.Errorf("Log: %v", err)
				return
			}
			l.owe(ids...)
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// killGateway is arr hl7 that is killed now and then.
type killGateway struct {
	*gateway
	flags []string
	// mu is held while an admission is under way, and while the gateway is replaced.
	mu   sync.Mutex
	conn *mllp.Conn
	// next is the number of the next admission; those from floor on came by this process.
	next, floor int
}

// admit has admissions audited. What the gateway says it has in its spool is owed.
func (l *killLoad) admit(g *killGateway) {
	for !l.ended() {
		g.mu.Lock()
		err := g.dial()
		if err == nil {
			err = admit(g.conn, g.next)
		}
		g.next++
		g.mu.Unlock()
		if err != nil {
			l.t.Errorf("an admission: %v", err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// dial connects to the gateway, unless that was done.
func (g *killGateway) dial() error {
	if g.conn != nil {
		return nil
	}
	conn, err := net.Dial("tcp", g.address)
	if err == nil {
		g.conn = mllp.NewConn(conn, 1<<20)
	}
	return err
}

// killGateways kills all gateways, and starts them anew on their spools.
func (l *killLoad) killGateways() {
	for _, g := range l.gateways {
		taken := g.taken()
		g.mu.Lock()
		l.oweAdmissions(g.floor, g.floor+taken)
		g.kill()
		g.gateway, g.conn, g.floor = startGateway(l.t, g.flags...), nil, g.next
		g.mu.Unlock()
	}
}

func (l *killLoad) oweAdmissions(from, to int) {
	for i := from; i < to; i++ {
		l.owe(fmt.Sprintf("HL%06d", i))
	}
}

// end stops what sends and waits for it.
func (l *killLoad) end() {
	if !l.ended() {
		close(l.stop)
	}
	l.work.Wait()
	for _, logger := range l.loggers {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		logger.Close(ctx)
	}
}

var killID = regexp.MustCompile(`ParticipantObjectID="((?:emit|log)\d-\d+|HL\d+)[\^"]`)

// settle ends the load, lets spools empty themselves, and looks for all that is owed.
func (l *killLoad) settle() {
	close(l.stop)
	l.work.Wait()
	for _, g := range l.gateways {
		until(l.t, 5*time.Minute, "all admissions are spooled", func() bool { return g.taken() == g.next-g.floor })
		l.oweAdmissions(g.floor, g.next)
		until(l.t, 5*time.Minute, "the gateway's spool is empty", func() bool { return g.figure("repository_waiting_bytes") == 0 })
		g.stop()
	}
	for _, logger := range l.loggers {
		until(l.t, 5*time.Minute, "the Logger's spool is empty", func() bool { return logger.Stats()[0].WaitingBytes == 0 })
	}
	l.m.s.stop()
	found := map[string]bool{}
	for _, f := range splitFrames(l.t, mustArr(l.t, "", "query", "--data", l.m.dir, "*", "--format", "raw")) {
		m := killID.FindStringSubmatch(f)
		if m == nil {
			continue // cut before its id
		}
		found[m[1]] = found[m[1]] || strings.HasSuffix(f, "</AuditMessage>")
	}
	lost := 0
	for id := range l.owed {
		if !found[id] {
			lost++
			l.t.Logf("%s is not there", id)
		}
	}
	l.t.Logf("%d messages owed, %d runs of arr emit confirmed, %d ids found", len(l.owed), l.told, len(found))
	if lost > 0 || len(l.owed) == 0 || l.told == 0 {
		l.t.Errorf("%d of %d messages are lost, of which it was said that they are stored", lost, len(l.owed))
	}
	if out := mustArr(l.t, "", "check", "--data", l.m.dir); !strings.Contains(out, "all is as it was written") {
		l.t.Errorf("check says %s", out)
	}
}
