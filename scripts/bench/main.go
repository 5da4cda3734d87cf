package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	b := bench{}
	flag.StringVar(&b.arr, "arr", "bin/arr", "the server's binary")
	flag.StringVar(&b.load, "load", "bin/arr-load", "the sender's binary")
	flag.IntVar(&b.n, "n", 1_000_000, "how many messages")
	keep := flag.String("keep", "", "store into this new directory and leave it there, instead of a temporary one")
	flag.Parse()
	if err := b.runIn(*keep); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	arr, load string
	n         int
	dir       string
	table     table
}

func (b *bench) runIn(keep string) error {
	if b.n < 1000 {
		return errors.New("-n must be at least 1000, for every kind of question to have an answer")
	}
	b.dir = keep
	if keep == "" {
		dir, err := os.MkdirTemp("", "arr-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		b.dir = filepath.Join(dir, "data")
	}
	fmt.Printf("measuring the reference\n")
	var err error
	if b.table.reference, err = measureReference(); err != nil {
		return err
	}
	fmt.Printf("sending %d messages\n", b.n)
	if err := b.fill(); err != nil {
		return err
	}
	fmt.Printf("asking questions\n")
	if err := b.ask(); err != nil {
		return err
	}
	b.table.print(os.Stdout)
	return nil
}

// sent is what arr-load reports.
type sent struct {
	Messages            int
	Bytes               int64
	Seconds, CPUSeconds float64
}

// filling is what it took to take all messages in.
type filling struct {
	sent      sent
	took      time.Duration // from the sender's start until all was stored
	cpu       time.Duration // the server's, meanwhile
	cpuSealed time.Duration // the same, with sealing until the server's end
	memory    int64         // the most that was resident, in bytes
	drained   time.Duration // from SIGTERM to the server's end
	disk      int64         // in bytes
}

// fill sends all messages to a server with an empty directory and stops it.
func (b *bench) fill() error {
	s, err := startServer(b.arr, b.dir)
	if err != nil {
		return err
	}
	defer s.kill()
	var f filling
	idle, err := s.cpu()
	if err != nil {
		return err
	}
	begin := time.Now()
	if f.sent, err = b.send(s); err != nil {
		return err
	}
	f.took = time.Since(begin)
	busy, err := s.cpu()
	if err != nil {
		return err
	}
	f.cpu = busy - idle
	if f.memory, err = s.peakMemory(); err != nil {
		return err
	}
	begin = time.Now()
	if err := s.stop(); err != nil {
		return err
	}
	f.drained, f.cpuSealed = time.Since(begin), s.total()-idle
	if f.disk, err = allocated(b.dir); err != nil {
		return err
	}
	f.show(&b.table, b.n)
	return nil
}

func (f *filling) show(t *table, messages int) {
	n := float64(messages)
	t.duration("server CPU a message, until all was stored", 15*time.Microsecond, f.cpu/time.Duration(messages))
	t.duration("server CPU a message, with sealing to the end", 0, f.cpuSealed/time.Duration(messages))
	t.duration("sender CPU a message", 0, time.Duration(f.sent.CPUSeconds/n*1e9))
	rate := n / f.took.Seconds()
	t.figure("messages stored a second", "≥ 60000", fmt.Sprintf("%.0f", rate),
		fmt.Sprintf("%.1f of encoding/xml", rate*t.reference.xml.Seconds()))
	t.figure("peak resident memory", "≤ 600 MB", fmt.Sprintf("%.0f MB", float64(f.memory)/1e6), "")
	t.figure("disk a message, everything, sealed", "≤ 60 B", fmt.Sprintf("%.1f B", float64(f.disk)/n),
		fmt.Sprintf("%.2f %% of the frames", 100*float64(f.disk)/float64(f.sent.Bytes)))
	t.figure("mean frame", "", fmt.Sprintf("%.0f B", float64(f.sent.Bytes)/n), "")
	t.figure("from SIGTERM to the end", "≤ 30s", round(f.drained), "")
}

// send runs arr-load and waits until the server has stored everything.
func (b *bench) send(s *server) (sent, error) {
	var load sent
	cmd := exec.Command(b.load, "-to", "tls://"+s.ports.TLS[0], "-ca", filepath.Join(b.dir, "keys", "ca.pem"), "-n", strconv.Itoa(b.n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return load, fmt.Errorf("%s: %w", b.load, err)
	}
	if err := json.Unmarshal(out, &load); err != nil {
		return load, fmt.Errorf("what %s printed: %w", b.load, err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stored, err := s.stored()
		switch {
		case err != nil:
			return load, err
		case stored == b.n:
			return load, nil
		case stored > b.n || time.Now().After(deadline):
			return load, fmt.Errorf("%d messages were sent and %d stored", b.n, stored)
		}
	}
}

// allocated is what the files under dir take on the disk, in bytes, as du counts.
func allocated(dir string) (int64, error) {
	out, err := exec.Command("du", "-s", "-B1", dir).Output()
	if err != nil {
		return 0, fmt.Errorf("du %s: %w", dir, err)
	}
	var n int64
	if _, err := fmt.Sscan(string(out), &n); err != nil {
		return 0, fmt.Errorf("what du printed: %w", err)
	}
	return n, nil
}
