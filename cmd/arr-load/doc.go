// Command arr-load sends generated audit messages to a repository as fast as it
// takes them: the traffic of one hospital over several connections, ending now.
//
// In come a target and an amount; out go frames, and on standard output one line of
// JSON: {"messages":…,"bytes":…,"seconds":…,"cpuSeconds":…}, where the seconds go from
// the first connection to the last one's end and cpuSeconds is this process's own
// time, user and system.
//
// It never reads what it sent back; scripts/bench does.
package main
