// Package integrity computes what proves that no record was altered: the salted
// leaf hashes of records and the hashes of the complete subtrees of the Merkle tree
// over them (RFC 6962 section 2.1, as golang.org/x/mod/sumdb/tlog computes it).
//
// In come a block's key, a record's number and its canonical bytes; out go hashes.
// A leaf is SHA-256(0x00 || salt || canonical bytes), where salt is the first 16
// bytes of HMAC-SHA-256(block key, number as 8 bytes big endian). Whoever destroys a
// block's key leaves hashes behind that nothing can be guessed from.
//
// The package reads no file and imports nothing else of arr, so that an offline
// verifier can be built from it alone.
package integrity
