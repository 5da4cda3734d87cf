// Package journal keeps records durable until they are sealed into a segment.
//
// In come groups of numbered audit.Entry values, and for each block of 4,096
// record numbers the key that salts its leaves in the integrity tree. Out comes,
// after a restart, every group that was ever durable, in order, with the canonical
// bytes of its entries; and a report of what is damaged. docs/format.md, section
// "Journal", describes the bytes.
//
// # The life of a group
//
// The store's committer encodes entries once, as Entries, whose bytes are hashed and
// kept in memory for searches, too. Writer.Append hands them to the kernel as they are,
// behind the group's header. Sync makes all that was appended durable: only
// then may anybody be told that the records are stored. The next group's header
// says how far the file was durable, so that a reader can tell a write that was cut
// by a crash (nobody was told of it: a torn tail) from damage below it (somebody
// was: corruption). Close writes an end mark, a group without entries, so that this
// holds for the last group too. Where a crash came before, the owner's knowledge of
// what it told (Outside) stands in for it, and after that the last group's sectors.
//
// # What it never does
//
// It never syncs a file again whose Sync failed: the kernel may have dropped the
// pages and would report success. The Writer is broken then, and the owner appends
// what was not durable to a new file. It never cuts off or repairs what was durable:
// Recover moves a torn tail aside and leaves damage where it is. It knows nothing of
// what a frame says, draws no random numbers and reads no clock.
package journal
