// Package emitter is the sending side: it wraps audit messages into syslog
// messages and hands these to an audit record repository over TLS (RFC 5425), TCP
// (RFC 6587, octet counting) or UDP (RFC 5426).
//
// In come audit messages as XML (Header.Append makes frames of them) or frames
// ready to send, one by one or octet counted in a stream (Reader). Out go frames on
// a connection that a Dialer made (Sender).
//
// # What syslog can't say
//
// No syslog transport acknowledges a frame. A write that succeeds has reached the
// operating system, not the repository, and what lies in socket buffers is lost
// when either side dies. A Sender comes as near to certainty as the protocols let
// it: it always has one read pending, so that it learns at once when the peer closes
// or sends a TLS alert (with TLS 1.3 a server refuses a client's certificate after
// the client's handshake and first write have succeeded), and Close ends its own
// direction and waits until the peer has read that end and closed too. A
// repository that stores what it read before it reads on, as arr does, has then
// stored everything. With UDP nothing but the absence of an ICMP error can be seen.
//
// The package never keeps frames for a later attempt, never opens a connection
// again, and never logs. It imports the standard library alone, and TLS is what the
// caller's *tls.Config says.
package emitter
