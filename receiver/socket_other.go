//go:build !linux

package receiver

import "net"

const oobSize = 0

// prepareSocket asks for a receive buffer of wantReceiveBuffer. What was granted
// is not known.
func prepareSocket(c *net.UDPConn) (granted int, err error) {
	return 0, c.SetReadBuffer(wantReceiveBuffer)
}

// dropsOf knows of no drops.
func dropsOf([]byte) (uint32, bool) { return 0, false }
