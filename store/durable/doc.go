// Package durable makes files and directories whose names survive a power cut: POSIX
// promises that of a new, renamed or removed name once its directory was synced.
//
// In comes a path; out goes nil once the name, and of WriteFile the content, is on disk. The
// package keeps no state and knows no formats.
package durable
