package e2e

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

const (
	largeConns = 40
	largeEach  = 4
	// largeMemory is what the server may hold in memory under them, in MiB.
	largeMemory = 600
)

// TestLargeMessages: studies of 25,000 instances from many senders at once are kept whole,
// in bounded memory.
func TestLargeMessages(t *testing.T) {
	needBinary(t)
	s := start(t, t.TempDir())
	sent := make([]string, largeConns)
	var wg sync.WaitGroup
	for k := range sent {
		sent[k] = largeFrame(k)
		wg.Go(func() {
			c := s.dialTCP()
			defer c.Close()
			for range largeEach {
				if _, err := fmt.Fprintf(c, "%d %s", len(sent[k]), sent[k]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s.awaitStored(largeConns * largeEach)
	peak := peakMiB(t, s.cmd.Process.Pid)
	t.Logf("%d messages of %d bytes in %d MiB", largeConns*largeEach, len(sent[0]), peak)
	if peak > largeMemory {
		t.Errorf("the server took %d MiB", peak)
	}
	s.stop()
	stored := map[string]int{}
	for _, f := range splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "source:large", "--format", "raw")) {
		stored[f]++
	}
	for k, f := range sent {
		if stored[f] != largeEach {
			t.Errorf("sender %d sent its message %d times, it is stored %d times", k, largeEach, stored[f])
		}
	}
	instance := fmt.Sprintf("instance:2.999.%d.24999", largeConns-1)
	if n := mustArr(t, "", "query", "--data", s.dir, instance, "--count"); strings.TrimSpace(n) != fmt.Sprint(largeEach) {
		t.Errorf("%s finds %s", instance, n)
	}
}

// largeFrame is a message about a study of 25,000 instances, of over 1 MiB.
func largeFrame(k int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<85>1 - host app %d IHE+RFC-3881 - <AuditMessage><EventIdentification EventActionCode="R" `+
		`EventDateTime="2026-11-01T10:00:00Z" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification>`+
		`<ActiveParticipant UserID="u" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="large"/>`+
		`<ParticipantObjectIdentification ParticipantObjectID="2.999.%d" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">`+
		`<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/><ParticipantObjectDescription>`+
		`<SOPClass UID="1.2.840.10008.5.1.4.1.1.2" NumberOfInstances="25000">`, k, k)
	for i := range 25_000 {
		fmt.Fprintf(&b, `<Instance UID="2.999.%d.%d"/>           `, k, i)
	}
	io.WriteString(&b, `</SOPClass></ParticipantObjectDescription></ParticipantObjectIdentification></AuditMessage>`)
	return b.String()
}
