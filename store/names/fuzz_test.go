package names

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"arr/audit"
)

// sealUp gives hostile bytes the sums that a file must have, so that what stands behind
// them is read.
func sealUp(index, page []byte) []byte {
	file := append(binary.LittleEndian.AppendUint32([]byte(magic), version), page...)
	file = append(file, index...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(index)))
	return binary.LittleEndian.AppendUint32(file, checksum(index))
}

// FuzzRun reads hostile bytes as a file, as an index and as a page of values and words:
// nothing may panic, and what verify accepts must give its values and words back.
func FuzzRun(f *testing.F) {
	var keys []key
	for i := range 40 {
		keys = append(keys, appendKey(appendKey(key{byte(Person)}, audit.FieldUserID, fmt.Appendf(nil, "user%d", i)), audit.FieldUserName, []byte("Doe^John")))
	}
	c := newCodec()
	var file bytes.Buffer
	r, err := newRun(keys, 3, 9, 0, c)
	if err != nil {
		f.Fatal(err)
	}
	w := newWriter(&file, c, 3, 9, 0)
	if err := mergeRuns(f.Context(), []*run{r}, w); err != nil {
		f.Fatal(err)
	}
	if _, err := w.finish(); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes(), []byte{})
	page, err := r.read(&r.pages[0])
	if err != nil {
		f.Fatal(err)
	}
	words, err := r.read(&r.words[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page, words)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		tryRun(t, a, c)
		tryRun(t, sealUp(a, b), c)
		if len(a) > 0 && len(b) > 0 {
			tryRun(t, hostilePages(a, b), c)
		}
	})
}

// hostilePages is a file whose pages are a, of values, and b, of words.
func hostilePages(a, b []byte) []byte {
	index := []byte{0, 1, 0, 1}
	add := func(page []byte) {
		index = binary.AppendUvarint(index, uint64(len(page))<<1)
		index = binary.AppendUvarint(index, uint64(len(page)))
		index = binary.LittleEndian.AppendUint32(index, checksum(page))
	}
	add(a)
	index = append(index, 40, 1)
	add(b)
	index = append(index, 1, 0)
	return sealUp(index, append(bytes.Clone(a), b...))
}

func tryRun(t *testing.T, file []byte, c *codec) {
	r, err := readRun(bytes.NewReader(file), int64(len(file)), c)
	if err != nil {
		return
	}
	for _, q := range []Question{
		{Fields: audit.Fields(audit.FieldUserName), Text: "doe jo", Limit: 100},
		{Fields: audit.Fields(audit.FieldUserID), Text: "usr7", Similar: true, Limit: 100},
	} {
		if _, err := search(t.Context(), []*run{r}, &q); err != nil {
			continue
		}
	}
	if r.verify(context.Background()) != nil {
		return
	}
	w := newWriter(&bytes.Buffer{}, c, r.from, r.to, r.overlong)
	if err := mergeRuns(t.Context(), []*run{r}, w); err != nil {
		t.Errorf("what verify accepts can't be merged: %v", err)
	}
	if w.run.values != r.values {
		t.Errorf("%d values of %d are left", w.run.values, r.values)
	}
}
