package mllp

import "sync/atomic"

// maxMemory bounds the large messages of all connections that are being read or wait for
// their answers, in bytes. It is at least what two of the largest take.
const maxMemory = 512 << 20

// freeBytes is up to which size a message counts nothing: as much as most have.
const freeBytes = 8 << 10

// budget is the memory that is left for large messages. Who finds none gives up: to wait
// for others who wait, too, could last for ever. Nil is without limit.
type budget struct{ left atomic.Int64 }

func newBudget(bytes int64) *budget {
	b := &budget{}
	b.left.Store(bytes)
	return b
}

// weight is what a message of n bytes takes.
func weight(n int) int64 {
	if n <= freeBytes {
		return 0
	}
	return int64(n)
}

// take says whether there was as much, which is taken then.
func (b *budget) take(bytes int64) bool {
	if b == nil || bytes == 0 {
		return true
	}
	if b.left.Add(-bytes) >= 0 {
		return true
	}
	b.left.Add(bytes)
	return false
}

func (b *budget) give(bytes int64) {
	if b != nil {
		b.left.Add(bytes)
	}
}
