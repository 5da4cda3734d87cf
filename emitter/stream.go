package emitter

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// batchBytes is how much is gathered before it is written: four TLS records.
const batchBytes = 64 << 10

// stream sends octet-counted frames over TCP or TLS.
type stream struct {
	conn            net.Conn
	to              Target
	timeout, linger time.Duration
	// promised says that the peer ends TLS only where it stored everything.
	promised bool

	// batch is what Send has gathered, ends where each of its frames ends.
	batch  []byte
	ends   []int
	handed int
	// failed is the first error; it stays.
	failed error

	// ended is closed when the pending read returned; then endErr says why. Until
	// then endErr belongs to watch's goroutine.
	ended  chan struct{}
	endErr error
}

func newStream(conn net.Conn, to Target, d *Dialer) *stream {
	s := &stream{conn: conn, to: to, timeout: orElse(d.WriteTimeout, 60*time.Second),
		linger: orElse(d.Linger, 30*time.Second), ended: make(chan struct{})}
	go s.watch()
	return s
}

// watch keeps a read pending until the connection ends. A syslog receiver has
// nothing to say, so what it says is dropped.
func (s *stream) watch() {
	defer close(s.ended)
	var dropped [512]byte
	for s.endErr == nil {
		_, s.endErr = s.conn.Read(dropped[:])
	}
}

func (s *stream) Send(frame []byte) error {
	if s.failed != nil {
		return s.failed
	}
	if len(frame) == 0 {
		return errors.New("an empty frame can't be sent: RFC 5425 has no length of 0")
	}
	if len(s.batch) > 0 && len(s.batch)+len(frame)+maxLengthDigits+1 > batchBytes {
		if err := s.Flush(); err != nil {
			return err
		}
	}
	s.batch = AppendCounted(s.batch, frame)
	s.ends = append(s.ends, len(s.batch))
	return nil
}

func (s *stream) Flush() error {
	if s.failed != nil || len(s.batch) == 0 {
		return s.failed
	}
	select {
	case <-s.ended:
		return s.fail(s.endErr)
	default:
	}
	s.conn.SetWriteDeadline(time.Now().Add(s.timeout))
	n, err := s.conn.Write(s.batch)
	for _, end := range s.ends {
		if end <= n {
			s.handed++
		}
	}
	s.batch, s.ends = s.batch[:0], s.ends[:0]
	if cap(s.batch) > 4*batchBytes {
		s.batch = nil
	}
	if err != nil {
		return s.fail(s.reason(err))
	}
	return nil
}

// reason prefers what the pending read learned, such as a TLS alert, to the write
// error that followed from it.
func (s *stream) reason(err error) error {
	select {
	case <-s.ended:
		if s.endErr != io.EOF {
			return s.endErr
		}
	case <-time.After(time.Second):
	}
	return err
}

func (s *stream) fail(err error) error {
	if err == io.EOF {
		err = ErrPeerClosed
	}
	s.failed = fmt.Errorf("send to %s: %w", s.to, err)
	return s.failed
}

func (s *stream) Handed() int { return s.handed }

func (s *stream) Close() error {
	err := s.Flush()
	if err == nil {
		err = s.end()
	}
	s.conn.Close()
	<-s.ended
	if s.failed == nil {
		s.failed = fmt.Errorf("send to %s: %w", s.to, net.ErrClosed)
	}
	return err
}

// abort cuts the connection. Any goroutine may call it; what the owner does then fails.
func (s *stream) abort() { _ = s.conn.Close() }

// end says that no more will come (TLS close_notify, TCP FIN) and waits for the
// peer's own end.
func (s *stream) end() error {
	select {
	case <-s.ended:
		return s.fail(s.endErr)
	default:
	}
	s.conn.SetWriteDeadline(time.Now().Add(s.timeout))
	s.conn.SetReadDeadline(time.Now().Add(s.linger))
	tcp, under := s.conn, (*underTLS)(nil)
	if t, ok := s.conn.(*tls.Conn); ok {
		if err := t.CloseWrite(); err != nil {
			return s.fail(s.reason(err))
		}
		under = t.NetConn().(*underTLS)
		tcp = under.TCPConn
	}
	// Who has promised may have said all, and be gone.
	if err := tcp.(*net.TCPConn).CloseWrite(); err != nil && !s.promised {
		return s.fail(s.reason(err))
	}
	<-s.ended
	err := s.endErr
	if s.promised && err == io.EOF && !under.ended {
		return nil
	}
	if under != nil && err == io.EOF {
		err = endOf(tcp)
	}
	var timeout net.Error
	switch {
	case err == io.EOF && !s.promised && endAcknowledged(tcp.(*net.TCPConn)):
		return nil
	case errors.As(err, &timeout) && timeout.Timeout():
		return s.fail(ErrUnconfirmed)
	}
	return s.fail(err)
}

// underTLS is the connection that carries TLS. crypto/tls gives io.EOF for the peer's
// close_notify and for an end of TCP between two records alike.
type underTLS struct {
	*net.TCPConn
	// ended says that the peer ended TCP. It belongs to who reads.
	ended bool
}

func (u *underTLS) Read(b []byte) (int, error) {
	n, err := u.TCPConn.Read(b)
	u.ended = u.ended || err == io.EOF
	return n, err
}

// endOf reads to the end of a connection whose TLS has ended. A peer that closes with
// frames unread says close_notify all the same, but then its kernel resets the
// connection.
func endOf(raw net.Conn) error {
	var dropped [512]byte
	for {
		if _, err := raw.Read(dropped[:]); err != nil {
			return err
		}
	}
}
