package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"arr/audit"
)

func TestSplitTime(t *testing.T) {
	cases := []struct{ text, layout string }{
		{"2026-11-23T15:00:00Z", "T0Z"},
		{"2026-11-23T15:00:00", "T0"},
		{"2026-11-23T15:00:00.5+01:00", "T1+01:00"},
		{"2024-02-29T00:00:00.123456-23:59", "T6-23:59"},
		{"1969-12-31T23:59:59.999999Z", "T6Z"},
		{"0000-01-01T00:00:00.1234567Z", "T77Z"},
		{"9999-12-31T23:59:59.123456789", "T9789"},
		{"2026-11-23T15:00:00.", "=2026-11-23T15:00:00."},
		{"2026-11-23T15:00:00.1234567890Z", "=2026-11-23T15:00:00.1234567890Z"},
		{"2023-02-29T00:00:00Z", "=2023-02-29T00:00:00Z"},
		{"2026-11-23T24:00:00Z", "=2026-11-23T24:00:00Z"},
		{"2026-11-23T15:00:60Z", "=2026-11-23T15:00:60Z"},
		{"2026-11-23 15:00:00Z", "=2026-11-23 15:00:00Z"},
		{"2026-11-23T15:00:00z", "=2026-11-23T15:00:00z"},
		{"20:6-11-23T15:00:00Z", "=20:6-11-23T15:00:00Z"},
		{"", "="},
	}
	for _, c := range cases {
		layout, us := splitTime(nil, []byte(c.text))
		if string(layout) != c.layout {
			t.Errorf("%s has layout %q, want %q", c.text, layout, c.layout)
		}
		if back := joinTime(nil, layout, us); string(back) != c.text {
			t.Errorf("%s came back as %s", c.text, back)
		}
	}
}

func FuzzSplitTime(f *testing.F) {
	f.Add("2026-11-23T15:00:00.5+01:00")
	f.Add("2026-11-23T15:00:00.123456789")
	f.Add("0000-01-01T00:00:00+99:99")
	f.Add("9999-12-31T23:59:59-99:99")
	f.Fuzz(func(t *testing.T, text string) {
		layout, us := splitTime(nil, []byte(text))
		back := joinTime(nil, layout, us)
		if string(back) != text {
			t.Errorf("%q came back as %q", text, back)
		}
	})
}

func TestSymbols(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := rnd.IntN(300)
		parent, codes := make([]uint32, n), make([]uint32, n)
		var pair []int32
		next, nextParent := uint32(0), uint32(0)
		for i := range n {
			codes[i], parent[i] = rnd.Uint32N(next+1), rnd.Uint32N(nextParent+1)
			next, nextParent = max(next, codes[i]+1), max(nextParent, parent[i]+1)
			pair = append(pair, rnd.Int32N(int32(n)+1)-1)
		}
		if rnd.IntN(4) == 0 {
			pair = nil
		}
		syms := symbols(nil, codes, parent, pair, make([]uint32, nextParent))
		if !codesOf(syms, parent, pair, make([]uint32, nextParent), int(next)) || !slices.Equal(syms, codes) {
			t.Fatalf("codes %v came back as %v", codes, syms)
		}
	}
}

func TestAffixes(t *testing.T) {
	values := [][]byte{nil, []byte("a"), []byte("aa"), []byte("aaa"), bytes.Repeat([]byte("x"), 600), bytes.Repeat([]byte("x"), 601), []byte("xy")}
	var w textWriter
	w.share(values, []int{3, len(values)})
	for i, v := range values {
		p, s := int(w.prefix[i]), int(w.suffix[i])
		if i == 0 || i == 3 {
			if p+s != 0 {
				t.Errorf("value %d begins a page and shares %d and %d bytes", i, p, s)
			}
			continue
		}
		before := values[i-1]
		if p > maxAffix || s > maxAffix || p+s > min(len(v), len(before)) || !bytes.Equal(v[:p], before[:p]) || !bytes.HasSuffix(before, v[len(v)-s:]) {
			t.Errorf("value %d shares %d and %d bytes", i, p, s)
		}
	}
}

// TestTermPages writes terms that occur in many blocks, near and far from each other, and
// reads them back.
func TestTermPages(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	const blocks = 5000
	var pairs []uint64
	for k := range 3000 {
		term := rnd.Uint64() >> termShift
		switch k {
		case 0:
			term = 0
		case 1:
			term = 1<<termBits - 1
		}
		every := 1
		if k > 3 {
			every = 1 + rnd.IntN(blocks)
		}
		for o := rnd.IntN(every); o < blocks; o += every {
			pairs = append(pairs, term<<ordinalBits|uint64(o))
		}
	}
	slices.Sort(pairs)
	pairs = slices.Compact(pairs)
	sources := []termSource{&pairSource{pairs: pairs[:len(pairs)/3]}, &pairSource{pairs: pairs[len(pairs)/3:]}, &pairSource{}}
	w := newTermWriter(sources, blocks)
	var pages [][]byte
	size := 0
	err := w.run(sources, func(p []byte) error {
		pages = append(pages, bytes.Clone(p))
		size += len(p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var index termIndex
	if !index.parse(w.table(), &section{off: 16, len: uint64(size)}) || index.pairs != uint64(len(pairs)) {
		t.Fatalf("page table can't be read, or says %d pairs of %d", index.pairs, len(pairs))
	}
	var got []uint64
	for i, p := range pages {
		if len(p) > maxTermPage {
			t.Errorf("page %d has %d bytes", i, len(p))
		}
		r := newTermReader(&index, p, i)
		for r.group() {
			for _, o := range r.ordinals {
				got = append(got, r.term<<ordinalBits|o)
			}
		}
		if r.bits.bad {
			t.Fatalf("page %d can't be read", i)
		}
	}
	if !slices.Equal(got, pairs) {
		t.Errorf("%d pairs came back of %d", len(got), len(pairs))
	}
}

func TestHashSet(t *testing.T) {
	var s hashSet
	rnd := rand.New(rand.NewPCG(5, 6))
	want := map[uint64]bool{}
	for range 5000 {
		h := rnd.Uint64N(3000)
		s.add(h)
		want[h] = true
	}
	n := 0
	s.each(func(h uint64) {
		n++
		if !want[h] {
			t.Errorf("%d was never added", h)
		}
	})
	if n != len(want) || s.n != n {
		t.Errorf("%d hashes, counted %d, want %d", n, s.n, len(want))
	}
	s.reset()
	if s.each(func(uint64) { t.Error("a hash is left") }); s.n != 0 {
		t.Error("hashes are counted in an empty set")
	}
}

func TestCacheKeepsItsBound(t *testing.T) {
	const bound = 1 << 20
	c := NewCache(bound)
	for i := range 5000 {
		k := cacheKey{segment: uint64(i % 7), block: int32(i), kind: cachedPage}
		c.put(k, make([]byte, 1000), 1000)
		if _, ok := c.get(k); !ok {
			t.Fatal("what was put last is not there")
		}
	}
	total := func() (used int64, n int) {
		for i := range c.shards {
			used, n = used+c.shards[i].used, n+len(c.shards[i].entries)
		}
		return used, n
	}
	if used, n := total(); used > bound || n < 500 {
		t.Errorf("%d bytes in %d entries, bound %d", used, n, bound)
	}
	c.put(cacheKey{block: -7}, nil, bound)
	if _, ok := c.get(cacheKey{block: -7}); ok {
		t.Error("an entry as large as the cache was kept")
	}
	for s := range uint64(7) {
		c.drop(s)
	}
	if used, n := total(); used != 0 || n != 0 {
		t.Errorf("%d bytes in %d entries are left", used, n)
	}
}

func TestBitmap(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 4095, 4096} {
		var b Bitmap
		b.Fill(n)
		if b.Count() != n || b.Next(n) != -1 || b.Empty() != (n == 0) {
			t.Errorf("filled with %d: %d records, next %d", n, b.Count(), b.Next(n))
		}
		if n > 0 && (b.Next(n-1) != n-1 || !b.Has(n-1)) {
			t.Errorf("filled with %d: record %d is not there", n, n-1)
		}
	}
	var a, b Bitmap
	a.Set(3)
	a.Set(4000)
	b.Set(4000)
	or, and, not := a, a, a
	or.Or(&b)
	and.And(&b)
	not.AndNot(&b)
	if or != a || and != b || not.Count() != 1 || not.Next(0) != 3 {
		t.Error("or, and, and not are wrong")
	}
}

// TestShapesAreBounded in bytes, however many a hostile sender makes, and a block's layout
// counts those that only it has.
func TestShapesAreBounded(t *testing.T) {
	s := NewShapes(func(*audit.Shape) {})
	const slots = 60
	l := &layout{}
	for i := range 8000 {
		shape := &audit.Shape{Gaps: make([][]byte, slots+1), Slots: make([]audit.Slot, slots)}
		for k := range shape.Gaps {
			shape.Gaps[k] = fmt.Appendf(nil, "<e%d_%d>", i, k)
		}
		for k := range shape.Slots {
			shape.Slots[k].Column = audit.Column(1 + k%4)
		}
		binary.BigEndian.PutUint32(shape.Key[:], uint32(i+1))
		l.forms = append(l.forms, s.form(shape))
		held := 0
		for _, f := range s.forms {
			held += f.size
		}
		if i%500 == 0 && held > maxShapeBytes+formBytes+slots*(formSlotBytes+20) {
			t.Fatalf("%d shapes of %d bytes are kept", len(s.forms), held)
		}
	}
	if n := len(s.forms); n > 4000 {
		t.Errorf("%d shapes are kept", n)
	}
	if got := l.ownForms(); got < 7000*slots*formSlotBytes {
		t.Errorf("a block of 8,000 forms says that it holds %d bytes of them", got)
	}
	l.forms = l.forms[:sharedForms]
	if got := l.ownForms(); got != 0 {
		t.Errorf("a block of a hospital's forms says that it holds %d bytes of them", got)
	}
}

// TestShapesAreDescribedAside: while a shape is described, whoever asks for another goes on,
// and whoever asks for the same gets one form with it.
func TestShapesAreDescribedAside(t *testing.T) {
	slow, known := &audit.Shape{Gaps: [][]byte{[]byte("slow")}, Key: [16]byte{1}}, &audit.Shape{Gaps: [][]byte{[]byte("known")}, Key: [16]byte{2}}
	begun, release := make(chan bool, 2), make(chan bool)
	s := NewShapes(func(shape *audit.Shape) {
		if shape.Key == slow.Key {
			begun <- true
			<-release
		}
	})
	s.form(known)
	found := make(chan *form, 2)
	for range 2 {
		go func() { found <- s.form(slow) }()
		<-begun
	}
	if s.form(known) == nil {
		t.Error("a known shape has no form")
	}
	close(release)
	if a, b := <-found, <-found; a != b {
		t.Error("one shape has two forms")
	}
}
