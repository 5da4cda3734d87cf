// Package segment is the sealed form of records: files that never change, in which
// a frame costs a few dozen bytes and one column of one block can be read without
// touching another.
//
// In come blocks of at most 4,096 parsed records in number order (Writer.AddBlock);
// out come the same frames byte for byte (Block.Entries), the records of a block that
// satisfy one leaf of a plan (Block.Match), counts by label (Block.Group), and which
// blocks may hold a term or a word (Segment.TermBlocks, Block.MayHoldWord).
//
// # The life of a record
//
// AddBlock takes the values out of each frame by the record's spans, checks that
// skeleton and values give the frame again, and puts each value into the column that
// its slot names; a frame that does not come back is kept whole. A column keeps each
// distinct value once, in order of first occurrence, and a code for each occurrence.
// Columns are cut into pages of at most 64 KiB, compressed and checksummed. Finish
// writes the term index and the footer. A reader asks for pages by ReadAt and keeps
// them decoded in a Cache that all segments share.
//
// # What is promised
//
// Every byte of a file is covered by a checksum, so a flipped bit is an error that
// names block and page and never a wrong answer. Reading hostile bytes needs bounded
// memory and never panics. docs/format.md, section "Segment", describes the bytes.
//
// The package never parses a frame (Options.Parse and Shapes do), never decides where
// a file lies or when it may go, never fsyncs a directory and reads no clock. Chance only
// salts its hash tables: equal records give equal files.
package segment
