package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"arr/store/durable"
	"arr/store/segment"
)

const (
	// defaultMergeWidth is how many neighbours of one tier are merged into one of the next.
	defaultMergeWidth = 16
	// mergeMax is the most blocks that a segment may have: 16 million records.
	mergeMax = 4096
)

// merge is the merger: it joins neighbouring segments of one month and tier, so that a
// store has few files however long it runs, and rewrites each record a few times at
// most.
func (s *Store) merge() {
	defer close(s.mergerDone)
	for {
		select {
		case <-s.segmentAdded:
		case <-s.mergeCtx.Done():
			return
		}
		for s.mergeCtx.Err() == nil {
			more, err := s.mergeNext(s.mergeCtx)
			if err != nil && s.mergeCtx.Err() == nil {
				s.log.Error("merging segments failed: they stay as they are", slog.Any("error", err))
				more = s.leaveDamaged(err)
			}
			if !more {
				break
			}
		}
	}
}

func (s *Store) wakeMerger() {
	select {
	case s.segmentAdded <- struct{}{}:
	default:
	}
}

// leaveDamaged keeps the segment that err calls damaged out of later merges, so that it
// is not read again and again in vain. It is false if err calls no other one so.
func (s *Store) leaveDamaged(err error) bool {
	var damage *segment.DamageError
	if !errors.As(err, &damage) || s.unmergeable[damage.Path] {
		return false
	}
	s.unmergeable[damage.Path] = true
	s.meet(err)
	return true
}

// mergeable gives width neighbours of one tier and month, none of them in without, or nil.
func mergeable(segments []*segment.Segment, width int, without map[string]bool) []*segment.Segment {
	run := 0
	for i := len(segments) - 1; i >= 0; i-- {
		if without[segments[i].Info().Path] {
			run = 0
			continue
		}
		if run > 0 && (tier(segments[i], width) != tier(segments[i+1], width) || month(segments[i]) != month(segments[i+1]) || !adjoin(segments[i], segments[i+1])) {
			run = 0
		}
		run++
		if run == width {
			if segments[i].Info().Blocks*width <= mergeMax {
				return segments[i : i+width]
			}
			run = 0
		}
	}
	return nil
}

// tier is the logarithm of a segment's blocks to the base width.
func tier(seg *segment.Segment, width int) int {
	t := 0
	for n := seg.Info().Blocks; n >= width; n /= width {
		t++
	}
	return t
}

// adjoin says that b's records follow a's: no missing segment lies between them.
func adjoin(a, b *segment.Segment) bool {
	info := a.Info()
	return info.First+info.Records == b.Info().First
}

func month(seg *segment.Segment) string { return filepath.Base(filepath.Dir(seg.Info().Path)) }

// mergeNext merges once, if there is anything to merge.
func (s *Store) mergeNext(ctx context.Context) (merged bool, err error) {
	s.rewriting.Lock()
	defer s.rewriting.Unlock()
	sources := mergeable(s.view.Load().segments, s.mergeWidth, s.unmergeable)
	if sources == nil {
		return false, nil
	}
	err = s.mergeSegments(ctx, sources)
	return err == nil, err
}

// mergeSegments replaces sources by one segment that holds their records.
func (s *Store) mergeSegments(ctx context.Context, sources []*segment.Segment) error {
	first, last := sources[0].Info(), sources[len(sources)-1].Info()
	path := s.segmentFile(first.MinReceived, first.First, last.First+last.Records)
	path = filepath.Join(filepath.Dir(first.Path), filepath.Base(path))
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := segment.Merge(ctx, path, sources); err != nil {
		return err
	}
	return s.swapSegments(sources, path)
}

// swapSegments publishes the segment at path, which is written and synced, in place of
// sources, and removes their files.
func (s *Store) swapSegments(sources []*segment.Segment, path string) error {
	if err := durable.SyncParent(path); err != nil {
		return err
	}
	if err := s.failpoint("merged"); err != nil {
		return err
	}
	seg, err := segment.Open(path, s.readOptions())
	if err != nil {
		return err
	}
	var remove []segmentEntry
	for _, src := range sources {
		remove = append(remove, s.entryOf(src))
	}
	if err := s.catalog.replaceSegments(remove, []segmentEntry{s.entryOf(seg)}, sourceChanges{}); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	s.changeView(func(v *view) {
		var list []*segment.Segment
		for _, old := range v.segments {
			switch old {
			case sources[0]:
				list = append(list, seg)
			default:
				if !slices.Contains(sources, old) {
					list = append(list, old)
				}
			}
		}
		v.segments = list
	})
	if err := s.failpoint("swapped"); err != nil {
		return err
	}
	var errs []error
	for _, src := range sources {
		errs = append(errs, os.Remove(src.Info().Path))
	}
	return errors.Join(append(errs, durable.SyncParent(path))...)
}
