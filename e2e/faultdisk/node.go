package faultdisk

import (
	"context"
	"path"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node is an inode as the kernel knows it while the disk is mounted.
type node struct {
	fs.Inode
	disk  *Disk
	inode *inode
}

var (
	_ fs.NodeLookuper  = (*node)(nil)
	_ fs.NodeReaddirer = (*node)(nil)
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeStatfser  = (*node)(nil)
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeMknoder   = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeAllocater = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
)

// path is where the node is, name one in it.
func (n *node) path(name string) string { return path.Join(n.Path(nil), name) }

// child makes the kernel's node of an inode in n.
func (n *node) child(ctx context.Context, in *inode, out *fuse.EntryOut) *fs.Inode {
	in.fill(&out.Attr)
	return n.NewInode(ctx, &node{disk: n.disk, inode: in}, fs.StableAttr{Mode: in.mode, Ino: in.id})
}

func (n *inode) fill(attr *fuse.Attr) {
	attr.Ino, attr.Mode, attr.Nlink, attr.Size = n.id, n.mode, 1, uint64(len(n.data))
	attr.Blocks = (attr.Size + sector - 1) / sector
	attr.SetTimes(nil, &n.modified, &n.modified)
}

// Lookup and the other calls that look or change have the names and meanings of package fs.
func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	in := n.inode.names[name]
	if in == nil {
		return nil, syscall.ENOENT
	}
	return n.child(ctx, in, out), 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	var all []fuse.DirEntry
	for name, in := range n.inode.names {
		all = append(all, fuse.DirEntry{Name: name, Ino: in.id, Mode: in.mode})
	}
	return fs.NewListDirStream(all), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.inode.fill(&out.Attr)
	return 0
}

// Setattr changes the size, and permissions and times, which survive everything.
func (n *node) Setattr(ctx context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	size, resized := in.GetSize()
	if resized {
		if errno := n.disk.before(ctx, Truncate, n.path("")); errno != 0 {
			return errno
		}
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if resized {
		if errno := n.resize(int64(size)); errno != 0 {
			return errno
		}
	}
	if mode, ok := in.GetMode(); ok {
		n.inode.mode = n.inode.mode&syscall.S_IFMT | mode&^syscall.S_IFMT
	}
	if t, ok := in.GetMTime(); ok {
		n.inode.modified = t
	}
	n.inode.fill(&out.Attr)
	return 0
}

// resize sets a file's size. Its caller holds the lock.
func (n *node) resize(size int64) syscall.Errno {
	if n.disk.full(size - int64(len(n.inode.data))) {
		return syscall.ENOSPC
	}
	n.inode.resize(size, time.Now())
	return 0
}

func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) { return nil, 0, 0 }

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	off = min(off, int64(len(n.inode.data)))
	return fuse.ReadResultData(dest[:copy(dest, n.inode.data[off:])]), 0
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	out.Bsize, out.Frsize, out.NameLen = sector, sector, 255
	out.Blocks = uint64(n.disk.capacity / sector)
	out.Bfree = uint64(max(0, n.disk.capacity-n.disk.root.size()) / sector)
	out.Bavail, out.Files, out.Ffree = out.Bfree, 1<<20, 1<<20
	return 0
}

// make puts a new inode into n.
func (n *node) make(ctx context.Context, op Op, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if errno := n.disk.before(ctx, op, n.path(name)); errno != 0 {
		return nil, errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if n.inode.names[name] != nil {
		return nil, syscall.EEXIST
	}
	if n.disk.full(1) {
		return nil, syscall.ENOSPC
	}
	in := n.disk.newInode(mode)
	n.inode.rename(move{name: in}, in.modified)
	return n.child(ctx, in, out), 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := n.make(ctx, Create, name, syscall.S_IFREG|mode&^syscall.S_IFMT, out)
	return child, nil, 0, errno
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.make(ctx, Mkdir, name, syscall.S_IFDIR|mode&^syscall.S_IFMT, out)
}

func (n *node) Mknod(ctx context.Context, name string, mode, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.make(ctx, Create, name, mode, out)
}

func (n *node) Write(ctx context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := n.disk.before(ctx, Write, n.path("")); errno != 0 {
		return 0, errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if n.disk.full(off + int64(len(data)) - int64(len(n.inode.data))) {
		return 0, syscall.ENOSPC
	}
	n.inode.write(data, off, time.Now())
	return uint32(len(data)), 0
}

// Allocate makes a file longer; there is nothing that it could reserve.
func (n *node) Allocate(ctx context.Context, _ fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	if errno := n.disk.before(ctx, Allocate, n.path("")); errno != 0 {
		return errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	const keepSize = 1 // FALLOC_FL_KEEP_SIZE
	end := int64(off + size)
	switch {
	case mode&^keepSize != 0:
		return syscall.EOPNOTSUPP
	case n.disk.full(end - int64(len(n.inode.data))):
		return syscall.ENOSPC
	case mode&keepSize != 0 || end <= int64(len(n.inode.data)):
		return 0
	}
	return n.resize(end)
}

// Rename replaces what has the name. Between two folders it is two changes, of which one may
// survive alone.
func (n *node) Rename(ctx context.Context, name string, newParent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ok := newParent.(*node)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	if errno := n.disk.before(ctx, Rename, to.path(newName)); errno != 0 {
		return errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	in := n.inode.names[name]
	if in == nil {
		return syscall.ENOENT
	}
	if old := to.inode.names[newName]; old != nil && len(old.names) > 0 {
		return syscall.ENOTEMPTY
	}
	now := time.Now()
	if to.inode == n.inode {
		n.inode.rename(move{name: nil, newName: in}, now)
		return 0
	}
	to.inode.rename(move{newName: in}, now)
	n.inode.rename(move{name: nil}, now)
	return 0
}

func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	if errno := n.disk.before(ctx, Remove, n.path(name)); errno != 0 {
		return errno
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	in := n.inode.names[name]
	if in == nil {
		return syscall.ENOENT
	}
	if len(in.names) > 0 {
		return syscall.ENOTEMPTY
	}
	n.inode.rename(move{name: nil}, time.Now())
	return 0
}

func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno { return n.Unlink(ctx, name) }

func (n *node) Fsync(ctx context.Context, _ fs.FileHandle, _ uint32) syscall.Errno {
	errno := n.disk.before(ctx, Sync, n.path(""))
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno != 0 {
		n.inode.forget()
		return errno
	}
	n.inode.sync()
	return 0
}
