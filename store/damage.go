package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"syscall"

	"arr/store/segment"
)

// missingSegment is one that the catalog names and that can't be opened: its file is
// gone, is another one, or is damaged where it says what it holds. Its records keep their
// numbers; every answer says that it lacks them, until a start finds the file again.
type missingSegment struct {
	segmentEntry
	cause error
}

// problem is what a search says of m.
func (m *missingSegment) problem() error {
	return fmt.Errorf("records %d to %d can't be read: %w", m.First, m.end()-1, m.cause)
}

// openOrMiss opens the segment that e names. Where its file is not what was written, and
// only then, it gives a missingSegment instead and says so loudly: what can be read is
// worth more than none.
func (s *Store) openOrMiss(e segmentEntry) (*segment.Segment, *missingSegment, error) {
	seg, err := s.openSegment(e)
	var damage *segment.DamageError
	if !errors.Is(err, ErrDamaged) && !errors.As(err, &damage) && !errors.Is(err, syscall.EIO) {
		return seg, nil, err
	}
	s.stats.damages.Add(1)
	if !s.readOnly { // a command's answer says it by itself
		s.log.Error("stored records can't be read, answers are incomplete: restore the file from a backup and start again",
			slog.String("file", e.File), slog.Uint64("first", e.First), slog.Uint64("records", e.Count), slog.Any("error", err))
	}
	return nil, &missingSegment{e, err}, nil
}

// openSegment gives an error that wraps ErrDamaged or a *segment.DamageError where the
// file is not the one that was written.
func (s *Store) openSegment(e segmentEntry) (*segment.Segment, error) {
	seg, err := segment.Open(s.path(e.File), s.readOptions())
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing, which the catalog names: restore it from a backup", ErrDamaged, e.File)
	}
	if err != nil {
		return nil, err
	}
	if info := seg.Info(); info.First != e.First || info.Records != e.Count || info.Size != e.Bytes {
		err := fmt.Errorf("%w: %s is not the file that the catalog means: restore it from a backup", ErrDamaged, e.File)
		return nil, errors.Join(err, seg.Close())
	}
	return seg, nil
}

// missingAt gives the missing segment that holds one of the records from first on, end
// excluded, or nil.
func (v *view) missingAt(first, end uint64) *missingSegment {
	for i := range v.missing {
		if m := &v.missing[i]; m.First < end && first < m.end() {
			return m
		}
	}
	return nil
}

// maxMet bounds how many damaged places are told apart.
const maxMet = 1024

// metDamages are the places in segments that were met damaged, each counted and logged
// once. The zero value is ready.
type metDamages struct {
	mu   sync.Mutex
	seen map[metDamage]bool
}

type metDamage struct {
	path string
	off  int64
}

// first says whether d is a place that was not met before.
func (m *metDamages) first(d *segment.DamageError) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = map[metDamage]bool{}
	}
	at := metDamage{d.Path, d.Off}
	if m.seen[at] || len(m.seen) >= maxMet {
		return false
	}
	m.seen[at] = true
	return true
}

// meet counts and logs err if it is damage in a segment, so that it shows in
// arr_damages_total without anybody's running arr check.
func (s *Store) meet(err error) {
	var d *segment.DamageError
	if !s.readOnly && errors.As(err, &d) && s.met.first(d) {
		s.stats.damages.Add(1)
		s.log.Error("a segment is damaged, answers lack what it can't give: run arr check", slog.Any("error", d))
	}
}
