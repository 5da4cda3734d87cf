// Package parser turns an entry, a frame with what is known of its arrival, into a
// record: the shape of its skeleton, where its values stand, when the event
// happened, its class and its findings.
//
// In comes an audit.Entry. Out comes an audit.Record (Parse), for people an
// audit.Header and an audit.Message (Message), and what the slots of a skeleton
// mean that was read from disk (Describe).
//
// # The life of a frame
//
// The splitter finds the header's fields and where MSG begins; go-syslog judges the
// header alone. Then one scan of the XML cuts out the values: ids, names, times,
// hosts, base64. What is left, codes included, is the skeleton. A hash over it finds
// its Shape in the cache; only a skeleton that was never seen is looked at more
// closely (Describe), and its shape says what each slot means for every frame to
// come. The grammars and rules of package schemas are asked then too: of each frame to
// come only the values are checked that they ask something of. Nor is a frame scanned
// whose skeleton this parser met again and again: where the same texts stand between
// values without fault, a scan would find the same.
//
// A frame whose values do not stand in it as they are to be read (UTF-16, relays'
// escapes, bytes that contradict their declaration, XML that is not well formed) is
// kept whole: it has audit.RawShape, is decoded, read again as far as it goes, and
// its values are in Record.Extra.
//
// # What is guaranteed
//
// A frame is never refused. Shape, Spans and Runs give every frame back byte for
// byte. Describe says of a skeleton what Parse said of the frames that have it.
// Memory is bounded however many skeletons a sender makes up.
//
// # What it never does
//
// It does no I/O, reads no clock, changes no frame and knows no grammar of its own.
package parser
