// Package mllp carries HL7 version 2 messages over TCP and TLS: the minimal lower
// layer protocol, releases 1 and 2.
//
// In come connections of senders (Proxy.Serve). With an archive behind it, a Proxy
// makes a connection to the archive for each that sends something, and hands over what
// either side sends, as it is: the archive's acknowledgements reach the sender
// unchanged, and first. Without an archive it acknowledges everything itself. Out
// goes, besides, an Exchange for each message: its bytes, the acknowledgements that
// answer it, and why there are none, if so.
//
// Who sends is told nothing that the archive does not say: where it can't be reached
// or ends a connection, so does the Proxy, with nothing acknowledged.
//
// Memory is bounded: by MaxMessage, by the stages of memory that messages and answers wait
// for, in turn, and by what may wait for answers. How many connections there may be, and how
// slowly a message may come, is the listener's to say (Timed). An Exchange is told once
// its answers are there, a minute or two after its message was accepted where the application
// says nothing more, or at the connection's end.
//
// The package never changes, orders or keeps messages, and of their content it reads
// no more than it needs to tell which answer belongs to which message: MSH-10, MSH-15,
// MSH-16, MSA-1, MSA-2. It imports the standard library alone; TLS is what the
// caller's listener and dialer do. It never logs what is in a message.
package mllp
