// Package faultdisk is a file system, for tests, whose disk fails when it is told to: it is
// full, refuses a call, is slow, or loses at a power cut what nobody synced.
//
// In comes an empty folder to mount on, by FUSE (Mount), and a function that is asked before
// each call that changes something (Disk.Before): it may return an error for the call to end
// with, or block. Out goes a folder that any process can use. It keeps everything in the memory
// of the process that mounted it.
//
// What survives PowerCut is what POSIX promises and no more, so that a program that lives
// through it lives on any file system:
//
//   - Bytes written to a file survive if the file was synced since. Of the others any set of
//     512-byte sectors may, in any order; a file may be longer and have zeros instead.
//   - A name that was made, renamed or removed survives if its folder was synced since. Of the
//     others a folder keeps the first few, in the order in which they came.
//   - A sync of a file that fails leaves bytes that can be read and that no later sync writes,
//     as Linux does.
//
// The package knows nothing of arr. It never touches a disk. Links, extended attributes and
// writing through a memory map are not there.
package faultdisk
