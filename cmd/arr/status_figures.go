package main

import (
	"strings"
	"time"

	"arr/api"
	"arr/audit"
	"arr/receiver"
	"arr/selfaudit"
	"arr/store"
	"arr/trust"
)

// The functions below give a server's figures in the words of package api, which knows
// neither store nor receivers.

func receivingFigures(r *receiver.Server) api.Receiving {
	st := r.Stats()
	out := api.Receiving{
		Open: st.Open, Opened: st.Connections, Probes: st.Probes, Panics: st.Panics,
		Memory: st.Memory, MemoryLimit: st.MemoryLimit, Backlog: st.Backlog,
		MemoryWaits: int64(st.MemoryWaits), Stalled: st.Stalled, ReceiveBuffer: st.ReceiveBuffer,
		Transports: []api.Transport{
			{Name: audit.TransportTLS.String(), Frames: st.TLS.Frames, Bytes: st.TLS.Bytes},
			{Name: audit.TransportUDP.String(), Frames: st.UDP.Frames, Bytes: st.UDP.Bytes},
			{Name: audit.TransportTCP.String(), Frames: st.TCP.Frames, Bytes: st.TCP.Bytes},
		},
		Refused: map[string]uint64{},
		Broken: map[string]uint64{
			receiver.CauseFraming.String(): st.FramingFaults, receiver.CauseFrameTimeout.String(): st.FrameTimeouts,
			receiver.CauseStall.String(): st.Stalls, receiver.CauseGaveWay.String(): st.GaveWay,
		},
		Irregular: map[string]uint64{"truncated": st.Truncated, "cut-at-close": st.CutAtClose, "unframed": st.Unframed, "empty-datagram": st.EmptyDatagrams},
		Lost: map[string]uint64{
			"kernel": st.KernelDrops, "backlog": st.BacklogDrops, "reassembly": st.ReassemblyFailures, "not-stored": st.NotStored,
		},
	}
	for cause, n := range st.Refused {
		out.Refused[cause.String()] = n
	}
	for _, t := range r.Troubles() {
		out.Trouble = append(out.Trouble, api.Trouble{Peer: t.Peer, Cause: t.Cause.String(), Offered: t.Offered, Remedy: t.Remedy, Count: t.Count, Last: t.Last})
	}
	return out
}

func storingFigures(s *store.Store) api.Storing {
	st := s.Stats()
	out := api.Storing{
		Records: st.Records, Stored: st.Stored, Sealed: st.Sealed, FrameBytes: st.FrameBytes,
		Memtable: st.Memtable, Segments: st.Segments, Blocks: st.Blocks, Queue: st.QueueLength,
		JournalFiles: st.JournalFiles, SealFailures: st.SealFailures, Damages: st.Damages, Uncounted: st.Uncounted, Stalled: st.Stalled, Full: st.Full,
		NamesBehind: st.Names.Behind, NamesDropped: st.Names.Dropped,
		Sync: api.Latency{Bounds: store.SyncBuckets[:], Sum: st.SyncSeconds},
	}
	for class, n := range st.Classes {
		out.Classes = append(out.Classes, api.ClassCount{Class: audit.Class(class).String(), Frames: n, Bytes: st.ClassBytes[class]})
	}
	for _, n := range st.Syncs {
		out.Sync.Counts = append(out.Sync.Counts, uint64(n))
	}
	return out
}

func sourceFigures(s *store.Store) []api.Source {
	var out []api.Source
	for _, src := range s.Sources() {
		classes := map[string]int64{}
		for class, n := range src.Classes {
			if n > 0 {
				classes[audit.Class(class).String()] = n
			}
		}
		clock := src.Clock()
		out = append(out, api.Source{ID: src.ID, Hostname: src.Hostname, Cert: src.Cert, Known: src.Known(), Together: src.Together(), Peer: src.Peer, Transport: src.Transport,
			First: time.UnixMicro(src.First).UTC(), Last: time.UnixMicro(src.Last).UTC(), Records: src.Records, Bytes: src.Bytes, Classes: classes,
			Dialects: src.Dialects, Deviations: src.Deviations,
			Drift: secondsOf(clock.Drift, clock.Stamped), Delay: secondsOf(clock.Delay, clock.Dated)})
	}
	return out
}

// secondsOf is a mean or least of n times in microseconds as seconds, nil where n is 0.
func secondsOf(us, n int64) *float64 {
	if n == 0 {
		return nil
	}
	s := float64(us) / 1e6
	return &s
}

func diskFigures(s *store.Store) (api.Disk, error) {
	d, err := s.Disk()
	return api.Disk(d), err
}

func trustFigures(s *trust.Source, own *selfaudit.Recorder) api.Trust {
	st, alerts := s.Stats(), own.Stats()
	return api.Trust{Loads: st.Loads, Failures: st.Failures, Weak: st.Weak, Alerts: alerts.Recorded, AlertsDropped: alerts.Dropped}
}

func certificateFigures(s *trust.Source) []api.Certificate {
	st := s.Stats()
	var out []api.Certificate
	for _, c := range st.Certificates {
		out = append(out, api.Certificate{Name: strings.ToLower(c.Algorithm), NotAfter: c.NotAfter})
	}
	if !st.CANotAfter.IsZero() {
		out = append(out, api.Certificate{Name: "ca", NotAfter: st.CANotAfter})
	}
	return out
}
