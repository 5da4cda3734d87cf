package ldapconf

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"arr/trust"
)

// DefaultBase is where dcm4che's configuration lies unless somebody chose otherwise.
const DefaultBase = "dc=dcm4che,dc=org"

// Bounds of what a directory may send: one value, and all of one visit.
const (
	maxPacket = 1 << 20
	maxVisit  = 8 << 20
)

// visitTimeout bounds one visit to the directory, from dialling on.
const visitTimeout = 30 * time.Second

// The library reserves memory by the length that a packet declares.
func init() { ber.MaxPacketLengthBytes = maxPacket }

// Directory says where a directory is and how to come in.
type Directory struct {
	// Address is HOST:PORT, Host its name in certificates.
	Address, Host string
	// Base is the DN that the configuration lies below.
	Base string
	// LDAPS speaks TLS from the first byte. Else StartTLS is demanded, unless Plain: then all
	// can be read and changed on its way, the password too.
	LDAPS, Plain bool
	// CA has the certificates that the directory's own may come from; without a file those
	// that the system trusts hold. It is read at each visit.
	CA trust.Store
	// BindDN and Password are for a simple bind; without BindDN it is anonymous. Password is
	// read at each visit.
	BindDN   string
	Password trust.Password
}

// ParseURL reads "ldaps://host/dc=dcm4che,dc=org" or "ldap://…". Without a port it is 636, or
// 389; without a DN it is DefaultBase.
func ParseURL(s string) (Directory, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Directory{}, fmt.Errorf("%q is no address of a directory: write ldaps://host/%s", s, DefaultBase)
	}
	d := Directory{Host: u.Hostname(), Base: strings.Trim(u.Path, "/")}
	port := u.Port()
	switch u.Scheme {
	case "ldaps":
		d.LDAPS = true
		if port == "" {
			port = "636"
		}
	case "ldap":
		if port == "" {
			port = "389"
		}
	default:
		return Directory{}, fmt.Errorf("%q is no address of a directory: write ldaps:// or ldap:// in front", s)
	}
	d.Address = net.JoinHostPort(d.Host, port)
	if d.Base == "" {
		d.Base = DefaultBase
	}
	if _, err := ldap.ParseDN(d.Base); err != nil {
		return Directory{}, fmt.Errorf("%q ends in no distinguished name: write ldaps://host/%s", s, DefaultBase)
	}
	return d, nil
}

// visit connects, binds, has f do something, and leaves. The error says what was tried and
// what to do.
func (d *Directory) visit(ctx context.Context, f func(*ldap.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, visitTimeout)
	defer cancel()
	err := d.enter(ctx, f)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("directory %s: %w: %w", d.Address, ctx.Err(), err)
	}
	if err != nil {
		return fmt.Errorf("directory %s: %w", d.Address, err)
	}
	return nil
}

func (d *Directory) enter(ctx context.Context, f func(*ldap.Conn) error) error {
	conf := &tls.Config{ServerName: d.Host, MinVersion: tls.VersionTLS12}
	if d.CA.File != "" && !d.Plain {
		certs, err := d.CA.Certificates()
		if err != nil {
			return err
		}
		trust.Servers{Believed: certs, Host: d.Host, CheckName: true, Where: d.CA.File, Now: time.Now}.Apply(conf)
	}
	var dialer net.Dialer
	tcp, err := dialer.DialContext(ctx, "tcp", d.Address)
	if err != nil {
		return fmt.Errorf("connecting: %w: see that it runs and has this port", err)
	}
	defer tcp.Close()
	// The library knows no context: whoever waits on the connection ends with it.
	defer context.AfterFunc(ctx, func() { tcp.Close() })()
	var conn net.Conn = &boundedConn{Conn: tcp, left: maxVisit}
	if d.LDAPS {
		secure := tls.Client(conn, conf)
		if err := secure.HandshakeContext(ctx); err != nil {
			return cantTrust("TLS handshake", err)
		}
		conn = secure
	}
	l := ldap.NewConn(conn, d.LDAPS)
	l.Start()
	defer func() { _ = l.Close() }() // ends the library's goroutines; all was answered
	if !d.LDAPS && !d.Plain {
		if err := l.StartTLS(conf); err != nil {
			return cantTrust("StartTLS", err)
		}
	}
	if err := d.bind(l); err != nil {
		return err
	}
	return f(l)
}

func cantTrust(what string, err error) error {
	return fmt.Errorf("%s: %w: name its CA with --ldap-ca, and connect to a name that its certificate has", what, err)
}

func (d *Directory) bind(l *ldap.Conn) error {
	if d.BindDN == "" {
		if err := l.UnauthenticatedBind(""); err != nil {
			return fmt.Errorf("anonymous bind: %w: %s", err, bindRemedy(err))
		}
		return nil
	}
	password, err := d.Password.Read()
	if err != nil {
		return err
	}
	if password == "" {
		// A directory takes an empty password for an anonymous bind (RFC 4513 section 5.1.2).
		return fmt.Errorf("bind as %s: there is no password: give --ldap-password-file", d.BindDN)
	}
	err = l.Bind(d.BindDN, password)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		return fmt.Errorf("bind as %s: the directory knows no such user with this password: correct --ldap-bind-dn or its password", d.BindDN)
	}
	if err != nil {
		return fmt.Errorf("bind as %s: %w: %s", d.BindDN, err, bindRemedy(err))
	}
	return nil
}

// bindRemedy tells a directory that refuses from what is none. The library has codes of its own,
// from ErrorNetwork on, for what no directory answered.
func bindRemedy(err error) string {
	if refused, ok := errors.AsType[*ldap.Error](err); ok && refused.ResultCode < ldap.ErrorNetwork {
		return "it takes nobody so: correct --ldap-bind-dn and its password"
	}
	return "see that a directory speaks LDAP there, and correct the port in --ldap"
}

// errTooMuch is what a visit ends with that brings too much.
var errTooMuch = errors.New("it sends more than a configuration can hold")

// boundedConn ends a visit that brings too much.
type boundedConn struct {
	net.Conn
	left int // owned by who reads
}

func (c *boundedConn) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("%w: %w", errTooMuch, io.ErrUnexpectedEOF)
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}
