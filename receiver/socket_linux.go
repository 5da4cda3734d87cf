package receiver

import (
	"encoding/binary"
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// oobSize is room for the control message that carries the count of drops.
const oobSize = 64

// prepareSocket asks for a receive buffer of wantReceiveBuffer, beyond
// net.core.rmem_max where the process may, and for the count of dropped datagrams.
// It returns what was granted, in bytes.
func prepareSocket(c *net.UDPConn) (granted int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var inner error
	err = raw.Control(func(fd uintptr) {
		if e := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, wantReceiveBuffer); e != nil {
			inner = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, wantReceiveBuffer)
		}
		inner = errors.Join(inner, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1))
		doubled, e := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF)
		inner = errors.Join(inner, e)
		// The kernel doubles what it was asked for, to have room for its own
		// bookkeeping (socket(7)).
		granted = doubled / 2
	})
	return granted, errors.Join(err, inner)
}

// inodeOf gives the number by which the kernel's tables call a socket, 0 where it can't be
// told.
func inodeOf(c *net.UDPConn) (inode uint64) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	err = raw.Control(func(fd uintptr) {
		var st unix.Stat_t
		if unix.Fstat(int(fd), &st) == nil {
			inode = st.Ino
		}
	})
	if err != nil {
		return 0
	}
	return inode
}

// dropsOf reads the count of datagrams that the kernel has dropped since the socket
// was made. Control messages carry it once there were any.
func dropsOf(oob []byte) (total uint32, ok bool) {
	for len(oob) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return 0, false
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_RXQ_OVFL && len(data) >= 4 {
			return binary.NativeEndian.Uint32(data), true
		}
		oob = rest
	}
	return 0, false
}
