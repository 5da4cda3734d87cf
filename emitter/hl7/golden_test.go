package hl7_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"arr/emitter"
	"arr/emitter/hl7"
)

// golden is what testdata/golden expects of a file of messages; testdata/README.md says how
// it is written.
type golden struct {
	file, ack, peer string
	latin1, sent    bool
	did             hl7.Did
	dialect         emitter.Dialect
	audits          []expected
}

// expected is an audit message, of the n-th message of the file.
type expected struct {
	message int
	xml     string
}

func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 75 {
		t.Errorf("%d golden files", len(names))
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".golden"), func(t *testing.T) {
			g := readGolden(t, name)
			messages := g.messages(t)
			m := mapper()
			m.Dialect = g.dialect
			var got []string
			for _, one := range messages {
				x := hl7.Exchange{Message: one, Peer: g.peer, Sent: g.sent, Did: g.did}
				if g.ack != "" {
					x.Ack = []byte(strings.ReplaceAll(string(read(t, g.ack)), "\n", "\r"))
				}
				for _, a := range m.Audit(&x) {
					got = append(got, string(emitter.AppendXML(nil, &a, m.Dialect)))
				}
			}
			if len(got) != len(g.audits) {
				t.Fatalf("%d audit messages, want %d", len(got), len(g.audits))
			}
			for i, want := range g.audits {
				p := plain{raw: messages[want.message-1], latin1: g.latin1}
				if g.ack != "" {
					p.ack = []byte(strings.ReplaceAll(string(read(t, g.ack)), "\n", "\r"))
				}
				if want := p.filled(t, want.xml); got[i] != want {
					g, w := differing(got[i], want)
					t.Errorf("audit message %d:\n got %s\nwant %s", i+1, g, w)
				}
			}
		})
	}
}

// differing gives the first element of each that the other does not have there.
func differing(got, want string) (g, w string) {
	a, b := strings.SplitAfter(got, ">"), strings.SplitAfter(want, ">")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i], b[i]
		}
	}
	return got, want
}

// readGolden reads a golden file. Lines that begin with # are comments, #@ what the message
// is and what became of it.
func readGolden(t *testing.T, name string) *golden {
	t.Helper()
	g := &golden{peer: "ris.example"}
	message := 1
	lines := bufio.NewScanner(bytes.NewReader(read(t, name)))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#@") && len(words) == 3:
			var err error
			switch value := words[2]; words[1] {
			case "file":
				g.file = value
			case "ack":
				g.ack = filepath.Join("testdata", "messages", value)
			case "text":
				g.latin1 = value == "latin-1"
			case "sent":
				g.sent, err = strconv.ParseBool(value)
			case "did":
				g.did, err = hl7.ParseDid(value)
			case "dialect":
				g.dialect, err = emitter.ParseDialect(value)
			case "message":
				message, err = strconv.Atoi(value)
			default:
				t.Fatalf("%s: %s", name, line)
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "<?xml"):
			g.audits = append(g.audits, expected{message, line})
		case len(g.audits) == 0:
			t.Fatalf("%s: %s", name, line)
		default:
			g.audits[len(g.audits)-1].xml += line
		}
	}
	return g
}

// messages reads the file, which is one of testdata/messages or of the samples that are no
// part of the project.
func (g *golden) messages(t *testing.T) [][]byte {
	t.Helper()
	name := filepath.Join("testdata", "messages", g.file)
	if strings.Contains(g.file, "/") {
		name = filepath.Join(shared(t, "corpus/hl7v2"), filepath.FromSlash(g.file))
	} else if _, err := os.Stat(name); err != nil {
		t.Fatal(err)
	}
	raw := read(t, name)
	if !strings.Contains(g.file, "/") {
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r"))
	}
	return slices.Collect(hl7.Split(raw))
}
