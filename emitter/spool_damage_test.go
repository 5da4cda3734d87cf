package emitter

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// segmentFile is the only segment of a spool.
func segmentFile(t testing.TB, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if len(files) != 1 {
		t.Fatalf("there are %d segments, want 1", len(files))
	}
	return files[0]
}

// spoiled gives a spool's directory whose segment, of frames 0 to 4, is as spoil leaves it.
func spoiled(t testing.TB, spoil func([]byte) []byte) string {
	t.Helper()
	dir := t.TempDir()
	s := openTestSpool(t, dir, 1<<20)
	appendNumbered(t, s, 0, 5)
	s.close()
	path := segmentFile(t, dir)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, spoil(b), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Damage costs the frames that it meets, no others. It is told, once, and the file is kept.
func TestSpoolDamage(t *testing.T) {
	const size = entryHeader + len("frame 0")
	at := func(i int) int { return segmentHeader + i*size }
	for _, c := range []struct {
		name  string
		spoil func([]byte) []byte
		want  []int
		bytes int
	}{
		{"nothing", func(b []byte) []byte { return b }, []int{0, 1, 2, 3, 4}, 0},
		{"a bit of a frame", func(b []byte) []byte { b[at(2)-1] ^= 1; return b }, []int{0, 2, 3, 4}, size},
		{"a bit of a length", func(b []byte) []byte { b[at(1)+7] ^= 1; return b }, []int{0, 2, 3, 4}, size},
		{"a bit of a mark", func(b []byte) []byte { b[at(1)] ^= 1; return b }, []int{0, 2, 3, 4}, size},
		{"a bit of the header", func(b []byte) []byte { b[0] ^= 1; return b }, []int{0, 1, 2, 3, 4}, segmentHeader},
		{"a bit of the first number", func(b []byte) []byte { b[len(segmentMagic)] ^= 1; return b }, []int{0, 1, 2, 3, 4}, segmentHeader},
		{"a bit of the last frame", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, []int{0, 1, 2, 3}, size},
		{"zeros over two frames", func(b []byte) []byte { clear(b[at(1)+3 : at(3)-3]); return b }, []int{0, 3, 4}, 2 * size},
		{"zeros behind the end", func(b []byte) []byte { return append(b, make([]byte, 4096)...) }, []int{0, 1, 2, 3, 4}, 4096},
		{"all zeros", func(b []byte) []byte { clear(b); return b }, nil, segmentHeader + 5*size},
		{"cut within a frame", func(b []byte) []byte { return b[:len(b)-3] }, []int{0, 1, 2, 3}, size - 3},
		{"cut within the mark", func(b []byte) []byte { return b[:at(1)+2] }, []int{0}, 2},
		{"cut within the header", func(b []byte) []byte { return b[:5] }, nil, 5},
		{"cut to nothing", func(b []byte) []byte { return nil }, nil, 0},
		{"a copy in between", func(b []byte) []byte { return slices.Insert(b, at(3), b[at(1):at(2)]...) }, []int{0, 1, 2, 3, 4}, size},
		{"a copy over another", func(b []byte) []byte { copy(b[at(1):], b[at(3):at(4)]); return b }, []int{0, 3, 2, 4}, size},
		{"bytes out", func(b []byte) []byte { return slices.Delete(b, at(1)+10, at(1)+13) }, []int{0, 2, 3, 4}, size - 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := spoiled(t, c.spoil)
			s := openTestSpool(t, dir, 1<<20)
			appendNumbered(t, s, 5, 7)
			r := s.newReader()
			defer r.close()
			var want []string
			for _, i := range append(c.want, 5, 6) {
				want = append(want, numbered(i, i+1)...)
			}
			for range 2 {
				if got := drain(t, r); !slices.Equal(got, want) {
					t.Errorf("read %q, want %q", got, want)
				}
				told := 0
				for _, d := range r.damage {
					told += int(d.size)
				}
				if told != c.bytes {
					t.Errorf("%d bytes are told to be damaged, want %d", told, c.bytes)
				}
				r.rewind()
			}
			drain(t, r)
			if err := s.confirm(r.at); err != nil {
				t.Fatal(err)
			}
			kept := min(c.bytes, 1)
			if aside, _ := filepath.Glob(filepath.Join(dir, "*"+damagedSuffix)); len(aside) != kept {
				t.Errorf("%d files were kept, want %d", len(aside), kept)
			}
		})
	}
}

// Each bit of a segment: the frame in whose entry it is is lost, the others come once.
func TestSpoolFlips(t *testing.T) {
	const size = entryHeader + len("frame 0")
	good := spoiled(t, func(b []byte) []byte { return b })
	path := segmentFile(t, good)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(whole) {
		b := slices.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		want := numbered(0, 5)
		if i := bit/8 - segmentHeader; i >= 0 {
			want = slices.Delete(want, i/size, i/size+1)
		}
		if got, told := readSegment(t, b); !slices.Equal(got, want) || told == 0 {
			t.Errorf("bit %d: read %q, want %q; %d bytes are told to be damaged", bit, got, want, told)
		}
	}
}

// readSegment gives the frames of a spool that has a segment of these bytes, and how many of
// them are damaged.
func readSegment(t testing.TB, b []byte) (frames []string, damaged int64) {
	t.Helper()
	s := &spool{damaged: map[uint64]int64{}}
	g := segment{id: 1, size: int64(len(b))}
	start, first, isNumbered := readSegmentHeader(b)
	g.start, g.first, g.numbered = int64(start), first, isNumbered
	s.segments = []segment{g}
	r := &spoolReader{spool: s, at: position{1, g.start}, file: memoryFile{bytes.NewReader(b)}}
	frames = drain(t, r)
	for _, d := range r.damage {
		damaged += d.size
	}
	return frames, damaged
}

type memoryFile struct{ io.ReaderAt }

func (memoryFile) Close() error { return nil }

// badSectors is a file some bytes of which the disk can't read.
type badSectors struct {
	io.ReaderAt
	from, to int64
}

func (b badSectors) ReadAt(p []byte, at int64) (int, error) {
	n := int64(len(p))
	if at < b.to && at+n > b.from {
		n = max(b.from-at, 0)
		read, _ := b.ReaderAt.ReadAt(p[:n], at)
		return read, syscall.EIO
	}
	return b.ReaderAt.ReadAt(p, at)
}

func (badSectors) Close() error { return nil }

// A sector that can't be read costs the frames that are in it.
func TestSpoolBadSector(t *testing.T) {
	b := appendSegmentHeader(nil, 0)
	frame := bytes.Repeat([]byte("x"), 1000-entryHeader)
	for i := range 40 {
		b = appendEntry(b, append(frame[:len(frame)-1:len(frame)-1], byte('A'+i)), 0, uint64(i))
	}
	s := &spool{damaged: map[uint64]int64{}, segments: []segment{{id: 1, size: int64(len(b)), start: int64(segmentHeader), numbered: true}}}
	r := &spoolReader{spool: s, at: position{1, int64(segmentHeader)}, file: badSectors{bytes.NewReader(b), 2 * sector, 3 * sector}}
	got := ""
	for _, f := range drain(t, r) {
		got += f[len(f)-1:]
	}
	// The sector from 8192 to 12287 meets frames 8 to 12.
	want := ""
	for i := range 40 {
		if i < 8 || i > 12 {
			want += string(rune('A' + i))
		}
	}
	if got != want || len(r.damage) != 1 || r.damage[0].size != 5000 {
		t.Errorf("read %q, want %q; damaged: %v", got, want, r.damage)
	}
}

// A segment that somebody removed, or cut under the reader, holds up nobody.
func TestSpoolLosesFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(path string) error
	}{
		{"removed", os.Remove},
		{"cut", func(path string) error { return os.Truncate(path, int64(segmentHeader)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTestSpool(t, spoiled(t, func(b []byte) []byte { return b }), 1<<20)
			path := segmentFile(t, s.dir)
			appendNumbered(t, s, 5, 7)
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			r := s.newReader()
			defer r.close()
			if got := drain(t, r); !slices.Equal(got, numbered(5, 7)) {
				t.Errorf("read %q", got)
			}
			if len(r.damage) != 1 || r.damage[0].size != int64(5*(entryHeader+len("frame 0"))) {
				t.Errorf("damaged: %v", r.damage)
			}
			if err := s.confirm(r.at); err != nil || s.waiting() != 0 {
				t.Errorf("%d bytes wait, %v", s.waiting(), err)
			}
		})
	}
}

// A spool of version 1 is read, from where its cursor stands, and past damage.
func TestSpoolVersion1(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/backcompat/spool-1")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(segmentFile(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	s := openTestSpool(t, dir, 1<<20)
	appendNumbered(t, s, 0, 1)
	r := s.newReader()
	defer r.close()
	if got := studies(drain(t, r)); !slices.Equal(got, []string{"2", "3", "4", "5", "none"}) {
		t.Errorf("the studies %q come", got)
	}
	const size = 505
	for i := range 6 * size {
		want := slices.Delete([]string{"0", "1", "2", "3", "4", "5"}, i/size, i/size+1)
		b := slices.Clone(whole)
		b[len(segmentMagic1)+i] ^= 1 << (i % 8)
		frames, damaged := readSegment(t, b)
		if got := studies(frames); !slices.Equal(got, want) || damaged != size {
			t.Errorf("with byte %d changed the studies %q come, want %q; %d bytes are told to be damaged", i, got, want, damaged)
		}
	}
}

// studies are those that the frames of a spool of version 1 are about.
func studies(frames []string) (all []string) {
	for _, f := range frames {
		_, id, found := strings.Cut(f, `ParticipantObjectID="study-`)
		if id, _, _ = strings.Cut(id, `"`); !found {
			id = "none"
		}
		all = append(all, id)
	}
	return all
}

// FuzzSpoolDamage damages a segment in several places: each frame that no damage met comes
// exactly once.
func FuzzSpoolDamage(f *testing.F) {
	for seed := range uint64(64) {
		f.Add(seed, uint8(1+seed%4))
	}
	f.Fuzz(func(t *testing.T, seed uint64, faults uint8) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		b := appendSegmentHeader(nil, 7)
		type extent struct{ from, to int }
		var entries []extent
		var frames []string
		for i := range 20 {
			frame := "<85>1 " + strings.Repeat("x", rnd.IntN(300)) + " " + numbered(i, i+1)[0]
			from := len(b)
			b = appendEntry(b, []byte(frame), int64(i), uint64(7+i))
			frames, entries = append(frames, frame), append(entries, extent{from, len(b)})
		}
		// Faults that leave all others where they are can be accounted for.
		met := make([]bool, len(frames))
		for range faults {
			from := rnd.IntN(len(b))
			to := min(from+1+rnd.IntN(600), len(b))
			spoilt := slices.Clone(b)
			switch rnd.IntN(4) {
			case 0:
				spoilt[from] ^= 1 << rnd.IntN(8)
			case 1:
				clear(spoilt[from:to])
			case 2:
				spoilt = spoilt[:from]
			case 3:
				at := rnd.IntN(len(b))
				copy(spoilt[at:], b[from:to])
			}
			for i, e := range entries {
				beyond := e.to > len(spoilt)
				met[i] = met[i] || beyond || !bytes.Equal(spoilt[e.from:e.to], b[e.from:e.to])
			}
			b = spoilt
			if len(b) == 0 {
				break
			}
		}
		got, _ := readSegment(t, b)
		count := map[string]int{}
		for _, frame := range got {
			count[frame]++
		}
		for i, frame := range frames {
			if !met[i] && count[frame] != 1 || count[frame] > 1 {
				t.Errorf("frame %d, met by damage: %v, comes %d times", i, met[i], count[frame])
			}
			delete(count, frame)
		}
		if len(count) > 0 {
			t.Errorf("%d frames come that were not there", len(count))
		}
	})
}

// FuzzSpool: whatever the files hold, opening and reading come to an end without a
// panic, and what is appended then is read.
func FuzzSpool(f *testing.F) {
	good := appendEntry(appendEntry(appendSegmentHeader(nil, 1), []byte("one"), 1, 1), []byte("two"), 2, 2)
	start := int64(segmentHeader)
	f.Add(good, appendCursor(nil, 1, position{1, start}))
	f.Add(good[:len(good)-1], []byte{})
	f.Add(append(slices.Clone(good), make([]byte, 40)...), appendCursor(nil, 1, position{1, 1 << 40}))
	f.Add([]byte{}, appendCursor(nil, 1, position{1 << 60, start}))
	f.Add([]byte(segmentMagic1+"\x03\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00one"), []byte{})
	f.Fuzz(func(t *testing.T, segment, cursor []byte) {
		dir := t.TempDir()
		for name, b := range map[string][]byte{"0000000000000001" + segmentSuffix: segment, cursorName: cursor} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := openSpool(dir, 1<<20, time.Now)
		if err != nil {
			t.Skip(err)
		}
		defer s.close()
		r := s.newReader()
		defer r.close()
		drain(t, r)
		if err := s.append([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if got := drain(t, r); len(got) != 1 || got[0] != "new" {
			t.Errorf("read %q", got)
		}
	})
}
