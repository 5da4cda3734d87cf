package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/integrity"
	"arr/store/journal"
	"arr/store/names"
	"arr/store/segment"
)

// Report is what Check found.
type Report struct {
	// Records, Segments and Journals are what was read.
	Records            uint64
	Segments, Journals int
	// Damage names each thing that is not as it was written; Notes, what is worth
	// knowing and no damage: a torn tail, files kept aside.
	Damage, Notes []string
}

// Progress is told how many bytes of how many Check has read.
type Progress func(done, total int64)

// checker is one run of Check. One goroutine owns it.
type checker struct {
	s         *Store
	ctx       context.Context
	report    Report
	progress  Progress
	done      int64
	total     int64
	next      uint64
	sealedEnd uint64 // records before it are in segments
	lost      int    // records in segments that hold nothing but their number
	hasher    integrity.Leaves
	buf       []byte
	leaves    []tlog.Hash
}

// Check re-reads all of the store in dir and trusts nothing: checksums, the rebuilt frame
// of every record, the hashes of the integrity tree over them, that records follow each
// other without gaps, catalog, journal and index of names. It changes nothing. The error is
// one that kept it from looking; damage is in the report.
func Check(ctx context.Context, dir string, o Options, progress Progress) (Report, error) {
	s := newStore(dir, o)
	s.readOnly = true
	f, err := lock(dir, false)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	if progress == nil {
		progress = func(int64, int64) {}
	}
	c := &checker{s: s, ctx: ctx, progress: progress}
	if err := c.measure(); err != nil {
		return Report{}, err
	}
	for _, step := range []func() error{c.promise, c.sealed, c.journal, c.names} {
		if err := step(); err != nil {
			return c.report, err
		}
	}
	c.report.Records = c.next
	if c.lost > 0 {
		c.note("%d records are empty, in the place of what damage took before they were in a segment: arr query finding:lost names them", c.lost)
	}
	c.progress(c.total, c.total)
	return c.report, nil
}

func (c *checker) damage(format string, args ...any) {
	c.report.Damage = append(c.report.Damage, fmt.Sprintf(format, args...))
}

func (c *checker) note(format string, args ...any) {
	c.report.Notes = append(c.report.Notes, fmt.Sprintf(format, args...))
}

func (c *checker) advance(n int64) {
	c.done += n
	c.progress(c.done, c.total)
}

// measure adds up what there is to read.
func (c *checker) measure() error {
	return filepath.WalkDir(c.s.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if ext := filepath.Ext(path); ext == segmentSuffix || ext == ".jnl" {
			if fi, err := e.Info(); err == nil {
				c.total += fi.Size()
			}
		}
		return nil
	})
}

// sealed opens catalog and segments as a server does, and reads all of them.
func (c *checker) sealed() error {
	err := c.s.openSealed()
	if errors.Is(err, errNotBegun) {
		c.note("%v", errNotBegun)
		return nil
	}
	if err != nil {
		c.damage("%v", err)
		// The files' names still tell which segments there are.
		return c.loose()
	}
	defer func() { _ = c.s.catalog.close() }() // it was only read
	if c.s.catalog.spoilt {
		c.note("%s: the older one of its two first pages is not as it was written; the next start writes it anew", catalogFile)
	}
	v := c.s.view.Load()
	for i := range v.missing {
		c.damage("%v", v.missing[i].cause)
	}
	for _, seg := range v.segments {
		if err := errors.Join(c.segment(seg), seg.Close()); err != nil {
			return err
		}
	}
	c.next = v.sealedEnd()
	c.sealedEnd = c.next
	for _, file := range c.s.unpublished {
		c.note("%s: not in the catalog: what a crash left of sealing or merging; the next start removes it", file)
	}
	return nil
}

// loose checks the segment files of a directory that can't be opened.
func (c *checker) loose() error {
	files, err := c.s.glob(segmentPattern)
	if err != nil {
		return err
	}
	for _, file := range files {
		seg, err := segment.Open(c.s.path(file), c.s.readOptions())
		if err != nil {
			c.damage("%v", err)
			continue
		}
		err = c.segment(seg)
		info := seg.Info()
		c.next = max(c.next, info.First+info.Records)
		if err = errors.Join(err, seg.Close()); err != nil {
			return err
		}
	}
	return nil
}

// segment checks one segment.
func (c *checker) segment(seg *segment.Segment) error {
	file := c.s.entryOf(seg).File
	c.report.Segments++
	var block *segment.Block
	err := seg.Verify(c.ctx, segment.Check{
		Entry: func(b *segment.Block, e *audit.Entry) error {
			if b != block {
				c.block(file, block)
				block = b
			}
			key := integrity.Key(b.Key())
			c.buf = audit.AppendEntry(c.buf[:0], e)
			c.leaves = append(c.leaves, c.hasher.Hash(&key, e.Number, c.buf))
			if e.Flags&audit.FlagLost != 0 {
				c.lost++
			}
			return nil
		},
		Damage:   func(d *segment.DamageError) { c.damage("%s: %s (bytes %d to %d)", file, d.What, d.Off, d.Off+d.Len-1) },
		Progress: c.advance,
	})
	c.block(file, block)
	if err != nil && c.ctx.Err() == nil {
		c.damage("%s: %v", file, err)
		err = nil
	}
	return err
}

// block compares the leaves gathered of a block with the subtree hashes that the segment
// keeps.
func (c *checker) block(file string, b *segment.Block) {
	leaves := c.leaves
	c.leaves = c.leaves[:0]
	if b == nil {
		return
	}
	if len(leaves) != b.Len() {
		c.damage("%s: %d of the %d records from %d on can be read", file, len(leaves), b.Len(), b.First())
		return
	}
	hashes, nodes, kept := integrity.CoverHashes(b.First(), leaves), integrity.Cover(b.First(), b.First()+uint64(b.Len())), b.Subtrees()
	ok := len(kept) == len(hashes)
	for i := range hashes {
		ok = ok && kept[i].Hash == hashes[i] && int(kept[i].Level) == nodes[i].Level
	}
	if !ok {
		c.damage("%s: records %d to %d are not those whose hashes were kept", file, b.First(), b.First()+uint64(b.Len())-1)
	}
}

func (c *checker) journal() error {
	files, err := journal.List(c.s.path(journalDir), c.s.promised.records)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := tooMuchLost(c.s.promised, c.next, files); err != nil {
		c.damage("%v", err)
		return c.keptAside()
	}
	for _, f := range files {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := c.journalFile(f); err != nil {
			return err
		}
	}
	if n := c.s.promised.records; n > c.next {
		c.damage("%s: had been stored and are gone: %d records from %d on", journalDir, n-c.next, c.next)
		c.next = n
	}
	return c.keptAside()
}

func (c *checker) journalFile(f journal.Listed) error {
	name := filepath.Join(journalDir, filepath.Base(f.Path))
	if f.First > c.next {
		c.damage("%s: begins with record %d, but %d comes next", name, f.First, c.next)
	}
	res, err := journal.Read(f.Path, f.Outside, func(*journal.Group) error { return c.ctx.Err() })
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if err != nil {
		c.damage("%s: %v", name, err)
		return nil
	}
	for _, d := range res.Damages {
		c.damage("%s: %s: offset %d, %d bytes; %d records from %d on", name, d.What, d.Offset, d.Length, d.Records, d.First)
	}
	switch {
	case res.Unproven:
		c.damage("%s: the last %d bytes are not as they were written; nothing tells whether records in them had been stored", name, res.Torn)
	case res.Torn > 0:
		c.note("%s: %d bytes of a write that a crash cut; nobody had been told that it was stored", name, res.Torn)
	}
	c.report.Journals++
	c.next = max(c.next, res.Next)
	c.advance(res.Size)
	return nil
}

// promise names what is damaged in the file that says how far records had been durable.
func (c *checker) promise() error {
	switch _, spoilt, err := readPromise(c.s.path(promisedFile)); {
	case err != nil: // openSealed says so
	case spoilt == promiseSlots:
		c.damage("%s: not as it was written; nothing proves that the last records stored are there; the next start makes it anew", promisedFile)
	case spoilt > 0:
		c.note("%s: one of its two copies is not as it was written; the next start makes it anew", promisedFile)
	}
	return nil
}

// keptAside names files that an earlier start moved out of the journal.
func (c *checker) keptAside() error {
	names, err := os.ReadDir(c.s.path(journalDir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, n := range names {
		switch name := filepath.Join(journalDir, n.Name()); {
		case strings.Contains(name, ".damaged"):
			c.damage("%s: kept aside because records of it were damaged or missing", name)
		case strings.Contains(name, ".unproven"):
			c.damage("%s: kept aside because it was not as it was written; nothing tells whether records in it had been stored", name)
		case strings.Contains(name, ".torn"):
			c.note("%s: the end of a write that a crash cut, kept aside", name)
		}
	}
	return nil
}

// names checks the index of names, which holds nothing of its own.
func (c *checker) names() error {
	rep, err := names.Check(c.ctx, c.s.path(namesDir), c.sealedEnd)
	for _, d := range rep.Damage {
		c.damage("%s; the next start makes it anew", filepath.Join(namesDir, d))
	}
	for _, n := range rep.Notes {
		c.note("%s", filepath.Join(namesDir, n))
	}
	if _, serr := os.Stat(c.s.path(formerNames)); serr == nil {
		c.note("%s: an older version's index of names; the next start removes it", formerNames)
	}
	return err
}
