package main

import (
	"os"
	"runtime/debug"

	"arr/mllp"
	"arr/receiver"
)

// usualMessage is the largest HL7 message where --max-message says nothing.
const usualMessage = 64 << 20

// hl7Stage is how large messages of a stage may be, and what all of them may take together,
// those that come in and those that the archive answers with.
type hl7Stage struct {
	size              int
	incoming, answers int64
}

// hl7Stages are those below the last, whose memory both share.
var hl7Stages = []hl7Stage{
	{64 << 10, 24 << 20, 8 << 20},
	{512 << 10, 24 << 20, 16 << 20},
	{4 << 20, 32 << 20, 16 << 20},
}

// hl7Memory is what messages of arr hl7 take while they are read and handed over.
type hl7Memory struct {
	incoming, answers []mllp.Stage
	// budgets are those of what comes in.
	budgets []*receiver.Budget
}

// newHL7Memory makes the stages of messages of up to largest bytes, of which the last may hold
// two.
func newHL7Memory(largest int) *hl7Memory {
	m := &hl7Memory{}
	for _, s := range hl7Stages {
		if s.size > largest {
			break
		}
		m.add(s.size, receiver.NewBudget(s.incoming), receiver.NewBudget(s.answers))
	}
	last := largest + 1 // what ends a message is read with it
	both := receiver.NewBudget(2 * int64(last))
	m.add(last, both, both)
	return m
}

func (m *hl7Memory) add(size int, incoming, answers *receiver.Budget) {
	m.budgets = append(m.budgets, incoming)
	m.incoming = append(m.incoming, mllp.Stage{Size: size, Memory: incoming})
	m.answers = append(m.answers, mllp.Stage{Size: size, Memory: answers})
}

// waiting is how many messages wait for memory.
func (m *hl7Memory) waiting() int {
	n := 0
	for _, b := range m.budgets {
		n += b.Waiting()
	}
	return n
}

// limitHL7Memory has the garbage collector work harder as memory comes near what messages,
// answers and exchanges may take together, and more where messages are larger than usual.
// GOMEMLIMIT in the environment says otherwise.
func limitHL7Memory(largest int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(480<<20 + 6*max(largest-usualMessage, 0))
	}
}
