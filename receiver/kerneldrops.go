package receiver

import (
	"bytes"
	"os"
	"strconv"
)

// lookAtDrops asks the kernel how many datagrams it has dropped of the socket's. It tells
// with each datagram that is read; but behind a flood there may be none for long.
func (u *socket) lookAtDrops() {
	if u.inode == 0 {
		return
	}
	for _, file := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		// Where the kernel does not show its table, what it tells with datagrams must do.
		if table, err := os.ReadFile(file); err == nil {
			if total, ok := tabledDrops(table, u.inode); ok {
				u.dropped(total)
			}
		}
	}
}

// lookAtDrops asks the kernel about every socket.
func (s *Server) lookAtDrops() {
	s.mu.Lock()
	parts := s.list()
	s.mu.Unlock()
	for _, p := range parts {
		if u, ok := p.(*socket); ok {
			u.lookAtDrops()
		}
	}
}

// dropped notes that the kernel has dropped total datagrams since the socket was made, a
// number of 32 bits that begins anew. One that was told earlier may be seen later.
func (u *socket) dropped(total uint32) {
	u.mu.Lock()
	lost := int32(total - u.drops)
	if lost > 0 {
		u.drops = total
	}
	u.mu.Unlock()
	if lost > 0 {
		u.srv.trouble(report{peer: u.conn.LocalAddr().String(), cause: CauseKernelDrop, n: uint64(lost)})
	}
}

// The columns of /proc/net/udp, which has a line a socket, that are read (proc(5)).
const (
	udpInode = 9
	udpDrops = 12
)

// tabledDrops finds a socket's drops in what /proc/net/udp or udp6 holds.
func tabledDrops(table []byte, inode uint64) (total uint32, ok bool) {
	want := strconv.AppendUint(nil, inode, 10)
	for line := range bytes.Lines(table) {
		if f := bytes.Fields(line); len(f) > udpDrops && bytes.Equal(f[udpInode], want) {
			return uint32(number(f[udpDrops])), true
		}
	}
	return 0, false
}
