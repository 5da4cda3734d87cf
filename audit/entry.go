package audit

import (
	"encoding/binary"
	"errors"
	"time"
)

// Transport says how a frame came.
type Transport uint8

// The transports. Their numbers are stored: never reuse one.
const (
	TransportTLS    Transport = 1 // RFC 5425
	TransportUDP    Transport = 2 // RFC 5426
	TransportTCP    Transport = 3 // RFC 6587
	TransportSelf   Transport = 4 // arr's own audit messages
	TransportImport Transport = 5 // read from another system's files
)

// ProtocolStored names, in TLS's negotiation of protocols (ALPN), syslog over TLS with a
// promise of the receiver's: its close_notify answers the sender's, once all that came before
// that is stored, and is said at no other time. Where it is not negotiated a connection's end
// may as well be that of a process that was killed.
const ProtocolStored = "arr-stored"

// String gives the name that queries and metrics use.
func (t Transport) String() string {
	switch t {
	case TransportTLS:
		return "tls"
	case TransportUDP:
		return "udp"
	case TransportTCP:
		return "tcp"
	case TransportSelf:
		return "self"
	case TransportImport:
		return "import"
	}
	return "unknown"
}

// Format says which reader of the parser a frame is for.
type Format uint8

// The formats. Their numbers are stored: never reuse one.
const (
	FormatSyslog Format = 0
	FormatFHIR   Format = 1
)

// Flags are what only the receiver can know of a frame: nothing in the
// frame's own bytes says it, so it is stored beside them.
type Flags uint8

// The flags. Their bits are stored: never reuse one.
const (
	// FlagTruncated: the frame was longer than the receiver's limit and
	// only its beginning was kept.
	FlagTruncated Flags = 1 << iota
	// FlagCutAtClose: the connection ended before the frame did.
	FlagCutAtClose
	// FlagUnframed: the stream broke the framing rules of RFC 6587 at this
	// point; the frame is whatever followed.
	FlagUnframed
	// FlagLost: the record had been stored, and the disk lost its bytes before they were
	// sealed. An entry without a frame stands in its place, so that numbers stay dense.
	FlagLost
)

// Cert is what is kept of a client's certificate. The zero value means that
// none was presented.
type Cert struct {
	// Subject is the distinguished name as RFC 4514 writes it.
	Subject string
	// SHA256 is the fingerprint: 32 bytes over the certificate's DER, or
	// empty. It is a string so that a Cert compares with ==.
	SHA256 string
}

// Entry is one frame with what is known of its arrival: all that is ever
// stored as evidence. What the parser makes of it is derived and can be made
// anew.
type Entry struct {
	// Number counts records from 0 in journal order, without gaps. It is
	// the record's id and the index of its leaf in the integrity tree.
	Number uint64
	// Received is when the frame was read, in microseconds since the Unix
	// epoch, UTC.
	Received  int64
	Transport Transport
	Format    Format
	Flags     Flags
	// Peer is the sender's address, "192.0.2.1:6514" or "[2001:db8::1]:514";
	// behind a trusted PROXY header, the address that the header names.
	Peer string
	Cert Cert
	// Frame is the syslog message without transport framing, byte for byte.
	Frame []byte
}

// ReceivedTime is Received as a time in UTC.
func (e *Entry) ReceivedTime() time.Time { return time.UnixMicro(e.Received).UTC() }

// entryVersion is the first byte of an entry's canonical bytes.
const entryVersion = 1

// ErrEntry says that bytes are not the canonical bytes of an Entry.
var ErrEntry = errors.New("not a canonical entry")

// AppendEntry appends e's canonical bytes to dst: version (1 byte), transport,
// format, flags (1 byte each), number (8 bytes, big endian), received (8
// bytes, big endian, two's complement), then peer, certificate subject,
// certificate fingerprint and frame, each as an unsigned varint length and its
// bytes. The encoding is injective: two entries with the same bytes are equal.
func AppendEntry(dst []byte, e *Entry) []byte {
	dst = append(dst, entryVersion, byte(e.Transport), byte(e.Format), byte(e.Flags))
	dst = binary.BigEndian.AppendUint64(dst, e.Number)
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Received))
	for _, s := range [3]string{e.Peer, e.Cert.Subject, e.Cert.SHA256} {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.Frame)))
	return append(dst, e.Frame...)
}

// EntrySize is the length of what AppendEntry would append.
func EntrySize(e *Entry) int {
	n := 20
	for _, l := range [4]int{len(e.Peer), len(e.Cert.Subject), len(e.Cert.SHA256), len(e.Frame)} {
		n += uvarintLen(uint64(l)) + l
	}
	return n
}

// ParseEntry reads what AppendEntry wrote; b must hold exactly one entry.
// e.Frame is a sub-slice of b. The error is ErrEntry.
func ParseEntry(b []byte, e *Entry) error {
	if len(b) < 20 || b[0] != entryVersion {
		return ErrEntry
	}
	e.Transport, e.Format, e.Flags = Transport(b[1]), Format(b[2]), Flags(b[3])
	e.Number = binary.BigEndian.Uint64(b[4:])
	e.Received = int64(binary.BigEndian.Uint64(b[12:]))
	b = b[20:]
	var fields [4][]byte
	for i := range fields {
		n, w := binary.Uvarint(b)
		if w <= 0 || w != uvarintLen(n) || n > uint64(len(b)-w) {
			return ErrEntry
		}
		fields[i], b = b[w:w+int(n):w+int(n)], b[w+int(n):]
	}
	if len(b) != 0 {
		return ErrEntry
	}
	e.Peer, e.Cert.Subject, e.Cert.SHA256 = string(fields[0]), string(fields[1]), string(fields[2])
	e.Frame = fields[3]
	return nil
}

func uvarintLen(n uint64) int {
	l := 1
	for n >= 0x80 {
		n >>= 7
		l++
	}
	return l
}
