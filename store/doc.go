// Package store keeps records: durable before anybody is told that they are stored,
// searchable at once, compact for years, and never changed.
//
// In come batches of audit.Entry values (HandleFrames) and plans (Search); out come
// records and counts. docs/format.md describes the files.
//
// # The life of a batch
//
// HandleFrames, in its caller's goroutine, parses the frames. The committer, one
// goroutine, takes all batches that wait, numbers their records, copies their canonical
// bytes, hashes their leaves, writes them to the journal as one group, and syncs; only
// then do they enter the memtable, where searches see them, and only then does
// HandleFrames return. No timer delays a batch: while one group is synced the next one
// gathers.
//
// The sealer, one goroutine, makes each full block of 4,096 records a segment file,
// reads it back and compares each entry with the memtable's, publishes it in the catalog,
// and then drops the journal files that nothing needs. The merger, one goroutine, joins neighbouring
// segments so that years stay few files. Searches work on an immutable view of segments
// and memtable, which the committer, sealer and merger replace; they never wait for them.
//
// # What it guarantees
//
// When HandleFrames returns nil, the records survive any crash of the process or the
// machine, and every search that begins from then on sees them. Numbers are dense from
// 0 in journal order. Close seals everything, so that an orderly stop leaves no journal.
//
// # What it never does
//
// It never interprets a frame (the parser is given to it), never repairs damage silently,
// never tries a failed sync again on the same file, and never deletes journal before the
// segment that replaces it has been read back.
package store
