package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"arr/store/durable"
	"arr/store/names"
)

// Open opens the store in dir, making it if there is none, recovers what a crash left in
// the journal, and starts the goroutines that Close ends. ErrInUse says that another
// process has it, ErrDamaged that what it needs to go on is not as it was written.
func Open(dir string, o Options) (*Store, error) {
	s := newStore(dir, o)
	for _, d := range []string{dir, s.path(journalDir), s.path(segmentsDir)} {
		if err := durable.MkdirAll(d, 0o750); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	var err error
	if s.lock, err = lock(dir, true); err != nil {
		return nil, err
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, unlock(s.lock, true))
	}
	return s, nil
}

// open is Open under the lock.
func (s *Store) open() (err error) {
	if err := s.openSealed(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.catalog.close(), s.promises.close())
		}
	}()
	// The names that this start made, and those that one before it was killed behind.
	if err := errors.Join(durable.SyncDir(s.dir), durable.SyncDir(s.path(segmentsDir))); err != nil {
		return err
	}
	if err := s.catalog.begin(s.zone, s.now()); err != nil {
		return err
	}
	if err := s.beginPromises(); err != nil {
		return err
	}
	if err := s.removeUnpublished(); err != nil {
		return err
	}
	if err := os.RemoveAll(s.path(formerNames)); err != nil {
		s.log.Warn("index of names of an older version can't be removed", slog.Any("error", err))
	}
	s.names = names.Open(s.path(namesDir), s.namesOptions())
	go s.seal()
	if err = s.recoverJournal(); err == nil {
		err = s.beginJournal()
	}
	if err != nil {
		close(s.closing)
		close(s.stopSealer)
		<-s.sealerDone
		s.names.Close()
		return err
	}
	if err := s.reserve.Restore(); err != nil {
		s.log.Warn("no space for the reserve: on a full disk the store may be unable to seal at the end", slog.Any("error", err))
	}
	s.promises.stored(s.next)
	s.stats.restart()
	go s.merge()
	go s.commit()
	s.wakeSealer()
	s.wakeMerger()
	return nil
}

// openSealed opens catalog and segments. It decides for all, a server, a command that reads
// and Check, whether the directory can be gone on with; a reader changes nothing.
func (s *Store) openSealed() (err error) {
	if err := s.readPromise(); err != nil {
		return err
	}
	if err := s.findCatalog(); err != nil {
		return err
	}
	if s.catalog, err = openCatalog(s.path(catalogFile), s.readOnly, s.promised.transaction); err != nil {
		return err
	}
	if s.zone == nil {
		s.zone, err = s.catalog.zone()
	}
	if err == nil {
		err = s.loadSources()
	}
	if err == nil {
		err = s.adoptSegments()
	}
	if err != nil {
		return errors.Join(err, s.catalog.close())
	}
	return nil
}

// OpenReadOnly opens the store in dir for searching, journal included, and changes
// nothing: dir may be on a read-only mount. A server that has dir makes it fail with
// ErrInUse. What it opened stays as it is, whatever a server does with dir later: it has the
// journal in memory and the files of all segments open, which never change. So it keeps no
// lock, and whoever is slow to read an answer keeps no server from starting.
func OpenReadOnly(dir string, o Options) (*Store, error) {
	s := newStore(dir, o)
	s.readOnly = true
	f, err := lock(dir, false)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.openReadOnly(), unlock(f, false)); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) openReadOnly() error {
	if err := s.openSealed(); err != nil {
		return err
	}
	if err := errors.Join(s.recoverJournal(), s.catalog.close()); err != nil {
		return err
	}
	var err error
	if s.names, err = names.OpenReadOnly(s.path(namesDir), s.namesOptions()); err != nil {
		s.log.Warn("index of names can't be read: questions for the beginnings of names look at every record", slog.Any("error", err))
		s.names = nil // it only makes questions faster
	}
	s.stats.restart()
	return nil
}
