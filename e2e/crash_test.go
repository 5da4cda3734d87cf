package e2e

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// kills is how often the crash test kills the server, five times as often where ARR_SOAK is set.
const kills = 12

// numberedFrame is frame i of the crash test: i alone gives all of its bytes.
func numberedFrame(i int) string {
	return fmt.Sprintf(`<85>1 2026-11-01T10:%02d:%02d.%03dZ host%d app %d IHE+RFC-3881 - <?xml version="1.0" encoding="UTF-8"?>`+
		`<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-11-01T10:%02d:%02d.%03dZ" EventOutcomeIndicator="0">`+
		`<EventID csd-code="110103" codeSystemName="DCM" originalText="DICOM Instances Accessed"/></EventIdentification>`+
		`<ActiveParticipant UserID="user%d" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="crash"/>`+
		`<ParticipantObjectIdentification ParticipantObjectID="frame-%d" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">`+
		`<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>`+
		`<ParticipantObjectName>%s</ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>`,
		i/60000%60, i/1000%60, i%1000, i%7, i, i/60000%60, i/1000%60, i%1000, i%97, i, strings.Repeat(strconv.Itoa(i)+" ", i%50))
}

var frameNumber = regexp.MustCompile(`ParticipantObjectID="frame-(\d+)"`)

// TestCrash kills the server with SIGKILL at random moments under load and compares what
// it had counted as stored with what is found: content too, each once.
func TestCrash(t *testing.T) {
	needBinary(t)
	t.Parallel()
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewSource(seed))
	dir := t.TempDir()
	sent, stored := 0, 0
	times := kills
	if soak() {
		times *= 5
	}
	for range times {
		s := start(t, dir)
		before := count(t, s.dir)
		if before < stored {
			t.Fatalf("%d records are there after a kill, %d had been counted as stored\n%s", before, stored, s.log)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { sent = sendNumbered(s, sent, stop) })
		counted := 0
		for deadline := time.Now().Add(time.Duration(100+rnd.Intn(600)) * time.Millisecond); time.Now().Before(deadline); {
			counted = max(counted, storedSoFar(s))
		}
		s.kill()
		close(stop)
		wg.Wait()
		stored = before + counted
	}
	s := start(t, dir)
	s.stop()
	found := storedNumbers(t, dir, sent)
	t.Logf("%d frames sent, %d counted as stored before the last kill, %d found", sent, stored, found)
	if found < stored {
		t.Errorf("%d frames found, %d had been counted as stored", found, stored)
	}
	if out := mustArr(t, "", "check", "--data", dir); !strings.Contains(out, "all is as it was written") {
		t.Errorf("check says %s", out)
	}
}

// storedNumbers is how many of the frames of sendNumbered up to sent a directory holds. Each
// must be there once, as it was sent or as far as a kill let it come.
func storedNumbers(t *testing.T, dir string, sent int) int {
	t.Helper()
	seen := map[int]bool{}
	for _, f := range splitFrames(t, mustArr(t, "", "query", "--data", dir, "*", "--format", "raw")) {
		m := frameNumber.FindStringSubmatch(f)
		if m == nil {
			// A frame that the kill cut in the middle, kept as what it is.
			if !cutFrame(f, sent) {
				t.Errorf("a frame that nobody sent: %.80q", f)
			}
			continue
		}
		i, _ := strconv.Atoi(m[1])
		if seen[i] {
			t.Errorf("frame %d is stored twice", i)
		}
		seen[i] = true
		if want := numberedFrame(i); f != want && !strings.HasPrefix(want, f) {
			t.Errorf("frame %d came back changed", i)
		}
	}
	return len(seen)
}

// cutFrame says whether f is the beginning of a frame that may have been sent.
func cutFrame(f string, sent int) bool {
	m := regexp.MustCompile(`^<85>1 \S+ \S+ app (\d+) `).FindStringSubmatch(f)
	if m == nil {
		return len(f) < 60
	}
	i, err := strconv.Atoi(m[1])
	return err == nil && i <= sent && strings.HasPrefix(numberedFrame(i), f)
}

// sendNumbered sends frames from number i on until the connection ends or stop is closed,
// and gives the number to go on with.
func sendNumbered(s *server, i int, stop <-chan struct{}) int {
	c := s.dialTCP()
	defer c.Close()
	var b strings.Builder
	for {
		select {
		case <-stop:
			return i
		default:
		}
		b.Reset()
		for range 100 {
			f := numberedFrame(i)
			fmt.Fprintf(&b, "%d %s", len(f), f)
			i++
		}
		if _, err := io.WriteString(c, b.String()); err != nil {
			return i
		}
	}
}

// storedSoFar is arr_records_stored_total, or 0 if the server does not answer any more.
func storedSoFar(s *server) int {
	resp, err := http.Get("http://" + s.ports.HTTP[0] + "/metrics")
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	_, rest, ok := strings.Cut(string(body), "\narr_records_stored_total ")
	if !ok {
		return 0
	}
	line, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.ParseFloat(line, 64)
	return int(n)
}

// count is how many records a directory holds, asked of the server that has it.
func count(t *testing.T, dir string) int {
	t.Helper()
	r := arr(t, "", "query", "--data", dir, "*", "--count")
	n, err := strconv.Atoi(strings.TrimSpace(r.stdout))
	if err != nil {
		t.Fatalf("count: exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
	return n
}
