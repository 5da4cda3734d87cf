// Package hl7 makes the audit messages that an image archive owes for the HL7 v2 messages
// which it receives and sends.
//
// In comes an Exchange: the bytes of a message as they were on the wire, its
// acknowledgement, who the peer is, and what the archive did. Out come audit messages
// (package audit), ready for emitter.AppendXML: Patient, Order and Procedure Record, Import
// and Export, Query, or none where nothing is owed.
//
// Which message owes what is said by a Table, which is text: those of this package are in
// ihe.table and dcm4che.table, and a site puts rules of its own before them.
//
// # What is guaranteed
//
// No bytes make it panic. What can't be read is left out, and EventOutcomeDescription says
// so; a message of which nothing but its presence is known still gives one that says that.
// Memory is bounded: of a message some megabytes are read, of a segment 64 KiB, and
// Each gives the hundreds of audit messages that one may owe one after the other. Text is decoded by MSH-18, and escape sequences are
// resolved with the encoding characters that MSH-1 and MSH-2 name.
//
// # What it never does
//
// It opens no connection, sends nothing, keeps no message, acknowledges nothing, and does
// not judge whether a message follows the HL7 standard.
package hl7
