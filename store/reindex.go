package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"arr/store/segment"
)

// Reindex makes anew what is derived of the records (class, findings, terms, words) in
// every segment that an older parser wrote, so that its verdicts are today's. Frames and
// tree stay as they are. It tells progress after each segment, and may be ended by ctx
// and begun again.
func (s *Store) Reindex(ctx context.Context, progress func(done, total int)) error {
	s.rewriting.Lock()
	defer s.rewriting.Unlock()
	var old []*segment.Segment
	for _, seg := range s.view.Load().segments {
		if seg.Info().ParserVersion < s.parserVersion {
			old = append(old, seg)
		}
	}
	for i, seg := range old {
		progress(i, len(old))
		if err := s.reindexSegment(ctx, seg); err != nil {
			return err
		}
	}
	progress(len(old), len(old))
	return nil
}

func (s *Store) reindexSegment(ctx context.Context, seg *segment.Segment) error {
	// A name of its own for each parser version: both files exist for a moment.
	dir, name := filepath.Split(seg.Info().Path)
	name, _, _ = strings.Cut(name, ".")
	path := filepath.Join(dir, fmt.Sprintf("%s.p%d%s", name, s.parserVersion, segmentSuffix))
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make a segment anew: %w", err)
	}
	if _, err := segment.Reindex(ctx, path, seg, s.parserVersion); err != nil {
		return err
	}
	return s.swapSegments([]*segment.Segment{seg}, path)
}
