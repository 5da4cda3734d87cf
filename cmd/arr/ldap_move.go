package main

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"time"

	"arr/config"
)

// lastRead is how long a socket for datagrams is still read once another one takes its place, so
// that what the kernel holds for it is not lost.
const lastRead = time.Second

// move has syslog taken in at these addresses. New ones are opened first, so that nothing
// changes where one can't be had. Connections to the others stay as long as their senders keep
// them.
func (s *server) move(ctx context.Context, g *group, to addresses) (err error) {
	l := s.listeners
	var opened listeners
	defer func() {
		if err != nil {
			opened.close()
		}
	}()
	for _, c := range to.tls {
		if listens(l.tls, c) {
			continue
		}
		conf, err := s.directory.tls(s.directory.cfg, s.source, c)
		if err != nil {
			return err
		}
		if opened.tls, err = addStream(ctx, opened.tls, "tls", c, conf); err != nil {
			return err
		}
	}
	for _, c := range to.tcp {
		if listens(l.tcp, c) {
			continue
		}
		if opened.tcp, err = addStream(ctx, opened.tcp, "tcp", c, nil); err != nil {
			return err
		}
	}
	for _, c := range to.udp {
		if slices.ContainsFunc(l.udp, func(p packets) bool { return p.address == c.Address }) {
			continue
		}
		conn, err := listenPacket(ctx, c.Address)
		if err != nil {
			return err
		}
		opened.udp = append(opened.udp, packets{conn, c.Address})
	}
	s.receiveAt(ctx, g, &opened)
	l.replace(&opened, to)
	if err := l.ports(os.Getpid(), s.dir).write(s.dir); err != nil {
		s.log.Error("syslog is taken in at other addresses, and programs can't read which", slog.Any("error", err))
	}
	return nil
}

// listens says whether an address is among streams.
func listens(all []stream, c config.Listener) bool {
	return slices.ContainsFunc(all, func(l stream) bool { return l.address == c.Address })
}

// replace adds what is served from now on and ends what is not wanted any more.
func (l *listeners) replace(opened *listeners, wanted addresses) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tls = append(closeOthers(l.tls, wanted.tls), opened.tls...)
	l.tcp = append(closeOthers(l.tcp, wanted.tcp), opened.tcp...)
	var stay []packets
	for _, p := range l.udp {
		if slices.ContainsFunc(wanted.udp, func(c config.Listener) bool { return c.Address == p.address }) {
			stay = append(stay, p)
		} else {
			_ = p.SetReadDeadline(time.Now().Add(lastRead)) // fails where it is closed already
		}
	}
	l.udp = append(stay, opened.udp...)
}

// closeOthers closes those that are not wanted and gives the others.
func closeOthers(open []stream, wanted []config.Listener) (stay []stream) {
	for _, l := range open {
		if slices.ContainsFunc(wanted, func(c config.Listener) bool { return c.Address == l.address }) {
			stay = append(stay, l)
		} else {
			l.Close()
		}
	}
	return stay
}
