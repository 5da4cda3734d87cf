package receiver

import (
	"sync/atomic"

	"arr/audit"
)

// Stats is what a Server has counted since it was made, but for what is said to
// be at this moment.
type Stats struct {
	// TLS, TCP and UDP are what was handed over and stored.
	TLS, TCP, UDP Traffic
	// Open is how many connections are open at this moment, Connections how many
	// ever were accepted, Probes how many of them sent nothing.
	Open                int64
	Connections, Probes uint64
	// Refused has for each cause how many connections ended before a frame could
	// be read.
	Refused map[Cause]uint64
	// GaveWay are connections that were closed to make room for another peer's.
	GaveWay uint64
	// FramingFaults are streams that broke the framing rules, FrameTimeouts those
	// that stopped in the middle of a frame. Truncated, CutAtClose and Unframed are
	// frames with that flag.
	FramingFaults, FrameTimeouts    uint64
	Truncated, CutAtClose, Unframed uint64
	// Stalls are connections closed or refused because the handler blocked, and
	// batches of datagrams that waited as long; Stalled is how many deliveries
	// block for longer than the StallTimeout at this moment.
	Stalls  uint64
	Stalled int64
	// NotStored are frames that were read and that the handler failed to store,
	// with those behind them on the same connection; Panics are the handler's.
	NotStored, Panics uint64
	// Memory is how many bytes of MemoryLimit buffers take at this moment, and
	// MemoryWaits how many connections wait for more.
	Memory, MemoryLimit int64
	MemoryWaits         int
	// KernelDrops and BacklogDrops are datagrams that the kernel dropped and that
	// found the backlog full. EmptyDatagrams had no bytes. ReassemblyFailures are
	// IP packets of the whole host whose fragments did not all come.
	KernelDrops, BacklogDrops, EmptyDatagrams, ReassemblyFailures uint64
	// Backlog is how many bytes of memory datagrams wait in at this moment.
	Backlog int64
	// ReceiveBuffer is the smallest receive buffer that the kernel granted to a
	// socket, in bytes; 0 where there is none or it is not known.
	ReceiveBuffer int64
}

// Traffic is what came over one transport. Bytes are those of frames.
type Traffic struct{ Frames, Bytes uint64 }

// traffic is Traffic being counted.
type traffic struct{ frames, bytes atomic.Uint64 }

func (t *traffic) load() Traffic {
	return Traffic{Frames: t.frames.Load(), Bytes: t.bytes.Load()}
}

// counters are what Stats shows and troubles do not count.
type counters struct {
	tls, tcp, udp            traffic
	open                     atomic.Int64
	connections, probes      atomic.Uint64
	truncated, cut, unframed atomic.Uint64
	lost, panics             atomic.Uint64
	emptyDatagrams           atomic.Uint64
	backlog, receiveBuffer   atomic.Int64
	reassembly               reassembly
}

// stored counts entries that the handler has stored.
func (c *counters) stored(transport audit.Transport, entries []audit.Entry) {
	t := &c.tcp
	switch transport {
	case audit.TransportTLS:
		t = &c.tls
	case audit.TransportUDP:
		t = &c.udp
	}
	n := 0
	for i := range entries {
		n += len(entries[i].Frame)
	}
	t.frames.Add(uint64(len(entries)))
	t.bytes.Add(uint64(n))
}

// flagged counts a frame with flags.
func (c *counters) flagged(f audit.Flags) {
	if f&audit.FlagTruncated != 0 {
		c.truncated.Add(1)
	}
	if f&audit.FlagCutAtClose != 0 {
		c.cut.Add(1)
	}
	if f&audit.FlagUnframed != 0 {
		c.unframed.Add(1)
	}
}

// Stats gives the counters as they stand.
func (s *Server) Stats() Stats {
	s.setup()
	s.lookAtDrops()
	c, n := &s.counters, &s.troubles.counts
	used, waiting := s.mem.used()
	st := Stats{
		TLS: c.tls.load(), TCP: c.tcp.load(), UDP: c.udp.load(),
		Open: c.open.Load(), Connections: c.connections.Load(), Probes: c.probes.Load(),
		Refused:       make(map[Cause]uint64, CauseTooMany+1),
		GaveWay:       n[CauseGaveWay].Load(),
		FramingFaults: n[CauseFraming].Load(), FrameTimeouts: n[CauseFrameTimeout].Load(),
		Truncated: c.truncated.Load(), CutAtClose: c.cut.Load(), Unframed: c.unframed.Load(),
		Stalls: n[CauseStall].Load(), Stalled: s.stalled.Load(),
		NotStored: c.lost.Load(), Panics: c.panics.Load(),
		Memory: used, MemoryLimit: s.mem.small.size + s.mem.large.size, MemoryWaits: waiting,
		KernelDrops: n[CauseKernelDrop].Load(), BacklogDrops: n[CauseBacklog].Load(),
		EmptyDatagrams: c.emptyDatagrams.Load(), ReassemblyFailures: c.reassembly.failed(),
		Backlog: c.backlog.Load(), ReceiveBuffer: c.receiveBuffer.Load(),
	}
	for cause := range CauseTooMany + 1 {
		st.Refused[cause] = n[cause].Load()
	}
	return st
}
