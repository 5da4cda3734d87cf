package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"arr/trust"
)

// speaker is how a command speaks TLS and whom it believes. What its files hold is read
// again for connections to come.
type speaker struct {
	config tls.Config
	// files are those that read reads.
	files []string
	read  func() (identity, error)
	now   atomic.Pointer[identity]
	// loads and failures count readings that were taken and refused.
	loads, failures atomic.Int64

	// reading guards stamp, by which the files are known to have changed.
	reading sync.Mutex
	stamp   string
}

// identity is what files hold: what is presented, and whom to believe.
type identity struct {
	certificates []tls.Certificate
	servers      trust.Servers
}

// load reads the files for the first time.
func (s *speaker) load() error {
	s.stamp = stampOf(s.files)
	i, err := s.read()
	if err != nil {
		return err
	}
	s.loads.Add(1)
	s.now.Store(&i)
	return nil
}

// stampOf changes when one of the files does.
func stampOf(files []string) string {
	var b strings.Builder
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", f, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// to is the configuration for connecting to a host.
func (s *speaker) to(host string) *tls.Config {
	config := s.config.Clone()
	config.ServerName = host
	config.GetClientCertificate = s.present
	config.InsecureSkipVerify = true // VerifyConnection checks what would be checked
	config.VerifyConnection = func(cs tls.ConnectionState) error { return verifyServer(s.now.Load().servers, host, cs) }
	return config
}

// verifyServer says what is wrong with the certificate of a server that is a host.
func verifyServer(believed trust.Servers, host string, cs tls.ConnectionState) error {
	var check tls.Config
	believed.Host = host
	believed.Apply(&check)
	return check.VerifyConnection(cs)
}

// present chooses the certificate that a server can use, none where none is.
func (s *speaker) present(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	all := s.now.Load().certificates
	for i := range all {
		if asked.SupportsCertificate(&all[i]) == nil {
			return &all[i], nil
		}
	}
	return &tls.Certificate{}, nil
}

// lookEvery is how often files are looked at.
const lookEvery = time.Minute

// watch reads files again that have changed, until ctx ends.
func (s *speaker) watch(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.look(log, false)
		case <-ctx.Done():
			return
		}
	}
}

// look reads the files again, if they have changed or in any case. What can't be used is
// refused, and what was read before stays.
func (s *speaker) look(log *slog.Logger, inAnyCase bool) {
	s.reading.Lock()
	defer s.reading.Unlock()
	stamp := stampOf(s.files)
	if stamp == s.stamp && !inAnyCase {
		return
	}
	changed := stamp != s.stamp
	s.stamp = stamp
	i, err := s.read()
	if err != nil {
		s.failures.Add(1)
		log.Error("a changed file is refused, what was loaded before stays", slog.Any("error", err))
		return
	}
	s.now.Store(&i)
	if changed {
		s.loads.Add(1)
		log.Info("a changed file is loaded", slog.Any("files", s.files))
	}
}
