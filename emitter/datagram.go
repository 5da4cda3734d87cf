package emitter

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// The largest payloads of a datagram: what a 16-bit length leaves beside the
// headers of UDP and, in IPv4, of IP itself.
const (
	maxDatagram4 = 65535 - 8 - 20
	maxDatagram6 = 65535 - 8
)

// icmpWait is how long Close waits for a port-unreachable message.
const icmpWait = 100 * time.Millisecond

// SizeError says that a frame is larger than the transport can carry. The frame was
// not sent; others may follow.
type SizeError struct {
	// Size is the frame's, Limit the transport's, in bytes.
	Size, Limit int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("the frame has %d bytes and a UDP datagram takes %d at most: send it over TLS or TCP", e.Size, e.Limit)
}

// datagram sends one frame a datagram (RFC 5426 section 3.1).
type datagram struct {
	conn   *net.UDPConn
	to     Target
	limit  int
	handed int
}

func newDatagram(conn *net.UDPConn, to Target) *datagram {
	d := &datagram{conn: conn, to: to, limit: maxDatagram6}
	if a, ok := conn.RemoteAddr().(*net.UDPAddr); ok && a.IP.To4() != nil {
		d.limit = maxDatagram4
	}
	return d
}

func (d *datagram) Send(frame []byte) error {
	if len(frame) > d.limit {
		return &SizeError{Size: len(frame), Limit: d.limit}
	}
	if _, err := d.conn.Write(frame); err != nil {
		return d.fail(err)
	}
	d.handed++
	return nil
}

func (d *datagram) fail(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("send to %s: nothing listens there: %w", d.to, err)
	}
	return fmt.Errorf("send to %s: %w", d.to, err)
}

func (d *datagram) Flush() error { return nil }

func (d *datagram) Handed() int { return d.handed }

// Close waits a moment for a message that nothing listens there.
func (d *datagram) Close() error {
	defer func() { _ = d.conn.Close() }()
	if d.handed == 0 {
		return nil
	}
	if err := d.conn.SetReadDeadline(time.Now().Add(icmpWait)); err != nil {
		return d.fail(err)
	}
	var dropped [1]byte
	if _, err := d.conn.Read(dropped[:]); errors.Is(err, syscall.ECONNREFUSED) {
		return d.fail(err)
	}
	return nil
}
