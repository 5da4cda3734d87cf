package api

import (
	"net/http"

	"github.com/VictoriaMetrics/metrics"
)

// serveMetrics writes all figures for Prometheus.
func (s *Server) serveMetrics(w http.ResponseWriter, _ *http.Request) {
	var e exposition
	e.receiving(s.Receiving())
	e.storing(s.Storing())
	e.sources(s.sources(), s.now())
	if d := s.diskNow(); d != nil {
		e.disk(d)
	}
	e.searching(s)
	if s.Certificates != nil {
		e.certificates(s.Certificates())
	}
	if s.Trust != nil {
		e.trust(s.Trust())
	}
	if s.Directory != nil {
		e.directory(s.Directory())
	}
	e.clock()
	ready := 1.0
	if s.notReady() != nil {
		ready = 0
	}
	e.gauge("arr_ready", "Whether records are taken in.", ready)
	e.family("arr_build_info", "gauge", "The program's version.")
	e.sample("arr_build_info", 1, "version", s.Version)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	// A client that left needs no figures.
	_, _ = w.Write(e.b)
	metrics.WriteProcessMetrics(w)
}

func (e *exposition) receiving(r Receiving) {
	e.family("arr_frames_received_total", "counter", "Frames that came and were stored.")
	for i := range r.Transports {
		e.sample("arr_frames_received_total", float64(r.Transports[i].Frames), "transport", r.Transports[i].Name)
	}
	e.family("arr_received_bytes_total", "counter", "Bytes of the frames that came and were stored, without framing.")
	for i := range r.Transports {
		e.sample("arr_received_bytes_total", float64(r.Transports[i].Bytes), "transport", r.Transports[i].Name)
	}
	e.counters("arr_irregular_frames_total", "Frames that the receiver had to mark, by mark.", "mark", r.Irregular)
	e.counters("arr_frames_lost_total", "Frames that were lost on this machine, by place.", "place", r.Lost)
	e.gauge("arr_connections", "Connections that are open.", float64(r.Open))
	e.counter("arr_connections_opened_total", "Connections accepted.", float64(r.Opened))
	e.counter("arr_probes_total", "Connections that sent nothing.", float64(r.Probes))
	e.counters("arr_handshakes_refused_total", "Connections that ended before a frame was read, by cause.", "cause", r.Refused)
	e.counters("arr_connections_broken_total", "Connections that were closed for a fault later, by cause.", "cause", r.Broken)
	e.counter("arr_panics_total", "Faults of the program that cost a connection.", float64(r.Panics))
	e.gauge("arr_receive_memory_bytes", "Memory that frames being read take.", float64(r.Memory))
	e.gauge("arr_receive_memory_limit_bytes", "Memory that frames being read may take.", float64(r.MemoryLimit))
	e.gauge("arr_receive_memory_waits", "Connections that wait for memory.", float64(r.MemoryWaits))
	e.gauge("arr_backlog_bytes", "Memory that waiting datagrams take.", float64(r.Backlog))
	e.gauge("arr_deliveries_stalled", "Deliveries that wait too long for the store.", float64(r.Stalled))
	e.gauge("arr_receive_buffer_bytes", "The smallest receive buffer that the kernel granted to a datagram socket.", float64(r.ReceiveBuffer))
}

func (e *exposition) storing(s Storing) {
	e.counter("arr_records_stored_total", "Records stored since the process began, each after its fsync.", float64(s.Stored))
	e.gauge("arr_records", "Records that the store holds.", float64(s.Records))
	e.counter("arr_stored_bytes_total", "Bytes of the frames stored since the process began.", float64(s.FrameBytes))
	e.family("arr_frames_classed_total", "counter", "Frames stored since the process began, by class.")
	for _, c := range s.Classes {
		e.sample("arr_frames_classed_total", float64(c.Frames), "class", c.Class)
	}
	e.family("arr_classed_bytes_total", "counter", "Bytes of frames stored since the process began, by class.")
	for _, c := range s.Classes {
		e.sample("arr_classed_bytes_total", float64(c.Bytes), "class", c.Class)
	}
	e.histogram("arr_journal_fsync_seconds", "How long it takes to write a group to the journal and sync it.", s.Sync)
	e.gauge("arr_queue_batches", "Batches of frames that wait to be written.", float64(s.Queue))
	e.gauge("arr_stalled_seconds", "How long nothing could be written.", s.Stalled.Seconds())
	full := 0.0
	if s.Full {
		full = 1
	}
	e.gauge("arr_disk_full", "Whether writing fails since the disk is full.", full)
	e.gauge("arr_memtable_records", "Records that are not in a segment file.", float64(s.Memtable))
	e.counter("arr_records_sealed_total", "Records that went into a segment file since the process began.", float64(s.Sealed))
	e.counter("arr_seal_failures_total", "Blocks that could not be sealed at the first attempt.", float64(s.SealFailures))
	e.counter("arr_records_uncounted_total", "Records that were sealed and whose source is not told.", float64(s.Uncounted))
	e.counter("arr_damages_total", "Places in files that were found damaged.", float64(s.Damages))
	e.gauge("arr_names_behind_records", "Records that the index of names does not speak for yet.", float64(s.NamesBehind))
	e.counter("arr_names_dropped_total", "Times that the index of names was found damaged, dropped and made anew.", float64(s.NamesDropped))
	e.gauge("arr_segments", "Segment files.", float64(s.Segments))
	e.gauge("arr_blocks", "Blocks in the segment files.", float64(s.Blocks))
	e.gauge("arr_journal_files", "Files of the journal.", float64(s.JournalFiles))
}

func (e *exposition) disk(d *Disk) {
	e.gauge("arr_data_bytes", "Size of the data directory.", float64(d.Bytes))
	e.gauge("arr_disk_free_bytes", "What the data directory's file system has left.", float64(d.Free))
	if d.DaysUntilFull >= 0 {
		e.gauge("arr_days_until_full", "Days until the file system is full at the rate of late.", d.DaysUntilFull)
	}
}

func (e *exposition) searching(s *Server) {
	e.histogram("arr_query_seconds", "How long questions take to be answered, the client's reading apart.", s.latency.latency())
	e.counter("arr_queries_failed_total", "Questions that could not be answered.", float64(s.failed.Load()))
	e.counter("arr_queries_incomplete_total", "Questions whose answer lacks what could not be read.", float64(s.lacking.Load()))
	e.gauge("arr_queries", "Questions being answered.", float64(s.searches.taken.Load()))
	e.gauge("arr_queries_followed", "Questions being followed.", float64(s.follows.taken.Load()))
}

func (e *exposition) certificates(list []Certificate) {
	e.family("arr_certificate_expiry_timestamp_seconds", "gauge", "When a certificate expires.")
	for _, c := range list {
		e.sample("arr_certificate_expiry_timestamp_seconds", seconds(c.NotAfter), "name", c.Name)
	}
}

func (e *exposition) trust(t Trust) {
	e.counter("arr_trust_loads_total", "Certificates and client CAs that were loaded or made.", float64(t.Loads))
	e.counter("arr_trust_failures_total", "Certificates and client CAs that were refused or could not be made.", float64(t.Failures))
	e.counter("arr_security_alerts_total", "Records that were made of refused connections.", float64(t.Alerts))
	e.counter("arr_security_alerts_dropped_total", "Refused connections that could not be recorded.", float64(t.AlertsDropped))
	e.family("arr_tls_weak_profile", "gauge", "TLS profiles being served that are no longer safe.")
	for _, name := range t.Weak {
		e.sample("arr_tls_weak_profile", 1, "profile", name)
	}
}

func (e *exposition) directory(d *Directory) {
	if d == nil {
		return
	}
	inUse := 0.0
	if d.CopyInUse {
		inUse = 1
	}
	e.gauge("arr_ldap_copy_in_use", "Whether what the LDAP directory said before is used, since it can't be read or used.", inUse)
	e.gauge("arr_ldap_last_success_timestamp_seconds", "When what is used was last read from the LDAP directory.", seconds(d.LastSuccess))
	e.counter("arr_ldap_reads_total", "Attempts to read the LDAP directory that succeeded.", float64(d.Reads))
	e.counter("arr_ldap_failures_total", "Attempts to read the LDAP directory that failed, or whose result could not be used.", float64(d.Failures))
	if !d.Expiry.IsZero() {
		e.gauge("arr_ldap_certificate_expiry_timestamp_seconds", "When the first of the certificates expires that are believed by the LDAP directory.", seconds(d.Expiry))
	}
}

func (e *exposition) clock() {
	synchronised, maxError, known := clockState()
	if !known {
		return
	}
	v := 0.0
	if synchronised {
		v = 1
	}
	e.gauge("arr_clock_synchronised", "Whether the kernel holds the clock to be synchronised.", v)
	e.gauge("arr_clock_max_error_seconds", "How far the clock may be off.", maxError)
}
