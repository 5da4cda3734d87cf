package mllp

import (
	"net"
	"time"
)

// writeTimeout bounds one write. Who takes longer to read an acknowledgement is gone.
const writeTimeout = time.Minute

// copyBytes is up to which size a message is copied, so that one write sends its block.
const copyBytes = 64 << 10

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
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if len(message) <= copyBytes {
		c.block = AppendBlock(c.block[:0], message)
		_, err := c.conn.Write(c.block)
		return err
	}
	// A large one is not copied.
	parts := net.Buffers{{startBlock}, message, {endBlock, carriageReturn}}
	_, err := parts.WriteTo(c.conn)
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
