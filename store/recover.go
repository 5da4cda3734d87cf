package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"arr/audit"
	"arr/integrity"
	"arr/store/journal"
)

// blockKeys are the keys of the blocks that are not sealed yet. Committer and, before it
// starts, recovery own them.
type blockKeys map[uint64]journal.Key

// of gives a block's key, drawing one for a block that has none.
func (k blockKeys) of(block uint64) journal.Key {
	key, ok := k[block]
	if !ok {
		rand.Read(key[:])
		k[block] = key
	}
	return key
}

// learn takes a key from the journal. A block that has one keeps it: its records are
// salted with that.
func (k blockKeys) learn(b journal.BlockKey) {
	if _, ok := k[b.Block]; !ok {
		k[b.Block] = b.Key
	}
}

// forget drops the keys of blocks below block: no record of theirs is to come.
func (k blockKeys) forget(block uint64) {
	for old := range k {
		if old < block {
			delete(k, old)
		}
	}
}

// damagedFiles are the journal files to keep aside once their records are sealed.
// Recovery adds to it while the sealer asks. The zero value is ready.
type damagedFiles struct {
	mu    sync.Mutex
	paths map[string]bool
}

func (d *damagedFiles) add(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.paths == nil {
		d.paths = map[string]bool{}
	}
	d.paths[path] = true
}

func (d *damagedFiles) has(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.paths[path]
}

// maxLost is more records than a journal ever holds beyond the segments: where more are
// gone, it is not the journal that lacks them.
const maxLost = 64 * journal.BlockRecords

// recoverJournal brings what the journal holds beyond the segments into the memtable.
// Unless the store is read-only it settles the files too: torn tails are moved aside, and
// s.damaged names the files whose damage must be kept.
func (s *Store) recoverJournal() error {
	files, err := journal.List(s.path(journalDir), s.promised.records)
	if err != nil && (!s.readOnly || !errors.Is(err, os.ErrNotExist)) {
		return err
	}
	if err := tooMuchLost(s.promised, s.next, files); err != nil {
		return err
	}
	for _, f := range files {
		if f.First > s.next {
			s.loseRecords(f.First, f.Path)
		}
		res, err := s.recoverFile(f)
		if err != nil {
			return err
		}
		s.noteDamage(f.Path, &res)
		if s.view.Load().missingAt(f.First, res.Next) != nil {
			// It may be all that is left of what that segment took over.
			s.damaged.add(f.Path)
		}
		s.fillLost(res.Next)
		if !s.readOnly && s.damaged.has(f.Path) && res.Next == res.First {
			// Nothing of it can be read, and its name may be the next file's.
			if err := s.dropJournalFile(f.Path); err != nil {
				return err
			}
		}
	}
	if s.promised.records > s.next {
		s.loseRecords(s.promised.records, s.path(journalDir))
		s.fillLost(s.promised.records)
	}
	return nil
}

// tooMuchLost is ErrDamaged where the journal can't be what lacks the records that were
// promised: the catalog, which ends before record next, is not that of the last server.
func tooMuchLost(promised promise, next uint64, files []journal.Listed) error {
	if n := len(files); n > 0 {
		next = max(next, files[n-1].First)
	}
	if promised.records <= next+maxLost {
		return nil
	}
	return fmt.Errorf("%w: %d records had been stored, catalog and journal go no further than %d: restore the data directory from a backup", ErrDamaged, promised.records, next)
}

// recoverFile reads one file of the journal into the memtable, and settles it.
func (s *Store) recoverFile(f journal.Listed) (journal.Result, error) {
	if s.readOnly {
		return journal.Read(f.Path, f.Outside, s.replay)
	}
	rec, err := journal.Recover(f.Path, f.Outside, s.replay)
	if isFull(err) {
		// Moving a torn tail aside takes space, and what the reserve is for is this.
		if err = s.reserve.Release(); err == nil {
			rec, err = journal.Recover(f.Path, f.Outside, s.replay)
		}
	}
	if rec.TornPath != "" && !rec.Unproven {
		s.log.Warn("a write was cut by a crash; nobody had been told that it was stored; moved aside", slog.String("file", rec.TornPath), slog.Int64("bytes", rec.Torn))
	}
	return rec.Result, err
}

// loseRecords counts and logs that the records before number next are nowhere.
func (s *Store) loseRecords(next uint64, file string) {
	s.stats.damages.Add(1)
	s.log.Error("stored records are lost: neither segments nor journal hold them; restore the data directory from a backup, or go on without them",
		slog.Uint64("first", s.next), slog.Uint64("records", next-s.next), slog.String("file", file))
}

func (s *Store) noteDamage(path string, res *journal.Result) {
	if res.Unproven {
		s.stats.damages.Add(1)
		s.log.Error("the end of the journal is not as it was written, and nothing tells whether records in it had been stored: it is kept aside, and senders that got no answer send again",
			slog.String("file", path), slog.Int64("offset", res.End), slog.Int64("bytes", res.Torn))
	}
	for _, d := range res.Damages {
		s.damaged.add(path)
		s.stats.damages.Add(1)
		s.log.Error("journal is damaged: stored records may be lost; run arr check", slog.String("file", path), slog.Int64("offset", d.Offset), slog.Int64("bytes", d.Length), slog.Uint64("first", d.First), slog.Uint64("records", d.Records), slog.String("what", d.What))
	}
}

// replay takes one group of the journal into the memtable.
func (s *Store) replay(g *journal.Group) error {
	for _, k := range g.Keys {
		s.keys.learn(k)
	}
	skip := 0
	for skip < len(g.Entries) && g.Entries[skip].Number < s.next {
		skip++
	}
	r := s.prepare(g.Entries[skip:])
	for i := range r.recs {
		// The group's memory is used for the next one.
		r.recs[i].Frame = bytes.Clone(r.recs[i].Frame)
		s.fillLost(r.recs[i].Number)
		s.remember(&r.recs[i], g.Encoded[skip+i])
	}
	return nil
}

// fillLost puts an empty record in the place of each that damage took, up to number next.
func (s *Store) fillLost(next uint64) {
	for s.next < next {
		e := audit.Entry{Number: s.next, Flags: audit.FlagLost}
		r := s.prepare([]audit.Entry{e})
		s.remember(&r.recs[0], audit.AppendEntry(nil, &e))
	}
}

// remember makes a record of the journal visible. It does not wait for the sealer: a
// journal holds no more beyond the segments than the memtable did.
func (s *Store) remember(r *audit.Record, canonical []byte) {
	key := integrity.Key(s.keys.of(r.Number / integrity.BlockRecords))
	s.leaves = append(s.leaves[:0], s.hasher.Hash(&key, r.Number, canonical))
	s.show(r, 0)
}

// dropJournal removes the journal files all of whose records stand below end in
// segments. A damaged file is moved aside instead: somebody may rescue more from it.
func (s *Store) dropJournal(end uint64) error {
	files, err := journal.List(s.path(journalDir), 0)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(files) && files[i+1].First <= end; i++ {
		if err := s.dropJournalFile(files[i].Path); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) dropJournalFile(path string) error {
	if !s.damaged.has(path) {
		return journal.Remove(path)
	}
	to, err := journal.Quarantine(path)
	if err == nil {
		s.log.Warn("a damaged journal file is kept aside", slog.String("file", to))
	}
	return err
}

// adoptSegments opens the catalog's segments and finds the files that it does not name:
// what a crash left between writing a segment and publishing it, or between publishing a
// merged one and removing its sources. Their records stand elsewhere, in the journal or in
// the merged segment, so that they can be removed; unless the catalog is behind them, which
// only its loss explains.
func (s *Store) adoptSegments() error {
	entries, err := s.catalog.segments()
	if err != nil {
		return err
	}
	v := &view{sources: s.view.Load().sources}
	known := map[string]bool{}
	for _, e := range entries {
		if e.First != v.sealedEnd() {
			return fmt.Errorf("%w: catalog names %s next, but records from %d on are missing; run arr check", ErrDamaged, e.File, v.sealedEnd())
		}
		known[e.File] = true
		seg, missing, err := s.openOrMiss(e)
		if err != nil {
			return err
		}
		if missing != nil {
			v.missing = append(v.missing, *missing)
			continue
		}
		v.segments = append(v.segments, seg)
	}
	s.view.Store(v)
	s.next = v.sealedEnd()
	if n := len(v.segments); n > 0 && v.missingAt(s.next-1, s.next) == nil {
		blocks := v.segments[n-1].Blocks()
		last := blocks[len(blocks)-1]
		s.keys[last.First()/integrity.BlockRecords] = last.Key()
	}
	return s.findUnpublished(known)
}

// findUnpublished sets s.unpublished to the segment files that are not known.
func (s *Store) findUnpublished(known map[string]bool) error {
	files, err := s.glob(segmentPattern)
	if err != nil {
		return err
	}
	for _, rel := range files {
		if known[rel] {
			continue
		}
		var first, end uint64
		if _, err := fmt.Sscanf(filepath.Base(rel), "%d-%d", &first, &end); err != nil {
			s.log.Warn("a file among the segments has no segment's name; left alone", slog.String("file", s.path(rel)))
			continue
		}
		lost := end > s.next || s.view.Load().missingAt(first, end) != nil
		if lost && !s.journalHolds(first) {
			return fmt.Errorf("%w: %s holds records that neither the catalog nor the journal knows: restore the data directory from a backup", ErrDamaged, rel)
		}
		s.unpublished = append(s.unpublished, rel)
	}
	return nil
}

func (s *Store) removeUnpublished() error {
	for _, file := range s.unpublished {
		s.log.Warn("a segment that a crash left unpublished is removed; its records stand elsewhere", slog.String("file", s.path(file)))
		if err := os.Remove(s.path(file)); err != nil {
			return fmt.Errorf("remove unpublished segment: %w", err)
		}
	}
	return nil
}

// segmentPattern matches the files of segments, whether or not the catalog names them.
const segmentPattern = segmentsDir + "/*/*" + segmentSuffix

// glob gives the files of the directory, relative to it, that match pattern.
func (s *Store) glob(pattern string) ([]string, error) { return fs.Glob(os.DirFS(s.dir), pattern) }

// errNotBegun says that no server has made anything of the directory yet.
var errNotBegun = errors.New("nothing is stored here yet: no server has started on it")

// findCatalog makes the catalog of a directory that is begun, unless the store is read-only.
// To make one where it is missing would hide that.
func (s *Store) findCatalog() error {
	path := s.path(catalogFile)
	if st, err := os.Stat(path); err == nil && st.Size() > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, needs := range []string{promisedFile, journalDir + "/*.jnl", segmentPattern} {
		if found, err := s.glob(needs); err != nil || len(found) > 0 {
			return errors.Join(err, errNoCatalog(path))
		}
	}
	if s.readOnly {
		return fmt.Errorf("%s: %w", s.dir, errNotBegun)
	}
	return makeCatalog(path, s.now())
}

// journalHolds reports whether the journal goes back to record number first.
func (s *Store) journalHolds(first uint64) bool {
	files, err := journal.List(s.path(journalDir), 0)
	return err == nil && len(files) > 0 && files[0].First <= first
}
