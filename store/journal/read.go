package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"arr/audit"
)

var (
	// ErrVersion says that a newer arr wrote the file.
	ErrVersion = errors.New("the journal file has a newer format: open it with the arr that wrote it")
	// ErrName says that a file's name and header disagree on its first record:
	// somebody renamed it.
	ErrName = errors.New("the journal file's name is not that of its first record")
)

// Group is what one group holds.
type Group struct {
	// Offset is where the group stands in the file, Durable up to where the file
	// was durable when it was written.
	Offset, Durable int64
	// Keys are the block keys that the group brings.
	Keys []BlockKey
	// Entries are the group's entries, those left out that are damaged; Encoded
	// are their canonical bytes. Both are valid until the function that was given
	// the Group returns, the entries' frames included.
	Entries []audit.Entry
	Encoded [][]byte
}

// Damage is a place where bytes that had been durable are not as they were written.
type Damage struct {
	// Offset and Length are bytes of the file. Length is 0 where nothing is
	// damaged but records are missing.
	Offset, Length int64
	// First and Records say which records are lost: Records numbers from First on,
	// 0 for none.
	First, Records uint64
	// What says it for people.
	What string
}

// Result says what Read found.
type Result struct {
	// First is the number of the file's first record, Next the number after its
	// last one.
	First, Next uint64
	// Size is the file's length, End where its last group ends.
	Size, End int64
	// Ended says that the file was closed: nothing is missing behind its last
	// group.
	Ended bool
	// Torn is how many bytes from End on are no group that can be read, and nothing
	// says that they were durable. Zeros that follow are not counted.
	Torn int64
	// Unproven says that Torn is no write that was merely cut: of the bytes some were
	// written and are not as they were. They may have been durable before.
	Unproven bool
	// Damages are in the file's order.
	Damages []Damage
}

// Outside is what is known of a journal file from elsewhere.
type Outside struct {
	// Durable says that all records before it had been durable, 0 that nothing is known.
	Durable uint64
	// Rewritten says that a file follows which holds again what this one holds from that
	// record on, 0 that there is none.
	Rewritten uint64
}

// Read reads a journal file from its beginning and calls fn for each group. It
// changes nothing.
//
// Damage is no error: it is in Result, and reading goes on behind it. An error is
// ErrVersion, ErrName, fn's, or that of reading.
func Read(path string, known Outside, fn func(*Group) error) (Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return Result{}, fmt.Errorf("read journal file: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return Result{}, fmt.Errorf("read journal file %s: %w", path, err)
	}
	first, ok := firstOfName(path)
	if !ok {
		return Result{}, fmt.Errorf("read journal file %s: %w", path, ErrName)
	}
	r := reader{src: f, known: known, fn: fn}
	r.res = Result{First: first, Next: first, Size: st.Size()}
	if err := r.file(); err != nil {
		return r.res, fmt.Errorf("read journal file %s: %w", path, err)
	}
	return r.res, nil
}

// reader reads one file. One goroutine owns it.
type reader struct {
	src   io.ReaderAt
	id    ID
	known Outside
	fn    func(*Group) error
	res   Result

	// buf holds the group that fn is given, look what is only looked at.
	buf, look []byte
	group     Group
	// proven is the largest durable offset that a header seen so far states, and
	// ahead how far the headers have been looked at.
	proven, ahead int64
	// last is the offset behind the last byte that is not zero, 0 until asked for.
	last int64
}

func (r *reader) file() error {
	ok, err := r.fileHeader()
	if err != nil || !ok {
		return err
	}
	r.res.End = fileHeader
	for r.res.End < r.res.Size {
		more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if r.known.Durable > r.res.Next {
		r.damage(r.res.End, 0, r.known.Durable, "records that had been stored are missing at the file's end")
	}
	return nil
}

// fileHeader is false where the file holds no groups that can be read.
func (r *reader) fileHeader() (bool, error) {
	b, err := r.read(&r.look, 0, min(fileHeader, r.res.Size))
	if err != nil {
		return false, err
	}
	good := 0
	var ver uint32
	for i := 0; (i+1)*sector <= len(b); i++ {
		id, first, v, ok := parseFileHeader(b[i*sector:])
		if !ok {
			continue
		}
		if first != r.res.First {
			return false, ErrName
		}
		good++
		r.id, ver = id, v
	}
	if ver > version {
		return false, fmt.Errorf("%w: version %d", ErrVersion, ver)
	}
	if good == 2 {
		return true, nil
	}
	end, err := r.end(0)
	if err != nil {
		return false, err
	}
	if end <= fileHeader && r.known.Durable <= r.res.First {
		// The header is synced before the first group is written, so this file
		// never held one.
		r.res.Torn = end
		return false, nil
	}
	if good == 0 {
		r.damage(0, r.res.Size, r.known.Durable, "both copies of the file header are damaged")
		return false, nil
	}
	r.damage(0, fileHeader, 0, "one copy of the file header is damaged")
	return true, nil
}

// next reads the group at res.End. It is false at the end of what can be read.
func (r *reader) next() (bool, error) {
	at := r.res.End
	h, ok, err := r.header(at)
	if err != nil {
		return false, err
	}
	ok = ok && !r.res.Ended && h.first >= r.res.Next
	if !ok {
		return r.gap(at, at+align)
	}
	if r.superseded(&h) {
		return r.gap(at, at+int64(h.length))
	}
	if at+int64(h.length) > r.res.Size {
		return r.gap(at, at+groupHeader)
	}
	bad, err := r.load(&h)
	if err != nil {
		return false, err
	}
	if bad != nil {
		durable, err := r.wasDurable(at, at+int64(h.length))
		if err != nil {
			return false, err
		}
		if !durable {
			if whole, unproven := r.written(&h, bad); !whole {
				return false, r.tail(at, unproven)
			}
		}
	}
	if h.first > r.res.Next {
		r.damage(at, 0, h.first, "records are missing before this group")
	}
	r.res.Damages = append(r.res.Damages, bad...)
	r.proven = max(r.proven, h.durable)
	r.res.End += int64(h.length)
	r.res.Next = h.first + uint64(h.count)
	r.res.Ended = h.flags&flagEnd != 0
	return true, r.fn(&r.group)
}

// superseded reports whether the following file holds the group's records again.
func (r *reader) superseded(h *header) bool {
	return r.known.Rewritten > 0 && h.count > 0 && h.first >= r.known.Rewritten
}

// gap deals with bytes at offset at that are no group: the end, a torn tail or
// damage. The next group begins at from at the earliest.
func (r *reader) gap(at, from int64) (bool, error) {
	end, err := r.end(at)
	if err != nil || end == at && r.known.Durable <= r.res.Next {
		return false, err
	}
	durable, err := r.wasDurable(at, from)
	if err != nil {
		return false, err
	}
	if !durable {
		unproven, err := r.unproven(at)
		if err != nil {
			return false, err
		}
		return false, r.tail(at, unproven)
	}
	for off := from; ; {
		found, h, err := r.find(off)
		if err != nil {
			return false, err
		}
		if found < 0 {
			r.damage(at, end-at, r.known.Durable, "no group can be read from here on")
			return false, nil
		}
		if h.first >= r.res.Next {
			r.damage(at, found-at, h.first, "groups are damaged")
			r.res.End = found
			return true, nil
		}
		off = found + groupHeader
	}
}

// damage records one, and that all records before next are lost which were not read.
func (r *reader) damage(at, length int64, next uint64, what string) {
	d := Damage{Offset: at, Length: length, First: r.res.Next, What: what}
	if next > r.res.Next {
		d.Records = next - r.res.Next
		r.res.Next = next
	}
	r.res.Damages = append(r.res.Damages, d)
}

// load reads the group with header h into r.group and says what is damaged in it.
func (r *reader) load(h *header) ([]Damage, error) {
	b, err := r.read(&r.buf, h.offset, int64(h.length))
	if err != nil {
		return nil, err
	}
	g := &r.group
	*g = Group{Offset: h.offset, Durable: h.durable, Keys: g.Keys[:0], Entries: g.Entries[:0], Encoded: g.Encoded[:0]}
	whole := Damage{Offset: h.offset, Length: int64(h.length), First: h.first, Records: uint64(h.count)}
	table, rest := b[groupHeader:groupHeader+h.tableSize()], b[groupHeader+h.tableSize():]
	if checksum(table) != h.table {
		whole.Offset, whole.Length, whole.What = h.offset+groupHeader, h.tableSize(), "a group's table is damaged"
		return []Damage{whole}, nil
	}
	var bad []Damage
	be := binary.BigEndian
	for i := range uint64(h.count) {
		n, sum := int64(be.Uint32(table)), be.Uint32(table[4:])
		table = table[tableEntry:]
		if n > int64(len(rest)) {
			whole.First, whole.Records, whole.What = h.first+i, uint64(h.count)-i, "a group's table does not fit it"
			return append(bad, whole), nil
		}
		var e audit.Entry
		if entryAt(rest[:n:n], sum, h.first+i, &e) {
			g.Entries = append(g.Entries, e)
			g.Encoded = append(g.Encoded, rest[:n:n])
		} else {
			at := h.offset + int64(len(b)-len(rest))
			bad = append(bad, Damage{Offset: at, Length: n, First: h.first + i, Records: 1, What: "an entry is damaged"})
		}
		rest = rest[n:]
	}
	for ; len(table) > 0; table = table[tableKey:] {
		g.Keys = append(g.Keys, BlockKey{Block: be.Uint64(table), Key: Key(table[8:])})
	}
	if len(rest) >= align || !zero(rest) {
		at := h.offset + int64(len(b)-len(rest))
		bad = append(bad, Damage{Offset: at, Length: int64(len(rest)), What: "a group's padding is damaged"})
	}
	return bad, nil
}
