package api

import "syscall"

// From adjtimex(2).
const (
	timeError   = 5      // TIME_ERROR: the clock is not synchronised
	unsynced    = 0x0040 // STA_UNSYNC
	microsecond = 1e-6
)

// clockState asks the kernel whether the clock is kept in step with a reference, and
// by how much it may be off, in seconds. known is false where it can't be asked.
func clockState() (synchronised bool, maxError float64, known bool) {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	if err != nil {
		return false, 0, false
	}
	return state != timeError && t.Status&unsynced == 0, float64(t.Maxerror) * microsecond, true
}
