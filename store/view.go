package store

import "arr/store/segment"

// view is what searches see at one moment: every visible record stands in exactly one of
// its parts. It is never changed once it is in Store.view. Segments that a later view
// lacks stay open until the last search that holds this one is done with them: their
// files close when nothing refers to them any more.
type view struct {
	segments []*segment.Segment // by number
	missing  []missingSegment   // by number; between the segments, or behind them
	mem      []*memBlock        // by number, behind the segments; the last one grows
	sources  *sourceTable       // of the records in segments
}

// changeView replaces the view by a copy that change has changed. Change must replace
// slices, never write into them.
func (s *Store) changeView(change func(*view)) {
	s.viewMu.Lock()
	defer s.viewMu.Unlock()
	v := *s.view.Load()
	change(&v)
	s.view.Store(&v)
}

// maxMemBlocks is how many blocks of the memtable may wait for the sealer, and
// maxMemBytes what they may take; beyond it the committer waits. It bounds memory and the
// time that a restart takes.
const (
	maxMemBlocks = 4
	maxMemBytes  = 64 << 20
)

// memFull says that too much waits for the sealer.
func (v *view) memFull() bool {
	size := 0
	for i, b := range v.mem {
		if size += int(b.bytes.Load()); i == maxMemBlocks || i > 0 && size > maxMemBytes {
			return true
		}
	}
	return false
}

// end is the number after the last visible record's.
func (v *view) end() uint64 {
	if n := len(v.mem); n > 0 {
		return v.mem[n-1].end()
	}
	return v.sealedEnd()
}

// sealedEnd is the number after the last record's that a segment holds, or a missing one
// did.
func (v *view) sealedEnd() (end uint64) {
	if n := len(v.segments); n > 0 {
		info := v.segments[n-1].Info()
		end = info.First + info.Records
	}
	if n := len(v.missing); n > 0 {
		end = max(end, v.missing[n-1].end())
	}
	return end
}
