package trust

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
)

// Pair names the PEM files of one server certificate.
type Pair struct {
	// Cert holds the server's certificate, then those that lead to its CA.
	Cert string
	// Key holds its private key; "" where that is in Cert, too.
	Key string
	// Password is that of an encrypted key.
	Password Password
}

// paths are the files that change a pair: the certificate's, the key's, the password's.
func (p Pair) paths() []string {
	paths := []string{p.Cert, cmp.Or(p.Key, p.Cert)}
	if p.Password.File != "" {
		paths = append(paths, p.Password.File)
	}
	return paths
}

// parse reads what paths has brought in.
func (p Pair) parse(files [][]byte) (tls.Certificate, error) {
	password := p.Password.Text
	if len(files) > 2 {
		password = p.Password.of(files[2])
	}
	cert, err := parsePair(files[0], files[1], password)
	if err != nil {
		return cert, fmt.Errorf("certificate %s with key %s: %w", p.Cert, cmp.Or(p.Key, p.Cert), err)
	}
	return cert, nil
}

// Load reads the pair, for who presents it once.
func (p Pair) Load() (tls.Certificate, error) {
	files, err := readFiles(p.paths())
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading a certificate and its key: %w", err)
	}
	return p.parse(files)
}

// errUnchanged says that files are as they were when they were loaded or refused.
var errUnchanged = errors.New("unchanged")

// contents is the hash of what files hold; zero for nothing seen yet.
type contents [sha256.Size]byte

// watched is one thing that is loaded from files and again when they change. They
// are compared by what they hold, since a restored or linked file may be new with an
// old time.
type watched struct {
	what  string // for the log: "server certificate"
	paths []string
	load  func(files [][]byte) error

	loaded, refused contents
}

// check loads the files if they hold something new. It returns nil if that was done,
// errUnchanged, or why what they hold can't be used.
func (w *watched) check() error {
	files := make([][]byte, len(w.paths))
	h := sha256.New()
	var err error
	for i, path := range w.paths {
		if files[i], err = os.ReadFile(path); err != nil {
			err = fmt.Errorf("reading the %s: %w", w.what, err)
			h.Write([]byte(err.Error()))
			break
		}
		sum := sha256.Sum256(files[i])
		h.Write(sum[:])
	}
	now := contents(h.Sum(nil))
	if now == w.refused || now == w.loaded {
		return errUnchanged
	}
	if err == nil {
		err = w.load(files)
	}
	if err != nil {
		w.refused = now
		return err
	}
	w.loaded, w.refused = now, contents{}
	return nil
}

// watchedPair is certificate i of s, from files.
func (s *Source) watchedPair(i int, p Pair) *watched {
	return &watched{what: "server certificate", paths: p.paths(), load: func(files [][]byte) error {
		cert, err := p.parse(files)
		if err != nil {
			return fmt.Errorf("server %w", err)
		}
		s.warnOfDates(p.Cert, cert.Leaf)
		s.replace(i, cert)
		return nil
	}}
}

// watchedStore is the certificates of a store, part i of what s serves.
func (s *Source) watchedStore(i int, store Store) *watched {
	return &watched{what: "store of keys", paths: store.paths(), load: func(files [][]byte) error {
		pairs, err := store.pairs(files)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			s.warnOfDates(store.File, p.Leaf)
		}
		s.replace(i, pairs...)
		return nil
	}}
}

// warnOfDates tells of a certificate that expires soon, or that is not valid yet.
func (s *Source) warnOfDates(file string, leaf *x509.Certificate) {
	if s.now().Before(leaf.NotBefore) {
		s.log.Warn("the server certificate is not valid yet, senders refuse it: set the clock right, or have it made anew",
			slog.String("file", file), slog.Time("begins", leaf.NotBefore))
	}
	if leaf.NotAfter.Sub(s.now()) < renewBefore {
		s.log.Warn("the server certificate expires soon, senders will refuse it then",
			slog.String("file", file), slog.Time("expires", leaf.NotAfter))
	}
}

// parsePair says what to do about the faults that people meet.
func parsePair(cert, key []byte, password string) (tls.Certificate, error) {
	var none tls.Certificate
	switch {
	case firstBlock(cert) == "":
		return none, errors.New("the certificate's file is not PEM: convert it with \"openssl x509 -inform der\" or \"openssl pkcs12\"")
	case firstBlock(key) == "":
		return none, errors.New("the key's file is not PEM: convert it with \"openssl pkey -inform der\" or \"openssl pkcs12\"")
	}
	plain, err := decryptPEM(key, password)
	if err != nil {
		return none, err
	}
	return tls.X509KeyPair(cert, plain)
}

// firstBlock is the type of the first PEM block of b, "" without one.
func firstBlock(b []byte) string {
	block, _ := pem.Decode(b)
	if block == nil {
		return ""
	}
	return block.Type
}
