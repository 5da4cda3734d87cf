package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"slices"

	"arr/config"
)

// move has syslog over TLS and TCP taken in at these addresses. New ones are opened first, so
// that nothing changes where one can't be had. Connections to the others stay as long as their
// senders keep them.
func (s *server) move(ctx context.Context, g *group, overTLS, plain []config.Listener) error {
	l := s.listeners
	newTLS, err := openOthers(ctx, l.tls, "tls", overTLS, func(c config.Listener) (*tls.Config, error) { return s.directory.tls(s.directory.cfg, s.source, c) })
	if err != nil {
		return err
	}
	newTCP, err := openOthers(ctx, l.tcp, "tcp", plain, func(config.Listener) (*tls.Config, error) { return nil, nil })
	if err != nil {
		closeStreams(newTLS)
		return err
	}
	for _, n := range newTLS {
		s.begin(ctx, g, s.receiver.ServeTLS, n)
	}
	for _, n := range newTCP {
		s.begin(ctx, g, s.receiver.ServeTCP, n)
	}
	l.mu.Lock()
	l.tls, l.tcp = append(closeOthers(l.tls, overTLS), newTLS...), append(closeOthers(l.tcp, plain), newTCP...)
	l.mu.Unlock()
	if err := l.ports(os.Getpid(), s.dir).write(s.dir); err != nil {
		s.log.Error("syslog is taken in at other addresses, and programs can't read which", slog.Any("error", err))
	}
	return nil
}

// openOthers opens those of the wanted addresses that are not open. speak gives how TLS is
// spoken there, nil for not at all. On an error none of them stays open.
func openOthers(ctx context.Context, open []stream, key string, wanted []config.Listener, speak func(config.Listener) (*tls.Config, error)) (added []stream, err error) {
	for _, c := range wanted {
		if slices.ContainsFunc(open, func(l stream) bool { return l.address == c.Address }) {
			continue
		}
		conf, err := speak(c)
		if err == nil {
			added, err = addStream(ctx, added, key, c, conf)
		}
		if err != nil {
			closeStreams(added)
			return nil, err
		}
	}
	return added, nil
}

// closeOthers closes those that are not wanted and gives the others.
func closeOthers(open []stream, wanted []config.Listener) (stay []stream) {
	for _, l := range open {
		if slices.ContainsFunc(wanted, func(c config.Listener) bool { return c.Address == l.address }) {
			stay = append(stay, l)
		} else {
			closeStreams([]stream{l})
		}
	}
	return stay
}

func closeStreams(all []stream) {
	for _, l := range all {
		l.Close()
	}
}
