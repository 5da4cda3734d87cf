// Package receiver turns sockets into frames.
//
// In come listeners and datagram sockets that the caller opened, and a
// *tls.Config that says who is believed. Out go batches of audit.Entry to an
// audit.Handler, complete but for their Number: frame, time of arrival,
// transport, peer, client certificate, flags. Beside them go counters (Stats)
// and a short list of the senders that have trouble, with its cause and remedy
// (Troubles).
//
// A connection ends in order where its sender has ended its side and all that came is
// stored, and nowhere else: all others are reset, also those of a process that is killed.
// With senders that ask for it (audit.ProtocolStored) TLS's close_notify says the same.
//
// Guard lets other protocols' listeners pass the same handshake, its limits and its list of
// troubles: in comes a listener, out goes one whose connections got through. A Conn of such a
// listener times frames as connections of syslog do, and a Budget has their memory.
//
// The package never looks into a frame, except that it knows what the lines of
// one indented audit message look like (see below); it never answers a sender,
// never stores anything, never decides whom to trust, and never logs a byte of a
// frame.
//
// # Framing
//
// Over TLS a frame is octet counted (RFC 5425 section 4.3): its length, a blank,
// its bytes. Over plain TCP (RFC 6587) each frame may be octet counted (its first
// bytes are digits and a blank) or end with LF; over TLS too, once a frame of the
// stream began with '<'. The rules that RFC 6587 leaves open are:
//
//   - The LF that ends a frame is no part of it. A CR before it is: the RFC makes
//     CR LF a trailer only by agreement, and evidence is not cut by a guess.
//   - An LF or CR LF where a frame would begin is skipped, since some senders end
//     counted frames with one.
//   - The lines of one audit message are one frame: from a line with its start tag
//     (or with an XML declaration or comment at its end) to that with its end tag,
//     but never past a line that can only begin another (a syslog PRI, an XML
//     declaration, another start tag), nor past what can only be another frame's header
//     in the middle of a line ("<PRI>1 ", with a length before it or without): so one
//     that was cut takes no others along.
//   - A length with a leading zero or of more than ten digits, and over TLS
//     whatever else is neither digit nor '<', breaks the framing: what follows is
//     one frame with audit.FlagUnframed, to the connection's end or the largest
//     frame. Then the connection is closed.
//   - Of a frame longer than Server.MaxFrame the beginning is kept, with
//     audit.FlagTruncated; the stream goes on behind it.
//   - What is left when a connection ends is kept with audit.FlagCutAtClose.
//
// A datagram is a frame (RFC 5426). One of no bytes has nothing to keep and is
// only counted.
//
// # Memory
//
// A connection has one buffer of 4 KB; one that is busy has up to two of 1 MiB,
// one being read into while the other's frames are being stored. Frames are cut
// in place and never copied, except for the piece of one that a full buffer ends
// with. All buffers but the first 4 KB come out of two budgets, one for frames of up
// to 64 KB and one for the larger: so those who announce much don't keep usual frames
// out. A frame that fits no such buffer waits for room for all of it once it has filled
// the first 4 KB, and one of more than 64 KB once it has filled as much: an announcement
// alone takes nothing. First come is first served among those whose peers hold least, and
// whoever waits holds nothing that another waits for: so no set of half-read frames can
// block each other. While others wait, a frame that stops is given up soon.
//
// # Connections
//
// A TLS handshake waits for its turn, holding 4 KB at most: so many are under way at once, the
// next is of the peer that has fewest, and a client that has kept others waiting for a second is
// given up. When as many connections are open as may be, the peer that has most of them gives
// up one for who has fewer, the longest idle one first.
//
// # Push-back
//
// A connection is read on only as fast as its frames are stored. A handler that
// waits for its disk for longer than Server.StallTimeout has the connections that wait for it
// closed, and new ones refused, so that senders spool; what was read from them
// is still handed over, once. Datagrams wait in a bounded backlog; those that
// find it full are lost and counted by source.
package receiver
