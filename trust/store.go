package trust

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
)

// Password is how a store is opened. The zero value is the empty password.
type Password struct {
	// File holds it, a line feed at its end apart; it is read again with the store.
	File string
	// Text is the password itself where there is no File.
	Text string
}

// Read gives the password as it is at the moment. The error says which file can't be read.
func (p Password) Read() (string, error) {
	if p.File == "" {
		return p.Text, nil
	}
	b, err := os.ReadFile(p.File)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return p.of(b), nil
}

// of is the password where its file holds b.
func (p Password) of(b []byte) string { return strings.TrimRight(string(b), "\r\n") }

// Store names a file of keys and certificates: PKCS#12, JKS, PEM or, without keys, DER.
type Store struct {
	File     string
	Password Password
	// KeyPassword is that of the keys where they have one of their own (JKS).
	KeyPassword Password
	// Alias is the one key to take, without regard to case; "" takes all.
	Alias string
}

// paths are the files that change a store.
func (s Store) paths() []string {
	paths := []string{s.File}
	for _, p := range []Password{s.Password, s.KeyPassword} {
		if p.File != "" {
			paths = append(paths, p.File)
		}
	}
	return paths
}

// entries reads what paths has brought in.
func (s Store) entries(files [][]byte) ([]storeEntry, error) {
	rest := files[1:]
	read := func(p Password) string {
		if p.File == "" {
			return p.Text
		}
		text := p.of(rest[0])
		rest = rest[1:]
		return text
	}
	password := read(s.Password)
	entries, err := parseStore(files[0], password, read(s.KeyPassword), s.Alias)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	return entries, nil
}

// pairs gives the keys with their certificates, of which there is one at least.
func (s Store) pairs(files [][]byte) ([]tls.Certificate, error) {
	entries, err := s.entries(files)
	if err != nil {
		return nil, err
	}
	var pairs []tls.Certificate
	for i := range entries {
		if entries[i].key == nil {
			continue
		}
		pair, err := entries[i].pair()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		pairs = append(pairs, pair)
	}
	switch {
	case len(pairs) > 0:
		return pairs, nil
	case s.Alias != "":
		return nil, fmt.Errorf("%s: there is no key with the alias %q: list them with \"arr cert inspect\"", s.File, s.Alias)
	}
	return nil, fmt.Errorf("%s: there is no key in it: is it a trust store?", s.File)
}

// certificates is Certificates for files that were read.
func (s Store) certificates(files [][]byte) ([]*x509.Certificate, error) {
	entries, err := s.entries(files)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	for _, e := range entries {
		certs = append(certs, e.chain...)
	}
	if len(certs) == 0 {
		return nil, fmt.Errorf("%s: there is no certificate in it: name another file", s.File)
	}
	return certs, nil
}

// read reads the store's files.
func (s Store) read() ([][]byte, error) {
	files, err := readFiles(s.paths())
	if err != nil {
		return nil, fmt.Errorf("reading the store of keys: %w", err)
	}
	return files, nil
}

func readFiles(paths []string) (files [][]byte, err error) {
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, b)
	}
	return files, nil
}

// Pairs reads the store's keys with their certificates, for who presents them once. The
// error says what can't be read or decrypted, and how to convert it.
func (s Store) Pairs() ([]tls.Certificate, error) {
	files, err := s.read()
	if err != nil {
		return nil, err
	}
	return s.pairs(files)
}

// Certificates reads the store's certificates: those that are trusted, and of keys the whole
// chains. There is one at least.
func (s Store) Certificates() ([]*x509.Certificate, error) {
	files, err := s.read()
	if err != nil {
		return nil, err
	}
	return s.certificates(files)
}
