package names

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
)

// chunk is how many values of a word stand together at most.
const chunk = 1024

// writer writes a run: all values in order, then all words, then finish.
type writer struct {
	to    io.Writer
	codec *codec // nil: pages stay as they are
	run   run
	off   int64

	page  []byte
	first []byte // of the page
	last  []byte
	count uint32 // values in the page
	err   error
}

func newWriter(to io.Writer, c *codec, from, end uint64, overlong uint8) *writer {
	w := &writer{to: to, codec: c, run: run{from: from, to: end, overlong: overlong}}
	w.write(binary.LittleEndian.AppendUint32([]byte(magic), version))
	return w
}

func (w *writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.to.Write(b)
	}
	w.off += int64(len(b))
}

// value adds a value, which must follow the one before.
func (w *writer) value(k key) {
	w.page = appendLine(w.page, w.last, k)
	w.last = append(w.last[:0], k...)
	w.count++
	w.run.values++
	if len(w.page) >= pageBytes {
		w.endValues()
	}
}

func (w *writer) endValues() {
	if w.count == 0 {
		return
	}
	p := w.endPage()
	p.first = w.count // until finish has written it
	w.run.pages = append(w.run.pages, p)
	w.count = 0
}

// word adds a word, the kind before it, and the numbers of the values that have it, in
// order.
func (w *writer) word(word []byte, ordinals []uint32) {
	w.endValues()
	for some := range slices.Chunk(ordinals, chunk) {
		if len(w.page) == 0 {
			w.first = append([]byte(nil), word...)
		}
		w.page = appendLine(w.page, w.last, word)
		w.last = append(w.last[:0], word...)
		w.page = binary.AppendUvarint(w.page, uint64(len(some)))
		next := uint32(0)
		for _, o := range some {
			w.page = binary.AppendUvarint(w.page, uint64(o-next))
			next = o + 1
		}
		if len(w.page) >= pageBytes {
			w.endWords()
		}
	}
}

func (w *writer) endWords() {
	if len(w.page) == 0 {
		return
	}
	p := w.endPage()
	p.word = w.first
	w.run.words = append(w.run.words, p)
}

// endPage writes the page.
func (w *writer) endPage() page {
	p := page{off: w.off, raw: uint32(len(w.page))}
	stored := w.page
	if w.codec != nil {
		if packed := w.codec.enc.EncodeAll(w.page, nil); len(packed) < len(w.page) {
			stored, p.packed = packed, true
		}
	}
	p.stored, p.sum = uint32(len(stored)), checksum(stored)
	w.write(stored)
	w.page, w.last = w.page[:0], w.last[:0]
	return p
}

// finish writes the index and returns how long the file is.
func (w *writer) finish() (int64, error) {
	w.endValues()
	w.endWords()
	b := binary.AppendUvarint(nil, w.run.from)
	b = binary.AppendUvarint(b, w.run.to)
	b = append(b, w.run.overlong)
	add := func(p *page) {
		n := uint64(p.stored) << 1
		if p.packed {
			n |= 1
		}
		b = binary.AppendUvarint(b, n)
		b = binary.AppendUvarint(b, uint64(p.raw))
		b = binary.LittleEndian.AppendUint32(b, p.sum)
	}
	b = binary.AppendUvarint(b, uint64(len(w.run.pages)))
	for i := range w.run.pages {
		add(&w.run.pages[i])
		b = binary.AppendUvarint(b, uint64(w.run.pages[i].first))
	}
	b = binary.AppendUvarint(b, uint64(len(w.run.words)))
	for i := range w.run.words {
		add(&w.run.words[i])
		b = binary.AppendUvarint(b, uint64(len(w.run.words[i].word)))
		b = append(b, w.run.words[i].word...)
	}
	tail := binary.LittleEndian.AppendUint32(nil, uint32(len(b)))
	tail = binary.LittleEndian.AppendUint32(tail, checksum(b))
	w.write(b)
	w.write(tail)
	return w.off, w.err
}

// newRun makes a run in memory.
func newRun(keys []key, from, to uint64, overlong uint8, c *codec) (*run, error) {
	slices.SortFunc(keys, func(a, b key) int { return bytes.Compare(a, b) })
	keys = slices.CompactFunc(keys, func(a, b key) bool { return bytes.Equal(a, b) })
	var file bytes.Buffer
	w := newWriter(&file, nil, from, to, overlong)
	for _, k := range keys {
		w.value(k)
	}
	for words := wordsOfAll(keys); len(words) > 0; {
		n := 0
		var ordinals []uint32
		for ; n < len(words) && words[n].word == words[0].word; n++ {
			ordinals = append(ordinals, words[n].value)
		}
		w.word([]byte(words[0].word), ordinals)
		words = words[n:]
	}
	size, err := w.finish()
	if err != nil {
		return nil, err
	}
	return readRun(bytes.NewReader(file.Bytes()), size, c)
}

// wordOf is a word, the kind before it, and the number of a value that has it.
type wordOf struct {
	word  string
	value uint32
}

// wordsOfAll returns the words of values in order, each with each value once.
func wordsOfAll(keys []key) (all []wordOf) {
	for i, k := range keys {
		k.eachWord(func(w []byte) { all = append(all, wordOf{string(k[:1]) + string(w), uint32(i)}) })
	}
	slices.SortFunc(all, func(a, b wordOf) int {
		if c := strings.Compare(a.word, b.word); c != 0 {
			return c
		}
		return int(a.value) - int(b.value)
	})
	return slices.Compact(all)
}
