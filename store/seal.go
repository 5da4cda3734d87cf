package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/integrity"
	"arr/store/durable"
	"arr/store/segment"
)

// errInterrupted says that a failpoint test ended the work here.
var errInterrupted = errors.New("interrupted")

// seal is the sealer: it counts sources and turns full blocks of the memtable into
// segments until s.stopSealer, and then what is left, full or not.
func (s *Store) seal() {
	defer close(s.sealerDone)
	for {
		select {
		case <-s.blockFull:
			s.sealFull()
		case <-s.stopSealer:
			s.sealRest()
			return
		}
	}
}

func (s *Store) wakeSealer() {
	select {
	case s.blockFull <- struct{}{}:
	default:
	}
}

// sealFull seals the full blocks at the memtable's head, each again and again until it
// succeeds or the store closes: until then its records are in the journal.
func (s *Store) sealFull() {
	for {
		mem := s.view.Load().mem
		if len(mem) == 0 || !mem[0].full() {
			return
		}
		if err := s.sealBlock(mem[0]); err != nil {
			s.stats.sealFailures.Add(1)
			if s.sealing.begin(err) {
				s.log.Error("sealing failed, trying again until it succeeds", slog.Uint64("first", mem[0].first), slog.Any("error", err))
			}
			select {
			case <-time.After(retryDelay * 10):
			case <-s.closing:
				return
			}
			continue
		}
		if lasted, was := s.sealing.end(); was {
			s.log.Info("sealing works again", slog.Duration("after", lasted))
		}
	}
}

// sealRest seals what the committer left behind. On a full disk the reserve is given up
// for it. What can't be sealed stays in the journal.
func (s *Store) sealRest() {
	for {
		mem := s.view.Load().mem
		if len(mem) == 0 || mem[0].n.Load() == 0 {
			return
		}
		err := s.sealBlock(mem[0])
		if isFull(err) {
			if err = s.reserve.Release(); err == nil {
				err = s.sealBlock(mem[0])
			}
		}
		if err != nil {
			s.log.Error("sealing at the end failed: the records stay in the journal", slog.Uint64("first", mem[0].first), slog.Any("error", err))
			return
		}
	}
}

// sealBlock makes b a segment: written and synced, read back, published in the catalog,
// moved from memtable to segments in the view; then journal that is not needed any more
// goes.
func (s *Store) sealBlock(b *memBlock) error {
	recs := b.visible()
	path := s.segmentPath(recs[0], b.end())
	seg, err := s.writeVerified(path, b, recs)
	if err != nil {
		return err
	}
	if err := s.failpoint("verified"); err != nil {
		return err
	}
	sources, err := s.publish(seg, recs)
	if err != nil {
		return err
	}
	if err := s.failpoint("published"); err != nil {
		return err
	}
	s.changeView(func(v *view) {
		v.segments = append(v.segments[:len(v.segments):len(v.segments)], seg)
		v.mem = append([]*memBlock(nil), v.mem[1:]...)
		v.sources = sources
	})
	s.stats.sealed.Add(int64(len(recs)))
	select {
	case s.sealed <- struct{}{}:
	default:
	}
	s.wakeMerger()
	return s.dropJournal(b.end())
}

// publish enters a block's segment in the catalog, and its records into the index of names and
// into the counts of sources, which it returns as they are then. Where the counts can't be
// written the segment is published without them: nothing that is derived keeps records from
// being sealed.
func (s *Store) publish(seg *segment.Segment, recs []*audit.Record) (*sourceTable, error) {
	before, add := s.view.Load().sources, []segmentEntry{s.entryOf(seg)}
	tally := s.tallyBlock(before, recs)
	table := tally.table()
	changes := tally.changes(before)
	if s.rewriteSources {
		changes = table.whole()
	}
	err := s.catalog.replaceSegments(nil, add, changes)
	if err == nil {
		s.rewriteSources = false
		return table, nil
	}
	if !errors.Is(err, errSources) && !errors.Is(err, errPages) {
		return nil, err
	}
	s.log.Error("counts of sources can't be written, publishing without them: run arr check",
		slog.Uint64("first", recs[0].Number), slog.Any("error", err))
	s.stats.uncounted.Add(int64(len(recs)))
	s.rewriteSources = true
	return table, s.catalog.replaceSegments(nil, add, sourceChanges{})
}

// tallyBlock counts the records of a block on top of a table and shows them to the
// index of names, in one walk: those that were written to a segment in between are out of the
// processor's cache. The index passes over what it observed at an attempt before. Where
// a message is such that counting fails, the block's are counted together.
func (s *Store) tallyBlock(before *sourceTable, recs []*audit.Record) (t *sourceTally) {
	defer func() {
		if recover() == nil {
			return
		}
		s.log.Error("sources of a block can't be told apart, counting them together; please report this",
			slog.Uint64("first", recs[0].Number), slog.String("stack", string(debug.Stack())))
		s.stats.uncounted.Add(int64(len(recs)))
		t = before.tally(&s.sourceReader, s.deviating.of)
		for _, r := range recs {
			t.addTogether(r)
		}
	}()
	t = before.tally(&s.sourceReader, s.deviating.of)
	for _, r := range recs {
		t.add(r)
		s.names.Observe(r)
	}
	return t
}

// errMisread says that a block reads back otherwise than it was written.
var errMisread = errors.New("a block does not read back as it was written")

// writeVerified writes a block and reads it back; where that fails once more, with its
// frames whole, since then no skeleton can be wrong.
func (s *Store) writeVerified(path string, b *memBlock, recs []*audit.Record) (*segment.Segment, error) {
	seg, err := s.writeAndVerify(path, b, recs, false)
	if errors.Is(err, errMisread) {
		s.log.Error("storing the frames of a block whole", slog.Uint64("first", b.first), slog.Any("error", err))
		return s.writeAndVerify(path, b, recs, true)
	}
	return seg, err
}

func (s *Store) writeAndVerify(path string, b *memBlock, recs []*audit.Record, whole bool) (*segment.Segment, error) {
	seg, err := s.writeBlock(path, b, recs, whole)
	if err != nil {
		return nil, err
	}
	if err := s.verifyBlock(seg, b); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", errMisread, err), os.Remove(path))
	}
	return seg, nil
}

// writeBlock writes and syncs the segment file of one block and opens it.
func (s *Store) writeBlock(path string, b *memBlock, recs []*audit.Record, whole bool) (*segment.Segment, error) {
	if err := durable.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("segment: %w", err)
	}
	// A file of this name is what a crash left of an attempt that was not published.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove unpublished segment: %w", err)
	}
	in := &segment.BlockInput{First: b.first, Records: recs, Key: b.key, ParserVersion: s.parserVersion, Whole: whole}
	leaves := append([]tlog.Hash(nil), b.leaves[:len(recs)]...)
	hashes := integrity.CoverHashes(b.first, leaves)
	for i, n := range integrity.Cover(b.first, b.first+uint64(len(recs))) {
		in.Subtrees = append(in.Subtrees, segment.Subtree{Level: uint8(n.Level), Hash: hashes[i]})
	}
	if s.encoder == nil {
		var err error
		if s.encoder, err = segment.NewEncoder(); err != nil {
			return nil, err
		}
	}
	w, err := segment.Create(path, s.encoder)
	if err != nil {
		return nil, err
	}
	if err := w.AddBlock(in); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	if b.bytes.Load() >= maxBlockBytes {
		s.encoder = nil // its buffers have grown with the block, and would stay so
	}
	if _, err := w.Finish(); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	if err := s.failpoint("written"); err != nil {
		return nil, err
	}
	if err := durable.SyncParent(path); err != nil {
		return nil, err
	}
	if err := s.failpoint("synced"); err != nil {
		return nil, err
	}
	return segment.Open(path, s.readOptions())
}

// verifyBlock reads a block's segment back and compares each entry with the one in the
// memtable, byte for byte.
func (s *Store) verifyBlock(seg *segment.Segment, b *memBlock) error {
	recs := b.visible()
	var bad error
	count := 0
	err := seg.Verify(context.Background(), segment.Check{
		Entry: func(_ *segment.Block, e *audit.Entry) error {
			if i := e.Number - b.first; i >= uint64(len(recs)) || !sameEntry(e, &recs[i].Entry) {
				return fmt.Errorf("segment of record %d: %w: a record reads back otherwise than it arrived", b.first, ErrDamaged)
			}
			count++
			return nil
		},
		Damage: func(d *segment.DamageError) { bad = errors.Join(bad, d) },
	})
	if err == nil && bad == nil && count != len(recs) {
		err = fmt.Errorf("segment of record %d: %w: %d of %d records read back", b.first, ErrDamaged, count, len(recs))
	}
	return errors.Join(err, bad)
}

// sameEntry says whether the canonical bytes of two entries are equal.
func sameEntry(a, b *audit.Entry) bool {
	return a.Number == b.Number && a.Received == b.Received && a.Transport == b.Transport && a.Format == b.Format &&
		a.Flags == b.Flags && a.Peer == b.Peer && a.Cert == b.Cert && bytes.Equal(a.Frame, b.Frame)
}

// segmentPath names a segment by the month in which its first record arrived, and by its
// first number and the one after its last.
func (s *Store) segmentPath(first *audit.Record, end uint64) string {
	return s.segmentFile(first.Received, first.Number, end)
}

func (s *Store) segmentFile(received int64, first, end uint64) string {
	month := time.UnixMicro(received).UTC().Format("2006-01")
	return filepath.Join(s.dir, segmentsDir, month, fmt.Sprintf("%020d-%020d", first, end)+segmentSuffix)
}

func (s *Store) entryOf(seg *segment.Segment) segmentEntry {
	info := seg.Info()
	rel, err := filepath.Rel(s.dir, info.Path)
	if err != nil {
		rel = info.Path
	}
	return segmentEntry{File: rel, First: info.First, Count: info.Records, Bytes: info.Size, Parser: int(info.ParserVersion)}
}
