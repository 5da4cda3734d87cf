package mllp

import (
	"net"
	"time"
)

// writeTimeout bounds one write. Who takes longer to read an acknowledgement is gone.
const writeTimeout = time.Minute

// Conn is a connection that carries messages in both directions. One goroutine at a
// time may send, and one receive.
type Conn struct {
	conn   net.Conn
	reader *Reader
	block  []byte
}

// NewConn makes a Conn of a connection, which may be TLS. It takes messages of at most
// limit bytes.
func NewConn(conn net.Conn, limit int) *Conn {
	return &Conn{conn: conn, reader: NewReader(conn, limit)}
}

// Send writes a message as one block.
func (c *Conn) Send(message []byte) error {
	c.block = AppendBlock(c.block[:0], message)
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := c.conn.Write(c.block)
	if cap(c.block) > 1<<20 {
		c.block = nil
	}
	return err
}

// Receive gives the next message, as Reader.Next does.
func (c *Conn) Receive() ([]byte, error) { return c.reader.Next() }

// Close ends the connection in both directions.
func (c *Conn) Close() error { return c.conn.Close() }

// closeWrite says that nothing more will be sent.
func (c *Conn) closeWrite() error {
	if h, ok := c.conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return c.conn.Close()
}
