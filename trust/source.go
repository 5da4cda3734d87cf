package trust

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pollInterval is how often files are looked at: an operator who has replaced a
// certificate sees it served within this time.
const pollInterval = time.Minute

// Options say what a Source serves.
type Options struct {
	// Dir is where certificates are kept that a Source makes for itself. It is
	// made if it does not exist. Only one Source may use it at a time.
	Dir string
	// Names are host names and addresses that clients reach the server by, beside
	// those that the machine knows of itself.
	Names []string
	// Pairs, if there are any, are served in place of certificates of our own.
	Pairs []Pair
	// Stores, if there are any, are served in place of certificates of our own, after
	// Pairs.
	Stores []Store
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log is told what was made, loaded and refused; nil is slog.Default().
	Log *slog.Logger
}

// Check reads the files that o names, changes nothing, and says which can't be used.
func (o Options) Check() error {
	if len(o.Pairs)+len(o.Stores) == 0 {
		return nil
	}
	o.Log = slog.New(slog.DiscardHandler)
	_, err := Open(o)
	return err
}

// Source gives TLS configurations that follow the files behind them. Open makes one.
type Source struct {
	now      func() time.Time
	log      *slog.Logger
	reloadCh chan struct{}

	// authority is nil where Pairs were given. Its owner is Open, then Run's goroutine.
	authority *authority
	mu        sync.Mutex
	files     []*watched  // guarded by mu; Run's goroutine owns what is in it
	listeners []*Listener // guarded by mu
	// parts are the certificates by the file they came from. Their owner is that of
	// authority.
	parts [][]tls.Certificate
	// complaint is the last thing that the authority could not do, so that it is
	// said once. Run's goroutine owns it.
	complaint string

	// certs is replaced, never changed: by Open, then by Run's goroutine.
	certs           atomic.Pointer[[]tls.Certificate]
	loads, failures atomic.Uint64
}

// Stats is a snapshot of a Source.
type Stats struct {
	// Certificates are those served.
	Certificates []CertificateStats
	// CANotAfter is when the local CA expires; zero without one.
	CANotAfter time.Time
	// Weak names the profiles being served that have a Weakness.
	Weak []string
	// Loads counts certificates and client CAs that were loaded or made, Failures
	// those that were refused or could not be made.
	Loads, Failures uint64
}

// CertificateStats describes one served certificate.
type CertificateStats struct {
	// Algorithm is that of its key: "ECDSA", "RSA" or "Ed25519".
	Algorithm string
	NotAfter  time.Time
}

// Open loads what o names, or makes a CA and certificates in o.Dir where they are
// missing. An error says what could not be read, made or used.
func Open(o Options) (*Source, error) {
	s := &Source{now: o.Now, log: o.Log, reloadCh: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if len(o.Pairs)+len(o.Stores) == 0 {
		if err := s.openAuthority(o.Dir, o.Names); err != nil {
			return nil, err
		}
		return s, nil
	}
	s.parts = make([][]tls.Certificate, len(o.Pairs)+len(o.Stores))
	for i, p := range o.Pairs {
		if err := s.watch(s.watchedPair(i, p)); err != nil {
			return nil, err
		}
	}
	for i, store := range o.Stores {
		if err := s.watch(s.watchedStore(len(o.Pairs)+i, store)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Source) openAuthority(dir string, names []string) error {
	a, err := openAuthority(dir, names, s.now(), s.log)
	if err != nil {
		return err
	}
	s.authority = a
	certs, made, err := a.certificates(nil, s.now())
	s.loads.Add(uint64(made))
	if len(certs) < len(keyKinds) {
		return err
	}
	s.certs.Store(&certs)
	s.complain(err)
	return nil
}

// watch loads w for the first time and has Run look after it.
func (s *Source) watch(w *watched) error {
	if err := w.check(); err != nil {
		return err
	}
	s.loads.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = append(s.files, w)
	return nil
}

// replace serves certs in place of what came from file i.
func (s *Source) replace(i int, certs ...tls.Certificate) {
	s.parts[i] = certs
	s.certs.Store(new(slices.Concat(s.parts...)))
}

// Run renews certificates and re-reads files until ctx ends.
func (s *Source) Run(ctx context.Context) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.reloadCh:
			s.forget()
		}
		s.poll()
	}
}

// Reload has Run look at all files at once, and say again what is wrong with those
// that it refused before.
func (s *Source) Reload() {
	select {
	case s.reloadCh <- struct{}{}:
	default: // one is asked for already
	}
}

// watchedFiles are those that Run looks after.
func (s *Source) watchedFiles() []*watched {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.files)
}

func (s *Source) forget() {
	s.complaint = ""
	for _, w := range s.watchedFiles() {
		w.refused = contents{}
	}
}

func (s *Source) poll() {
	for _, w := range s.watchedFiles() {
		switch err := w.check(); {
		case errors.Is(err, errUnchanged):
		case err != nil:
			s.failures.Add(1)
			s.log.Error("a changed file is refused, what was loaded before stays", slog.String("what", w.what), slog.Any("error", err))
		default:
			s.loads.Add(1)
			s.log.Info("a changed file is loaded", slog.String("what", w.what), slog.String("file", w.paths[0]))
		}
	}
	if s.authority == nil {
		return
	}
	certs, made, err := s.authority.certificates(*s.certs.Load(), s.now())
	s.loads.Add(uint64(made))
	s.complain(err)
	if made > 0 {
		s.certs.Store(&certs)
	}
}

// complain says once what the authority could not do.
func (s *Source) complain(err error) {
	if err == nil {
		s.complaint = ""
		return
	}
	if s.complaint == err.Error() {
		return
	}
	s.complaint = err.Error()
	s.failures.Add(1)
	s.log.Error("a certificate can't be made anew, the old one stays", slog.Any("error", err))
}

// CA is what people need of the local CA to trust this server.
type CA struct {
	// PEM and PKCS12 are files with its certificate. The second is a trust store
	// as Java reads it, with Password, which protects nothing but makes it
	// readable everywhere.
	PEM, PKCS12, Password string
	// SHA256 is the certificate's fingerprint as openssl prints it: upper case
	// pairs of hexadecimal digits with colons between them.
	SHA256 string
}

// CA gives the local CA, ok false where certificates were given.
func (s *Source) CA() (ca CA, ok bool) {
	if s.authority == nil {
		return CA{}, false
	}
	return s.authority.public(), true
}

// Stats may be called at any time.
func (s *Source) Stats() Stats {
	st := Stats{Weak: s.weak(), Loads: s.loads.Load(), Failures: s.failures.Load()}
	for _, c := range *s.certs.Load() {
		st.Certificates = append(st.Certificates, CertificateStats{
			Algorithm: c.Leaf.PublicKeyAlgorithm.String(),
			NotAfter:  c.Leaf.NotAfter,
		})
	}
	if s.authority != nil {
		st.CANotAfter = s.authority.cert.Load().NotAfter
	}
	return st
}
