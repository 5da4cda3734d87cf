package ldapconf_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"arr/trust/ldapconf"
)

// impostor is a directory that answers a connection as f says.
func impostor(t *testing.T, f func(net.Conn)) ldapconf.Directory {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	t.Cleanup(func() {
		ln.Close()
		<-served
	})
	go func() {
		defer close(served)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		f(conn)
	}()
	d, err := ldapconf.ParseURL("ldap://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d.Plain = true
	return d
}

// answer writes an answer to request id: a message with an operation.
func answer(conn net.Conn, id int64, operation *ber.Packet) error {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(operation)
	_, err := conn.Write(p.Bytes())
	return err
}

// result is the operation of an answer that ends a request.
func result(tag ber.Tag, code int64) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	return p
}

// entry is the operation of an answer with an entry that has one large value.
func entry(size int) *ber.Packet {
	text := func(s string) *ber.Packet {
		return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
	}
	values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	values.AppendChild(text(strings.Repeat("x", size)))
	attribute, attributes := ber.NewSequence(""), ber.NewSequence("")
	attribute.AppendChild(text("cn"))
	attribute.AppendChild(values)
	attributes.AppendChild(attribute)
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	p.AppendChild(text("cn=a"))
	p.AppendChild(attributes)
	return p
}

// readRequest takes one request and gives its id.
func readRequest(conn net.Conn) int64 {
	p, err := ber.ReadPacket(conn)
	if err != nil || len(p.Children) == 0 {
		return 0
	}
	id, _ := p.Children[0].Value.(int64)
	return id
}

// Whatever answers in a directory's place, reading ends with an error and takes no more memory
// than a configuration needs.
func TestImpostors(t *testing.T) {
	bound := func(conn net.Conn) int64 {
		_ = answer(conn, readRequest(conn), result(ldap.ApplicationBindResponse, ldap.LDAPResultSuccess))
		return readRequest(conn)
	}
	for name, test := range map[string]struct {
		f    func(net.Conn)
		want string
	}{
		"what is no LDAP": {func(conn net.Conn) { conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, "see that a directory speaks LDAP there"},
		"nothing":         {func(net.Conn) {}, "see that a directory speaks LDAP there"},
		"a refusal": {func(conn net.Conn) {
			_ = answer(conn, readRequest(conn), result(ldap.ApplicationBindResponse, ldap.LDAPResultInappropriateAuthentication))
			readRequest(conn)
		}, "it takes nobody so: correct --ldap-bind-dn"},
		"a refusal to read": {func(conn net.Conn) {
			_ = answer(conn, bound(conn), result(ldap.ApplicationSearchResultDone, ldap.LDAPResultInsufficientAccessRights))
		}, "name one who may with --ldap-bind-dn"},
		"a packet of a gigabyte": {func(conn net.Conn) { conn.Write([]byte{0x30, 0x84, 0x40, 0, 0, 0}); readRequest(conn) }, "see that a directory"},
		"a value without its end": {func(conn net.Conn) {
			bound(conn)
			conn.Write(append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x04, 0x00}, 1000)...))
		}, "searching dc=dcm4che,dc=org"},
		"a search without end": {func(conn net.Conn) {
			id := bound(conn)
			for e := entry(1 << 19); answer(conn, id, e) == nil; {
			}
		}, "it sends more than a configuration can hold"},
		"a search that finds nothing": {func(conn net.Conn) {
			_ = answer(conn, bound(conn), result(ldap.ApplicationSearchResultDone, ldap.LDAPResultSuccess))
		}, "there are 0 entries"},
	} {
		d := impostor(t, test.f)
		if _, err := d.Read(t.Context(), "arr", read); err == nil || !strings.Contains(err.Error(), "directory 127.0.0.1:") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who waits for a directory that is silent can be called off.
func TestSilence(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := impostor(t, func(conn net.Conn) {
		readRequest(conn)
		cancel()
		readRequest(conn)
	})
	if _, err := d.Read(ctx, "arr", read); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("error %v", err)
	}
}
