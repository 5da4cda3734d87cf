package emitter

import (
	"encoding/binary"
	"net"
	"syscall"
)

// tcpClosed is TCP_CLOSE, the state of a connection whose two ends have both been
// acknowledged: Linux has left TIME_WAIT to a record of its own by then.
const tcpClosed = 7

// endAcknowledged says whether the peer had our end of a connection when its own was read:
// where the two crossed, it had closed before it could read all. A reset that came behind
// its end says the same.
func endAcknowledged(conn *net.TCPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	acknowledged := false
	err = raw.Control(func(fd uintptr) {
		// The first byte of struct tcp_info is the state.
		info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
		failed, failedErr := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
		var state [4]byte
		binary.NativeEndian.PutUint32(state[:], uint32(info))
		acknowledged = err == nil && failedErr == nil && state[0] == tcpClosed && failed == 0
	})
	return err == nil && acknowledged
}
