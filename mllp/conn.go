package mllp

import (
	"context"
	"net"
	"os"
	"time"
)

// writeTimeout bounds the write of pieceBytes. Who takes longer to read them is gone.
const (
	writeTimeout = time.Minute
	pieceBytes   = 256 << 10
)

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
	if len(message) <= copyBytes {
		c.block = AppendBlock(c.block[:0], message)
		return c.write(c.block)
	}
	// A large one is not copied as a whole.
	const least = copyBytes / 2
	c.block = append(append(c.block[:0], startBlock), message[:least]...)
	err := c.write(c.block)
	message = message[least:]
	for len(message) > least && err == nil {
		n := min(len(message)-least, pieceBytes)
		err = c.write(message[:n])
		message = message[n:]
	}
	if err == nil {
		c.block = append(append(c.block[:0], message...), endBlock, carriageReturn)
		err = c.write(c.block)
	}
	return err
}

// write writes a piece. Memory for a large one is not kept.

func (c *Conn) write(piece []byte) error {
	if cap(c.block) > freeBytes {
		c.block = nil
	}
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := c.conn.Write(piece)
	return err
}

// begins waits for the first byte. It reports whether there is one: none comes after ctx.
func (c *Conn) begins(ctx context.Context) (bool, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	_, err := c.reader.r.Peek(1)
	if os.IsTimeout(err) {
		return false, nil
	}
	return err == nil, ended(err)
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
