package api

import "time"

// The figures below are snapshots that the rooms give when asked. They are what
// /api/v1/status and /metrics are made of.

// Receiving is what the receivers count, since the process began.
type Receiving struct {
	Transports []Transport
	// Open is how many connections are open, Opened how many ever were accepted, Probes
	// how many of these sent nothing.
	Open           int64
	Opened, Probes uint64
	// Refused are connections that ended before a frame was read, by cause; Broken those
	// that ended for a fault later, by cause.
	Refused, Broken map[string]uint64
	// Irregular are frames that the receiver had to mark, by mark: "truncated",
	// "cut-at-close", "unframed"; and datagrams without a frame, "empty-datagram".
	Irregular map[string]uint64
	// Lost are frames that came to the machine but not to the store, by where they were
	// lost: "kernel", "backlog", "reassembly", "not-stored".
	Lost map[string]uint64
	// Panics are faults of the program that cost a connection.
	Panics uint64
	// Memory is what frames being read take, of MemoryLimit at most, and Backlog what
	// waiting datagrams take, all in bytes. MemoryWaits is how many connections wait for
	// memory, Stalled how many deliveries wait too long for the store.
	Memory, MemoryLimit, Backlog int64
	MemoryWaits, Stalled         int64
	// ReceiveBuffer is the smallest that the kernel granted to a datagram socket, in
	// bytes; 0 where there is none or it is not known.
	ReceiveBuffer int64
	// Trouble is what senders should be helped with, the latest first.
	Trouble []Trouble
}

// Transport is what came in one way; Bytes are those of frames, without framing.
type Transport struct {
	Name   string `json:"transport"`
	Frames uint64 `json:"frames"`
	Bytes  uint64 `json:"bytes"`
}

// Trouble is one fault of one sender.
type Trouble struct {
	Peer  string `json:"peer"`
	Cause string `json:"cause"`
	// Offered is what the sender offered in its handshake; Remedy says what to do.
	Offered string    `json:"offered,omitempty"`
	Remedy  string    `json:"remedy,omitempty"`
	Count   uint64    `json:"count"`
	Last    time.Time `json:"last"`
}

// Storing is what the store counts. Totals count since it was opened.
type Storing struct {
	// Records is how many records the store holds.
	Records uint64
	// Stored counts records, each after its fsync; Sealed those that went into a
	// segment; FrameBytes the frames' bytes.
	Stored, Sealed, FrameBytes int64
	Classes                    []ClassCount
	// Memtable is how many records are not in a segment file; Segments and Blocks are
	// what is on disk.
	Memtable, Segments, Blocks int
	// Queue is how many batches wait to be written.
	Queue                               int
	JournalFiles, SealFailures, Damages int64
	// Uncounted is how many records were sealed whose source is not told.
	Uncounted int64
	// Sync is how long it takes to write a group to the journal and sync it.
	Sync Latency
	// Stalled is how long nothing could be written, 0 while it can be.
	Stalled time.Duration
	// NamesBehind is how many sealed records the index of names does not speak for yet,
	// NamesDropped how many times it was found damaged.
	NamesBehind  uint64
	NamesDropped int
	// Full says that writing fails since the disk is full.
	Full bool
}

// ClassCount is how many frames of one class were stored, and their bytes.
type ClassCount struct {
	Class         string
	Frames, Bytes int64
}

// Disk is what the data directory takes and what its file system has left, in bytes.
type Disk struct {
	Bytes, Free int64
	// DaysUntilFull is negative where nothing arrives.
	DaysUntilFull float64
}

// Source is one sender: what it calls itself, and its client certificate.
type Source struct {
	ID       string `json:"id"`
	Hostname string `json:"hostname"`
	// Known tells a source whose certificate was believed, or that is long known, from a
	// name that anybody could have sent a moment ago; Together says that it is no single
	// one, but all that there are too many of to be told apart.
	Known    bool `json:"known"`
	Together bool `json:"together,omitempty"`
	// Cert is the certificate's SHA-256 fingerprint in hex.
	Cert      string    `json:"cert"`
	Peer      string    `json:"peer"`
	Transport string    `json:"transport"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	Records   int64     `json:"records"`
	// Bytes are those of its frames.
	Bytes   int64            `json:"bytes"`
	Classes map[string]int64 `json:"classes"`
	// Dialects counts its records by the dialect that they are in, Deviations by what they do
	// otherwise than PS3.15 A.5.1 in it.
	Dialects   map[string]int64 `json:"dialects,omitempty"`
	Deviations map[string]int64 `json:"deviations,omitempty"`
	// Drift is how far its clock is behind ours (negative: ahead), in seconds, and Delay how
	// late it reports an event; nil where its records don't say.
	Drift *float64 `json:"driftSeconds"`
	Delay *float64 `json:"delaySeconds"`
}

// Certificate is one that the server shows or relies on.
type Certificate struct {
	// Name tells it from others: "ca", "ecdsa", "rsa".
	Name     string    `json:"name"`
	NotAfter time.Time `json:"notAfter"`
}

// Trust is what happened to keys and certificates, and by which TLS profiles is served.
type Trust struct {
	// Loads counts files that were loaded or made, Failures those that were refused.
	Loads, Failures uint64
	// Weak names the TLS profiles being served that are no longer safe.
	Weak []string
	// Alerts counts the records that were made of refused connections, AlertsDropped the
	// refusals that should have had one and have not.
	Alerts, AlertsDropped uint64
}

// Directory is an LDAP directory that arr's own configuration is read from.
type Directory struct {
	// CopyInUse says that what was read before is used, since the last attempt failed.
	CopyInUse bool `json:"copyInUse"`
	// LastSuccess is when what is used was last read.
	LastSuccess time.Time `json:"lastSuccess"`
	// Expiry is when the first of the certificates expires that are believed by it, zero
	// without any.
	Expiry time.Time `json:"certificateExpiry,omitzero"`
	// Reads counts the attempts that succeeded, Failures the others.
	Reads    uint64 `json:"reads"`
	Failures uint64 `json:"failures"`
}

// Latency is how long something took, as a histogram: Counts[i] of them took Bounds[i]
// seconds at most and more than Bounds[i-1]; the last of Counts, which has no bound,
// took longer. Sum is their total in seconds.
type Latency struct {
	Bounds []float64
	Counts []uint64
	Sum    float64
}
