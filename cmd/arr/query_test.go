package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/answer"
	"arr/api"
	"arr/audit"
	"arr/parser"
	"arr/store"
)

// login is a frame that says who logged in on which day of November 2026, with what
// outcome.
func login(day int, user, outcome string) []byte {
	return fmt.Appendf(nil, `<85>1 2026-11-%02dT10:00:00Z host app 1 IHE+RFC-3881 - `+
		`<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-11-%02dT10:00:00Z" EventOutcomeIndicator="%s">`+
		`<EventID csd-code="110114" codeSystemName="DCM" originalText="User Authentication"/>`+
		`<EventTypeCode csd-code="110122" codeSystemName="DCM" originalText="Login"/></EventIdentification>`+
		`<ActiveParticipant UserID="%s" UserIsRequestor="true"/>`+
		`<AuditSourceIdentification AuditSourceID="source"/></AuditMessage>`, day, day, outcome, user)
}

// openStore opens a store that holds three logins.
func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir, storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	var entries []audit.Entry
	for i, f := range [][]byte{login(1, "jdoe", "0"), login(2, "asmith", "4"), login(3, "jdoe", "8")} {
		entries = append(entries, audit.Entry{Received: int64(i), Transport: audit.TransportTLS, Peer: "192.0.2.1:514", Frame: f})
	}
	if err := s.HandleFrames(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	return s
}

// closedStore is a data directory with three logins that no server has open.
func closedStore(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := openStore(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// served is a data directory with three logins that a server answers for. Its path is too
// long for the name of a socket.
func served(t testing.TB) (dir string, s *store.Store) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	s = openStore(t, dir)
	serve(t, dir, s)
	return dir, s
}

// serve answers for an open store until the test ends, and closes it then.
func serve(t testing.TB, dir string, s *store.Store) {
	t.Helper()
	l, err := api.ListenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	server := &api.Server{Store: s, NewReader: func() answer.Reader { return parser.New(parser.Options{}) }, Indent: indentXML}
	h := &http.Server{Handler: server.Handler()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		h.Close()
		<-done
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// arr runs a command line.
func arr(t testing.TB, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"arr"}, args...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestQueryAndShow(t *testing.T) {
	t.Setenv("TZ", "UTC")
	onDisk := closedStore(t)
	running, _ := served(t)
	for _, c := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"query user:jdoe --fields id", 0, "{\"id\":2}\n{\"id\":0}\n", ""},
		{"query --fields id --order time user:jdoe outcome:serious", 0, "{\"id\":2}\n", ""},
		{"query * --fields id --order -time --limit 2", 0, "{\"id\":2}\n{\"id\":1}\n", "arr: 2 of 3 records; --after "},
		{"query * --format table --fields id --limit 1", 0, "", "arr: 1 of 3 records; --after "},
		{"query * --format csv --fields id,action", 0, "id,action\n2,E\n1,E\n0,E\n", ""},
		{"query * --count", 0, "3\n", ""},
		{"query user:nobody --count", 1, "0\n", ""},
		{"query user:nobody", 1, "", ""},
		{"query * --by user", 0, "{\"value\":\"jdoe\",\"count\":2}\n{\"value\":\"asmith\",\"count\":1}\n", ""},
		{"query * --by user --top 1", 0, "{\"value\":\"jdoe\",\"count\":2}\n", ""},
		{"query * --by type", 0, "{\"value\":\"Login\",\"count\":3}\n", ""},
		{"query * --histogram day --since 2026-11-02 --until 2026-11-03", 0,
			"{\"time\":\"2026-11-02T00:00:00Z\",\"count\":1}\n{\"time\":\"2026-11-03T00:00:00Z\",\"count\":1}\n", "arr: days and times without a zone are in UTC"},
		{"query - --count", 0, "1\n", ""},
		{"query a pateint:x", 2, "", "did you mean patient?)\n  a pateint:x\n    ^^^^^^^\n"},
		{"query * --since soon", 2, "", "arr: --since: this is no time"},
		{"query * --fields usr", 2, "", "user"},
		{"query * --format xls", 2, "", "ndjson"},
		{"query * --count --format raw --by user", 2, "", "exclude"},
		{"query * --follow --count", 2, "", "--follow"},
		{"query", 2, "", "question is missing"},
		{"query * --server nowhere", 2, "", "http://localhost:8080"},
		{"show --raw 1", 0, string(login(2, "asmith", "4")), ""},
		{"show 1", 0, "\n        <EventTypeCode csd-code=\"110122\"", ""},
		{"show 3", 1, "", "no record"},
		{"show x", 2, "", "the id of one record"},
	} {
		for name, dir := range map[string]string{"directory": onDisk, "server": running} {
			code, stdout, stderr := arr(t, "user:asmith\n", append(strings.Fields(c.args), "--data", dir)...)
			same := stdout == c.stdout
			if strings.HasPrefix(c.stdout, "\n") || strings.Contains(c.args, "table") {
				same = strings.Contains(stdout, c.stdout)
			}
			if code != c.code || !same || !strings.Contains(stderr, c.stderr) || c.stderr == "" && stderr != "" {
				t.Errorf("arr %s (%s): exit code %d, want %d\n%s%s", c.args, name, code, c.code, stdout, stderr)
			}
		}
	}
}

// What comes out of one repository goes into the next as it was.
func TestQueryRaw(t *testing.T) {
	dir := closedStore(t)
	code, stdout, stderr := arr(t, "", "query", "--data", dir, "--format", "raw", "--order", "time", "user:jdoe")
	want := fmt.Sprintf("%d %s%d %s", len(login(1, "jdoe", "0")), login(1, "jdoe", "0"), len(login(3, "jdoe", "8")), login(3, "jdoe", "8"))
	if code != 0 || stdout != want {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

// Pages have each record once, and the last one says that it is.
func TestQueryPages(t *testing.T) {
	running, _ := served(t)
	for _, dir := range []string{running, closedStore(t)} {
		for limit, want := range map[string]string{"1": `{"id":2} {"id":1} {"id":0}`, "2": "{\"id\":2}\n{\"id\":1} {\"id\":0}", "3": "{\"id\":2}\n{\"id\":1}\n{\"id\":0}"} {
			var pages []string
			for after, more := "", true; more && len(pages) < 4; {
				_, stdout, stderr := arr(t, "", "query", "--data", dir, "--limit", limit, "--fields", "id", "--after", after, "*")
				pages = append(pages, strings.TrimSpace(stdout))
				_, stderr, more = strings.Cut(stderr, "--after ")
				after, _, _ = strings.Cut(stderr, " ")
			}
			if got := strings.Join(pages, " "); got != want {
				t.Errorf("pages of %s: got %s, want %s", limit, got, want)
			}
		}
	}
}

func TestQueryFollow(t *testing.T) {
	dir, s := served(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines := make(writes, 10)
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"arr", "query", "--data", dir, "--follow", "--fields", "action", "--limit", "2", "user:new"}, nil, lines, &bytes.Buffer{})
	}()
	for got := 0; got < 2; {
		// The question is followed from some moment on: keep on storing until it is.
		err := s.HandleFrames(t.Context(), []audit.Entry{{Frame: login(4, "new", "0")}, {Frame: login(4, "old", "0")}})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case l := <-lines:
			got += strings.Count(l, "{\"action\":\"E\"}\n")
		default:
		}
	}
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
	if c, _, stderr := arr(t, "", "query", "--data", closedStore(t), "--follow", "*"); c != exitFailed || !strings.Contains(stderr, "no server") {
		t.Errorf("without a server: exit code %d: %s", c, stderr)
	}
}

// writes hands on what is written.
type writes chan string

func (w writes) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

// A server that starts has its directory before it listens.
func TestQueryWaitsForServer(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	said, code := make(writes, 10), make(chan int, 1)
	go func() {
		code <- run(t.Context(), []string{"arr", "query", "--data", dir, "*"}, nil, &bytes.Buffer{}, said)
	}()
	if line := <-said; !strings.Contains(line, "in use by pid") || !strings.Contains(line, "trying again for 10s") {
		t.Errorf("said %q", line)
	}
	serve(t, dir, s)
	if c := <-code; c != 0 {
		t.Errorf("exit code %d", c)
	}
}

// Asking changes nothing in a directory that no server has.
func TestQueryChangesNothing(t *testing.T) {
	dir := closedStore(t)
	before := tree(t, dir)
	if code, _, stderr := arr(t, "", "query", "--data", dir, "*", "--count"); code != 0 {
		t.Fatal(stderr)
	}
	if after := tree(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// tree lists the files of a directory with their sizes and times.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestQueryWithoutStore(t *testing.T) {
	if code, _, stderr := arr(t, "", "query", "--data", t.TempDir(), "*"); code != exitFailed || stderr == "" {
		t.Errorf("no store: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := arr(t, "", "query", "--server", "http://127.0.0.1:1", "*"); code != exitFailed || stderr == "" {
		t.Errorf("no server: exit code %d: %s", code, stderr)
	}
}

// What a mistyped name stands for is neither read nor made.
func TestMissingData(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, args := range [][]string{{"query", "*"}, {"show", "0"}, {"status"}, {"check"}, {"reindex"}} {
		code, stdout, stderr := arr(t, "", append(args, "--data", missing)...)
		if code != exitFailed || stdout != "" || !strings.Contains(stderr, "name the data directory with --data or ARR_DATA") {
			t.Errorf("%s: exit code %d: %s%s", args[0], code, stdout, stderr)
		}
		if _, err := os.Stat(missing); !os.IsNotExist(err) {
			t.Fatalf("%s made the directory: %v", args[0], err)
		}
	}
	dir := closedStore(t)
	if code, stdout, stderr := arr(t, "", "reindex", "--data", dir); code != 0 || stdout != "0 segments made anew\n" {
		t.Errorf("reindex: exit code %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := arr(t, "", "check", "--data", dir); code != 0 || !strings.HasPrefix(stdout, "3 records in 1 segment and 0 journal files read: ") {
		t.Errorf("check: exit code %d: %s%s", code, stdout, stderr)
	}
}

// A server says by its status why it refused, and whether a record is there and can't be
// read.
func TestRefusalCodes(t *testing.T) {
	for _, c := range []struct {
		r    refusal
		code int
	}{
		{refusal{Status: http.StatusBadRequest}, exitUsage},
		{refusal{Status: http.StatusForbidden}, exitRefused},
		{refusal{Status: http.StatusNotFound}, exitNothing},
		{refusal{Status: http.StatusInternalServerError}, exitFailed},
		{refusal{Status: http.StatusInternalServerError, Complete: new(bool)}, exitIncomplete},
	} {
		if got := c.r.code(); got != c.code {
			t.Errorf("status %d: %d, want %d", c.r.Status, got, c.code)
		}
	}
}

func TestCaret(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		text           string
		offset, length int
		want           string
	}{
		{"a b", 2, 1, "  a b\n    ^"},
		{"a", 1, 0, "  a\n   ^"},
		{"ü\tb\x1b", 3, 2, `  ü b\u001b` + "\n    ^^^^^^^"},
		{"", 0, 0, "  \n  ^"},
		{"山田 usr:太郎", 7, 3, "  山田 usr:太郎\n       ^^^"},
		{long, 100, 0, "  …" + long[:60] + "\n   " + strings.Repeat(" ", 60) + "^"},
		{"a", 7, 9, "  a\n   ^"},
	} {
		if got := caret(c.text, c.offset, c.length); got != c.want {
			t.Errorf("%q at %d: got\n%s\nwant\n%s", c.text, c.offset, got, c.want)
		}
	}
}

func TestIndentXML(t *testing.T) {
	deep := strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200)
	for _, c := range []struct{ in, want string }{
		{`<?xml version="1.0" encoding="ISO-8859-1"?><a b="ü"><c/></a>`, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a b=\"ü\">\n  <c/>\n</a>\n"},
		{"<a><b></a>", "<a><b></a>"},
		{"no XML", "no XML"},
		{deep, deep},
	} {
		if got := string(indentXML([]byte(c.in))); got != c.want {
			t.Errorf("%.60q: got %q", c.in, got)
		}
	}
}
