package receiver

import (
	"crypto/tls"
	"net"
)

// resetUnlessEnded has the kernel reset a connection, however it is closed, until endInOrder
// is called: when the process is killed, too. By default a killed process's connections end
// in order, and a sender that has ended its side takes that for all being stored.
//
// It comes in time though the connection is open before: one that is closed with bytes
// that nobody has read is reset anyway, and so are those that nobody has accepted.
func resetUnlessEnded(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		// It fails only where the connection has failed.
		_ = tcp.SetLinger(0)
	}
}

// endInOrder has the kernel end a connection, once it is closed, behind all that was
// written to it.
func endInOrder(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(-1)
	}
}

// confirm tells a sender that has ended its side that all that it sent is stored: nothing
// else ends a connection in order. A close_notify answers the sender's own alone, since what
// TCP says anybody on the way can say.
func (c *conn) confirm() {
	if tc, ok := c.data.(*tls.Conn); ok {
		if p, ok := tc.NetConn().(*peeked); ok && !p.ended {
			_ = tc.CloseWrite()
		}
	}
	endInOrder(c.raw)
}
