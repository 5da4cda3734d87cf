package faultdisk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Op is a kind of call.
type Op string

// The calls that change something.
const (
	Create   Op = "create" // a file or a socket
	Mkdir    Op = "mkdir"
	Write    Op = "write"
	Truncate Op = "truncate"
	Allocate Op = "allocate"
	Rename   Op = "rename"
	Remove   Op = "remove"
	Sync     Op = "sync" // of a file or a folder
)

// Call is a call that a process makes.
type Call struct {
	Op   Op
	Path string // below the folder that the disk is mounted on; of a rename where it goes
}

// Disk is a disk with one file system. Its methods may be called from any goroutine.
type Disk struct {
	// Before, if it is set, is asked before each call that changes something, by a goroutine
	// of that call. An error, a syscall.Errno, ends the call with nothing changed; of a Sync
	// the bytes are lost. ctx ends when the process that calls is killed. Set it before Mount.
	Before func(ctx context.Context, c Call) error

	mu       sync.Mutex
	root     *inode
	last     uint64 // the last inode's number
	capacity int64

	server *fuse.Server
}

// New makes an empty disk of so many bytes.
func New(capacity int64) *Disk {
	d := &Disk{capacity: capacity}
	d.root = d.newInode(syscall.S_IFDIR | 0o755)
	return d
}

// Mount makes the disk's files appear in dir until Unmount. Without FUSE, or the right to use
// it, the error says so.
func (d *Disk) Mount(dir string) error {
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return fmt.Errorf("no file systems of a test's own here: %w", err)
	}
	timeout := time.Second
	server, err := fs.Mount(dir, &node{disk: d, inode: d.root}, &fs.Options{
		EntryTimeout: &timeout, AttrTimeout: &timeout,
		RootStableAttr: &fs.StableAttr{Ino: d.root.id},
		MountOptions:   fuse.MountOptions{DirectMountStrict: true, FsName: "faultdisk", Name: "faultdisk", MaxWrite: 1 << 20},
	})
	if err != nil {
		return fmt.Errorf("mount on %s: %w", dir, err)
	}
	d.server = server
	return nil
}

// Unmount ends what Mount began. No process may use the files.
func (d *Disk) Unmount() error {
	if err := d.server.Unmount(); err != nil {
		return fmt.Errorf("unmount: %w", err)
	}
	d.server.Wait()
	return nil
}

// Resize sets how many bytes the disk takes, from the next call on. With as few as there are
// it is full.
func (d *Disk) Resize(capacity int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.capacity = capacity
}

// Used is how many bytes the files have.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.root.size()
}

// PowerCut leaves what survives one, as rnd decides. The disk must not be mounted.
func (d *Disk) PowerCut(rnd *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.root.cut(rnd)
}

// size is how many bytes the files below n have.
func (n *inode) size() int64 {
	size := int64(len(n.data))
	for _, child := range n.names {
		size += child.size()
	}
	return size
}

// newInode makes one that is nowhere yet. Its caller holds mu, or is New.
func (d *Disk) newInode(mode uint32) *inode {
	d.last++
	n := &inode{id: d.last, mode: mode, modified: time.Now()}
	if n.isDir() {
		n.names, n.kept = map[string]*inode{}, map[string]*inode{}
	}
	return n
}

// before asks Before.
func (d *Disk) before(ctx context.Context, op Op, path string) syscall.Errno {
	if d.Before == nil {
		return 0
	}
	return fs.ToErrno(d.Before(ctx, Call{op, path}))
}

// full reports whether the disk has no room for so many bytes more. Its caller holds mu.
func (d *Disk) full(bytes int64) bool { return bytes > 0 && d.root.size()+bytes > d.capacity }
