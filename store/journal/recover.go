package journal

import (
	"errors"
	"fmt"
	"io"
	"os"

	"arr/store/durable"
)

// Recovered is what Recover found and did; Size, End and Torn are as it found them.
type Recovered struct {
	Result
	// TornPath is the file that holds the tail, if there was one.
	TornPath string
	// Removed says that the file held no record and is gone.
	Removed bool
}

// Recover reads a file as Read does and then settles it: what is torn is copied to a
// file beside it, its name with .torn or .unproven appended, and cut off; the end mark is written
// where it lacks; and all is made durable, since what a crash left in the kernel's
// memory need not be on the disk. A file that holds neither a record nor damage is
// removed, with its end mark or without, so that its name is free for the records that
// come next. Below its durable offset it changes nothing; damage stays as it is.
func Recover(path string, known Outside, fn func(*Group) error) (Recovered, error) {
	res, err := Read(path, known, fn)
	rec := Recovered{Result: res}
	if err != nil {
		return rec, err
	}
	if err := rec.settle(path); err != nil {
		return rec, fmt.Errorf("settle journal file %s: %w", path, err)
	}
	return rec, nil
}

func (r *Recovered) settle(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = r.settleFile(path, f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil || !r.Removed {
		return err
	}
	return Remove(path)
}

func (r *Recovered) settleFile(path string, f *os.File) error {
	if r.Torn > 0 {
		if err := r.moveTail(path, f); err != nil {
			return fmt.Errorf("move the file's tail aside: %w", err)
		}
	}
	if r.Next == r.First && len(r.Damages) == 0 {
		r.Removed = true
		return nil
	}
	if r.Ended && r.Torn == 0 && r.Size == r.End || r.damagedEnd() {
		return f.Sync()
	}
	if err := f.Truncate(r.End); err != nil {
		return err
	}
	if !r.Ended {
		if err := r.mark(f); err != nil {
			return fmt.Errorf("write end mark: %w", err)
		}
	}
	return f.Sync()
}

// damagedEnd says whether damage reaches to the file's end, so that nothing can be
// put there.
func (r *Recovered) damagedEnd() bool {
	for _, d := range r.Damages {
		if d.Offset >= r.End {
			return true
		}
	}
	return false
}

// moveTail copies the tail to a new file and makes it durable.
func (r *Recovered) moveTail(path string, f *os.File) error {
	ending := tornSuffix
	if r.Unproven {
		ending = unprovenSuffix
	}
	name, err := freeName(path, ending)
	if err != nil {
		return err
	}
	to, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, io.NewSectionReader(f, r.End, r.Torn))
	if err == nil {
		err = to.Sync()
	}
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return errors.Join(err, os.Remove(to.Name()))
	}
	r.TornPath = to.Name()
	return durable.SyncParent(path)
}

// mark writes an end mark behind the last group. The groups are synced before it.
func (r *Recovered) mark(f *os.File) error {
	if err := f.Sync(); err != nil {
		return err
	}
	id, err := readID(f)
	if err != nil {
		return err
	}
	var b [groupHeader]byte
	h := header{length: groupHeader, flags: flagEnd, first: r.Next, durable: r.End, offset: r.End}
	h.put(b[:], &id)
	_, err = f.WriteAt(b[:], r.End)
	r.Ended = err == nil
	return err
}

func readID(f io.ReaderAt) (ID, error) {
	var b [fileHeader]byte
	if _, err := f.ReadAt(b[:], 0); err != nil {
		return ID{}, err
	}
	for i := 0; i < len(b); i += sector {
		if id, _, _, ok := parseFileHeader(b[i:]); ok {
			return id, nil
		}
	}
	return ID{}, errors.New("no copy of the file header is whole")
}

// Remove removes a file whose records lie elsewhere, and makes that durable.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove journal file: %w", err)
	}
	return durable.SyncParent(path)
}

// Quarantine moves a damaged file out of the journal, to its name with .damaged
// appended (and a number where that is taken), and gives its path: its bytes are kept for whoever wants to
// rescue more from them.
func Quarantine(path string) (string, error) {
	to, err := freeName(path, damageSuffix)
	if err == nil {
		err = os.Rename(path, to)
	}
	if err != nil {
		return "", fmt.Errorf("move damaged journal file aside: %w", err)
	}
	return to, durable.SyncParent(path)
}

// freeName gives path with ending, and a number where that name is taken.
func freeName(path, ending string) (string, error) {
	name := path + ending
	for i := 1; ; i++ {
		_, err := os.Lstat(name)
		if errors.Is(err, os.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s%s.%d", path, ending, i)
	}
}
