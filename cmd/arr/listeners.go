package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"syscall"

	"arr/api"
	"arr/config"
	"arr/receiver"
	"arr/trust"
)

// fallbackUDP is taken where nobody chose a UDP port and 514 can't be had.
const fallbackUDP = ":5514"

// stream is a listener for connections that carry syslog, at an address as it was asked for.
type stream struct {
	net.Listener
	address string
	options receiver.ListenerOptions
}

// packets is a socket for datagrams of syslog, at an address as it was asked for.
type packets struct {
	*net.UDPConn
	address string
}

// httpListener is a listener for HTTP; without a tls there is no TLS.
type httpListener struct {
	net.Listener
	tls *tls.Config
}

// listeners is everything that the server listens on, opened but not yet served.
type listeners struct {
	// mu guards tls, tcp and udp, which an LDAP directory may change.
	mu            sync.Mutex
	tls, tcp      []stream
	udp           []packets
	http, metrics []httpListener
	socket        net.Listener
	// noUDP514 is why UDP port 514 was not taken, nil where it was or was not wanted.
	noUDP514 error
}

// openListeners opens all listeners, the data directory's socket first: a command that finds the
// directory locked may rely on it. On an error none stays open.
func openListeners(ctx context.Context, cfg *config.Config, source *trust.Source, directory *directed) (l *listeners, err error) {
	l = &listeners{}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.socket, err = api.ListenSocket(cfg.Data); err != nil {
		return l, err
	}
	if l.http, err = listenHTTP(ctx, cfg, source, "http", cfg.HTTP); err != nil {
		return l, err
	}
	if l.metrics, err = listenHTTP(ctx, cfg, source, "metrics", cfg.Metrics); err != nil {
		return l, err
	}
	for _, c := range cfg.TLS {
		conf, err := directory.tls(cfg, source, c)
		if err != nil {
			return l, fmt.Errorf("--tls %s: %w", c.Address, err)
		}
		if l.tls, err = addStream(ctx, l.tls, "tls", c, conf); err != nil {
			return l, err
		}
	}
	for _, c := range cfg.TCP {
		if l.tcp, err = addStream(ctx, l.tcp, "tcp", c, nil); err != nil {
			return l, err
		}
	}
	return l, l.listenUDP(ctx, cfg, cfg.Given("udp") || directory.hasUDP())
}

// listenTCP says which setting asked for the address.
func listenTCP(ctx context.Context, key, address string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, cantListen(key, address, err)
	}
	return ln, nil
}

// cantListen says what to do about an address that was asked for and can't be had.
func cantListen(key, address string, err error) error {
	remedy := "choose another address"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		remedy += ", or stop who has it"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		remedy = "it is no address of this machine: leave the host away, or set dcmBindAddress to 0.0.0.0 where an LDAP directory says it"
	case errors.Is(err, syscall.EACCES):
		remedy = "choose a port from 1024 on, or allow this one: setcap cap_net_bind_service=+ep " + program()
	}
	return fmt.Errorf("--%s %s: %w: %s", key, address, err, remedy)
}

// listenHTTP opens the listeners of a setting.
func listenHTTP(ctx context.Context, cfg *config.Config, source *trust.Source, key string, addresses []config.Listener) (lns []httpListener, err error) {
	for _, c := range addresses {
		var conf *tls.Config
		if c.TLS {
			if conf, err = tlsConfig(cfg, source, c); err != nil {
				return lns, fmt.Errorf("--%s %s: %w", key, c.Address, err)
			}
		}
		ln, err := listenTCP(ctx, key, c.Address)
		if err != nil {
			return lns, err
		}
		lns = append(lns, httpListener{ln, conf})
	}
	return lns, nil
}

// addStream opens an address and gives the streams with it. Without a conf there is no TLS.
func addStream(ctx context.Context, all []stream, key string, c config.Listener, conf *tls.Config) ([]stream, error) {
	ln, err := listenTCP(ctx, key, c.Address)
	if err != nil {
		return all, err
	}
	return append(all, stream{ln, c.Address, receiver.ListenerOptions{TLS: conf, Proxy: c.Proxy}}), nil
}

// listenUDP takes another port than 514 where nobody has chosen the address.
func (l *listeners) listenUDP(ctx context.Context, cfg *config.Config, chosen bool) error {
	for _, c := range cfg.UDP {
		conn, err := listenPacket(ctx, c.Address)
		if err != nil && !chosen {
			l.noUDP514 = err
			conn, err = listenPacket(ctx, fallbackUDP)
		}
		if err != nil {
			return err
		}
		l.udp = append(l.udp, packets{conn, c.Address})
	}
	return nil
}

// listenPacket opens an address for datagrams.
func listenPacket(ctx context.Context, address string) (*net.UDPConn, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, cantListen("udp", address, err)
	}
	return conn.(*net.UDPConn), nil
}

// close closes what nobody serves yet.
func (l *listeners) close() {
	var all []io.Closer
	for _, s := range append(l.tls, l.tcp...) {
		all = append(all, s)
	}
	for _, c := range l.udp {
		all = append(all, c)
	}
	for _, ln := range append(l.http, l.metrics...) {
		all = append(all, ln)
	}
	if l.socket != nil {
		all = append(all, l.socket)
	}
	for _, c := range all {
		c.Close()
	}
}

// ports are the addresses that the listeners really have.
func (l *listeners) ports(pid int, dir string) ports {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := ports{
		PID: pid, Socket: filepath.Join(dir, "arr.sock"),
		TLS: streamAddresses(l.tls), TCP: streamAddresses(l.tcp), UDP: []string{},
		HTTP: httpAddresses(l.http), Metrics: httpAddresses(l.metrics),
	}
	for _, c := range l.udp {
		p.UDP = append(p.UDP, c.LocalAddr().String())
	}
	return p
}

func streamAddresses(streams []stream) []string {
	s := []string{}
	for _, ln := range streams {
		s = append(s, ln.Addr().String())
	}
	return s
}

func httpAddresses(lns []httpListener) []string {
	s := []string{}
	for _, ln := range lns {
		s = append(s, ln.Addr().String())
	}
	return s
}
