package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/integrity"
	"arr/store/journal"
	"arr/store/names"
	"arr/store/segment"
)

// What stands in a data directory, beside lockFile.
const (
	catalogFile = "catalog.db"
	journalDir  = "journal"
	segmentsDir = "segments"
	namesDir    = "names"
	reserveFile = "reserve"

	// formerNames is where an older version keeps what is in namesDir.
	formerNames = "directory.bleve"

	segmentSuffix = ".seg"
)

// reserveSize is enough to seal the memtable on a disk that is otherwise full.
const reserveSize = 32 << 20

// Parser makes records of entries. Each is used by one goroutine at a time.
type Parser interface {
	// Parse reads r.Entry and sets all else of r, reusing the capacity of r.Spans and
	// r.Runs. Equal entries give equal records.
	Parse(r *audit.Record)
	// Describe fills what a shape read from disk lacks: the slots' Fields, Fixed and
	// Carries.
	Describe(s *audit.Shape)
	// Deviations gives how an entry whose record is in a dialect breaks A.5.1.
	Deviations(e *audit.Entry) []audit.Finding
}

// Options are what a store needs beside its directory.
type Options struct {
	// NewParser makes a parser that reads event times without a zone in zone.
	// ParserVersion is its version, stored with what is derived.
	NewParser     func(zone *time.Location) Parser
	ParserVersion int
	// Zone is the zone of event times that name none. The store remembers it, so that
	// nil means the one that it was last opened with: what is derived does not depend on
	// who opens it. The first time nil is time.Local.
	Zone *time.Location
	// CacheBytes bounds the decoded pages that are kept in memory; 0 means 128 MiB.
	CacheBytes int64
	Log        *slog.Logger     // nil: slog.Default
	Now        func() time.Time // nil: time.Now
}

// Store is an open data directory. Its methods may be called from any goroutine.
type Store struct {
	dir           string
	readOnly      bool
	log           *slog.Logger
	now           func() time.Time
	parserVersion uint32
	lock          *os.File
	catalog       *catalog
	promised      promise // what the directory's promise said when it was opened
	promises      promises
	unpublished   []string // segment files that the catalog did not name then
	names         *names.Index
	reserve       journal.Reserve
	cache         *segment.Cache
	shapes        *segment.Shapes
	parsers       parserPool
	deviating     *deviations
	zone          *time.Location
	view          atomic.Pointer[view]
	viewMu        sync.Mutex
	stats         counters

	queue     chan *request
	closing   chan struct{} // closed by Close: no more records, no more waiting
	closeOnce sync.Once
	failure   atomic.Pointer[error]
	failed    chan struct{} // closed once failure is set
	failOnce  sync.Once

	// The committer owns these; recovery does before the committer starts.
	journal   *journal.Writer
	rotateAt  int64 // size of the journal file at which to go on in a new one
	next      uint64
	active    *memBlock
	keys      blockKeys
	leaves    []tlog.Hash
	hasher    integrity.Leaves
	committed chan struct{} // closed when it ends
	writing   outage        // of a full disk

	// The sealer owns these.
	sourceReader   sourceReader
	rewriteSources bool // the catalog's sources are not the view's
	sealing        outage
	encoder        *segment.Encoder
	blockFull      chan struct{} // wakes it
	sealed         chan struct{} // it wakes the committer
	stopSealer     chan struct{}
	sealerDone     chan struct{}

	damaged damagedFiles
	met     metDamages

	// grouping has a place for each question that counts labels; labelBytes is what they
	// may take, less in tests.
	grouping   chan struct{}
	labelBytes int64

	arrivals arrivals
	// rewriting is held by whoever replaces segments: merger or Reindex.
	rewriting sync.Mutex

	// The merger.
	segmentAdded chan struct{}
	mergeCtx     context.Context
	stopMerge    context.CancelFunc
	mergeWidth   int
	unmergeable  map[string]bool // paths of damaged segments
	mergerDone   chan struct{}

	// hook is called between the steps of publishing by failpoint tests, createJournal
	// to make a journal's file and maxGroup to bound its groups by tests of failing disks.
	hook          func(step string) error
	createJournal func(path string) (journal.File, error)
	maxGroup      int64
}

func newStore(dir string, o Options) *Store {
	s := &Store{
		dir: dir, log: o.Log, now: o.Now, parserVersion: uint32(o.ParserVersion),
		cache:   segment.NewCache(cacheBytes(o.CacheBytes)),
		zone:    o.Zone,
		reserve: journal.Reserve{Path: filepath.Join(dir, reserveFile), Size: reserveSize},
		queue:   make(chan *request, queueLength), closing: make(chan struct{}), failed: make(chan struct{}),
		committed: make(chan struct{}), keys: blockKeys{}, rotateAt: rotateBytes,
		blockFull: make(chan struct{}, 1), sealed: make(chan struct{}, 1),
		stopSealer: make(chan struct{}), sealerDone: make(chan struct{}),
		segmentAdded: make(chan struct{}, 1), mergerDone: make(chan struct{}), mergeWidth: defaultMergeWidth,
		unmergeable: map[string]bool{}, grouping: make(chan struct{}, groupings), labelBytes: labelBytes,
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.mergeCtx, s.stopMerge = context.WithCancel(context.Background())
	s.shapes = segment.NewShapes(func(shape *audit.Shape) {
		p := s.parsers.get()
		defer s.parsers.put(p)
		p.Describe(shape)
	})
	s.parsers.make = func() Parser { return o.NewParser(s.zone) }
	s.deviating = &deviations{parsers: &s.parsers}
	s.view.Store(&view{sources: &sourceTable{}})
	return s
}

func cacheBytes(n int64) int64 {
	if n == 0 {
		return 128 << 20
	}
	return n
}

// Close stops taking records, stores those that the committer has taken, seals the
// memtable, and leaves the directory without journal and reserve. What could not be
// sealed stays in the journal; the error says why.
func (s *Store) Close() error {
	var err error
	s.closeOnce.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	close(s.closing)
	if s.readOnly {
		if s.names != nil {
			s.names.Close()
		}
		return nil
	}
	<-s.committed
	s.stopMerge()
	<-s.mergerDone
	close(s.stopSealer)
	<-s.sealerDone
	err := s.closeJournal()
	err = errors.Join(err, s.reserve.Release())
	s.names.Close()
	return errors.Join(err, s.catalog.close(), s.promises.close(), unlock(s.lock, true))
}

// closeJournal removes the journal if everything in it is sealed.
func (s *Store) closeJournal() error {
	err := s.journal.Close()
	if end := s.view.Load().sealedEnd(); end < s.next {
		return errors.Join(err, fmt.Errorf("records %d to %d could not be sealed; they stay in the journal", end, s.next-1))
	}
	files, lerr := journal.List(s.path(journalDir), 0)
	err = errors.Join(err, lerr)
	for _, f := range files {
		err = errors.Join(err, s.dropJournalFile(f.Path))
	}
	return err
}

// fail stops the store: every later HandleFrames gives err, and Failed tells the owner.
func (s *Store) fail(err error) {
	s.failOnce.Do(func() {
		s.failure.Store(&err)
		close(s.failed)
	})
}

// Failed is closed when the store can't go on; Err then says why. The server should stop,
// so that senders keep their messages.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Err is why the store failed, or nil.
func (s *Store) Err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Store) failpoint(step string) error {
	if s.hook == nil {
		return nil
	}
	return s.hook(step)
}

func (s *Store) journalOptions() journal.Options {
	o := journal.Options{Key: s.keys.of, Create: s.createJournal, MaxGroup: s.maxGroup}
	rand.Read(o.ID[:])
	return o
}

func (s *Store) readOptions() segment.Options {
	return segment.Options{Cache: s.cache, Shapes: s.shapes, Parse: s.parse}
}

func (s *Store) parse(r *audit.Record) {
	p := s.parsers.get()
	defer s.parsers.put(p)
	p.Parse(r)
}

// parserPool lends parsers.
type parserPool struct {
	make func() Parser
	free sync.Pool
}

// lentParser is a parser with room for the values of what it parses.
type lentParser struct {
	Parser
	spans []audit.Span
}

func (p *parserPool) get() *lentParser {
	if x := p.free.Get(); x != nil {
		return x.(*lentParser)
	}
	return &lentParser{Parser: p.make()}
}

func (p *parserPool) put(x *lentParser) {
	if cap(x.spans) > maxLentSpans {
		x.spans = nil
	}
	p.free.Put(x)
}

// maxLentSpans bounds the room that stays with a parser that nobody uses.
const maxLentSpans = 1 << 17
