// Package emitter is the sending side: it makes audit messages, wraps them into syslog
// messages and hands these to an audit record repository over TLS (RFC 5425), TCP
// (RFC 6587, octet counting) or UDP (RFC 5426).
//
// A Builder makes audit messages, a method for each event of PS3.15 A.5.3, AppendXML
// writes them, and a Checker says what would be wrong with them. Package emitter/hl7
// makes those that HL7 v2 messages owe.
//
// In come audit messages as XML (Header.Append makes frames of them) or frames
// ready to send, one by one or octet counted in a stream (Reader). Out go frames on
// a connection that a Dialer made (Sender), or by way of a spool (Logger).
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
// repository that stores what it read before it reads on has then stored
// everything, unless its process was killed, whose connections the kernel may end
// in order. arr's are reset then; and over TLS it promises to say close_notify
// only once all is stored (audit.ProtocolStored), and is held to that. With UDP
// nothing but the absence of an ICMP error can be seen.
//
// # So that none is lost
//
// A Logger builds on that. It writes each message into a spool on disk, one for each
// repository that is to have it, before Log returns; a message leaves the spool only
// once the connection that carried it has ended in order. So no connection is kept
// for long: it ends when nothing comes for a second, or after five. What goes wrong
// before that sends all of the connection's messages again, after pauses that grow.
// So a repository may have a message twice, when it or the sender died in between,
// but has each, in the order of logging.
//
// The package never logs, and TLS is what the caller's *tls.Config says. It imports
// no database, search engine or command line.
package emitter
