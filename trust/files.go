package trust

import (
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
	// Key holds its private key, not encrypted; "" where that is in Cert, too.
	Key string
}

// errUnchanged says that files are as they were when they were loaded or refused.
var errUnchanged = errors.New("trust: unchanged")

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
	w := &watched{what: "server certificate", paths: []string{p.Cert}}
	if p.Key != "" {
		w.paths = append(w.paths, p.Key)
	}
	w.load = func(files [][]byte) error {
		cert, err := parsePair(files[0], files[len(files)-1])
		if err != nil {
			return fmt.Errorf("server certificate %s with key %s: %w", p.Cert, w.paths[len(w.paths)-1], err)
		}
		s.warnOfEnd(p.Cert, cert.Leaf)
		s.replace(i, cert)
		return nil
	}
	return w
}

// watchedStore is the certificates of a store, part i of what s serves.
func (s *Source) watchedStore(i int, store Store) *watched {
	return &watched{what: "store of keys", paths: store.paths(), load: func(files [][]byte) error {
		pairs, err := store.pairs(files)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			s.warnOfEnd(store.File, p.Leaf)
		}
		s.replace(i, pairs...)
		return nil
	}}
}

// warnOfEnd tells of a certificate that expires soon.
func (s *Source) warnOfEnd(file string, leaf *x509.Certificate) {
	if leaf.NotAfter.Sub(s.now()) < renewBefore {
		s.log.Warn("the server certificate expires soon, senders will refuse it then",
			slog.String("file", file), slog.Time("expires", leaf.NotAfter))
	}
}

// parsePair says what to do about the faults that people meet.
func parsePair(cert, key []byte) (tls.Certificate, error) {
	c, err := tls.X509KeyPair(cert, key)
	switch {
	case err == nil:
		return c, nil
	case firstBlock(cert) == "":
		return c, errors.New("the certificate's file is not PEM: convert it with \"openssl x509 -inform der\" or \"openssl pkcs12\"")
	case firstBlock(key) == "":
		return c, errors.New("the key's file is not PEM: convert it with \"openssl pkey -inform der\" or \"openssl pkcs12\"")
	case firstBlock(key) == "ENCRYPTED PRIVATE KEY":
		return c, errors.New("the key is encrypted: decrypt it with \"openssl pkey\" and keep it readable for the server alone")
	}
	return c, err
}

// firstBlock is the type of the first PEM block of b, "" without one.
func firstBlock(b []byte) string {
	block, _ := pem.Decode(b)
	if block == nil {
		return ""
	}
	return block.Type
}
