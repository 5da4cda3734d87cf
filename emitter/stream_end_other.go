//go:build !linux

package emitter

import "net"

// endAcknowledged can't be told here.
func endAcknowledged(*net.TCPConn) bool { return true }
