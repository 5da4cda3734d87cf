package segment_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// mixed gives records of realistic traffic with the corpus among them where it is
// there, all of known metadata.
func mixed(t *testing.T) []*audit.Record {
	t.Helper()
	var entries []audit.Entry
	for _, r := range generated(0, 1500) {
		entries = append(entries, r.Entry)
	}
	for _, frames := range edgeFrames {
		for _, f := range frames {
			entries = append(entries, audit.Entry{Frame: f, Transport: audit.TransportUDP, Received: entries[0].Received})
		}
	}
	// Every second sample is enough: their records are slow to ask one by one.
	t.Run("corpus", func(t *testing.T) {
		for i, e := range corpus(t) {
			if i%2 == 0 {
				entries = append(entries, e)
			}
		}
	})
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return parsed(0, entries)
}

// vocabulary gives some values of each field.
func vocabulary(records []*audit.Record) map[audit.Field][]string {
	values := map[audit.Field][]string{}
	for _, r := range records {
		r.Each(^audit.Numeric, func(fields audit.FieldSet, v []byte) bool {
			for f := audit.Field(0); f < audit.NumFields; f++ {
				if fields.Has(f) && len(v) < 200 {
					values[f] = append(values[f], string(v))
				}
			}
			return true
		})
	}
	return values
}

// randomLeaf makes a condition on random fields.
func randomLeaf(rnd *rand.Rand, values map[audit.Field][]string) *query.Leaf {
	fields := slices.Sorted(maps.Keys(values))
	leaf := &query.Leaf{}
	var like string
	for range 1 + rnd.IntN(3) {
		f := fields[rnd.IntN(len(fields))]
		leaf.Fields |= audit.Fields(f)
		like = values[f][rnd.IntN(len(values[f]))]
	}
	switch rnd.IntN(4) {
	case 0:
		// Any value does.
	case 1:
		part := []byte(like[:len(like)/2])
		leaf.Match = func(v []byte) bool { return bytes.Contains(v, part) }
	case 2:
		leaf.Match = func(v []byte) bool { return len(v)%7 == len(like)%7 }
	default:
		leaf.Match = func(v []byte) bool { return string(v) == like }
		if leaf.Fields&^query.Indexed == 0 {
			query.Forms(leaf.Fields, []byte(like), func(f []byte) { leaf.Terms = append(leaf.Terms, query.Hash(f)) })
		}
	}
	return leaf
}

// holds says whether a record satisfies a leaf, one value after the other.
func holds(leaf *query.Leaf, r *audit.Record) (ok bool) {
	r.Each(leaf.Fields, func(_ audit.FieldSet, v []byte) bool {
		ok = leaf.Match == nil || leaf.Match(v)
		return !ok
	})
	return ok
}

func randomSelection(rnd *rand.Rand) *segment.Bitmap {
	var sel segment.Bitmap
	switch rnd.IntN(4) {
	case 0:
		return nil
	case 1:
		for range rnd.IntN(60) {
			sel.Set(rnd.IntN(segment.MaxRecords))
		}
	default:
		for w := range sel {
			sel[w] = rnd.Uint64()
		}
	}
	return &sel
}

func TestMatchModel(t *testing.T) {
	t.Parallel()
	records := mixed(t)
	path, _ := write(t, records, 1000)
	s := open(t, path, options(1<<20))
	values := vocabulary(records)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		leaf := randomLeaf(rnd, values)
		b := s.Blocks()[rnd.IntN(len(s.Blocks()))]
		sel := randomSelection(rnd)
		var out segment.Bitmap
		out.Set(5)
		if err := b.Match(leaf, sel, &out); err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			want := (sel == nil || sel.Has(i)) && holds(leaf, records[b.First()+uint64(i)])
			if out.Has(i) != want {
				t.Fatalf("fields %b, record %d: matched %v, want %v", leaf.Fields, b.First()+uint64(i), out.Has(i), want)
			}
		}
		if out.Next(b.Len()) >= 0 {
			t.Fatal("a record matched that the block does not have")
		}
	}
}

func TestMatchNumbers(t *testing.T) {
	t.Parallel()
	records := mixed(t)
	path, _ := write(t, records, 1000)
	s := open(t, path, options(1<<20))
	of := map[audit.Field]func(*audit.Record) int64{
		audit.FieldTime:     func(r *audit.Record) int64 { return r.Time },
		audit.FieldReceived: func(r *audit.Record) int64 { return r.Received },
		audit.FieldNumber:   func(r *audit.Record) int64 { return int64(r.Number) },
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		f := []audit.Field{audit.FieldTime, audit.FieldReceived, audit.FieldNumber}[rnd.IntN(3)]
		leaf := &query.Leaf{Fields: audit.Fields(f)}
		leaf.Lo, leaf.Hi = of[f](records[rnd.IntN(len(records))]), of[f](records[rnd.IntN(len(records))])
		for _, b := range s.Blocks() {
			sel := randomSelection(rnd)
			var out segment.Bitmap
			if err := b.Match(leaf, sel, &out); err != nil {
				t.Fatal(err)
			}
			for i := range b.Len() {
				v := of[f](records[b.First()+uint64(i)])
				if want := (sel == nil || sel.Has(i)) && v >= leaf.Lo && v <= leaf.Hi; out.Has(i) != want {
					t.Fatalf("field %d, value %d in %d to %d: %v", f, v, leaf.Lo, leaf.Hi, out.Has(i))
				}
			}
		}
	}
}

// labelsByLength gives two labels a value, some of which are those of other values.
func labelsByLength(f audit.Field, v []byte, yield func([]byte)) {
	yield(v[:len(v)/2])
	yield([]byte{byte(f), byte(len(v))})
}

func TestGroupModel(t *testing.T) {
	t.Parallel()
	records := mixed(t)
	path, _ := write(t, records, 1000)
	s := open(t, path, options(1<<20))
	rnd := rand.New(rand.NewPCG(7, 8))
	for k := range 120 {
		fields := audit.Fields(audit.Field(rnd.IntN(50)), audit.Field(rnd.IntN(50)))
		if k%10 == 0 {
			fields = audit.Fields(audit.FieldUserID, audit.FieldPatientID, audit.FieldEvent, audit.FieldFinding, audit.FieldPeer)
		}
		labels := labelsByLength
		if k%2 == 0 {
			labels = nil
		}
		b := s.Blocks()[rnd.IntN(len(s.Blocks()))]
		sel := randomSelection(rnd)
		got, want := map[string]int64{}, map[string]int64{}
		err := b.Group(fields, labels, sel, func(l []byte, n int64) {
			if _, twice := got[string(l)]; twice {
				t.Errorf("label %q came twice", l)
			}
			got[string(l)] = n
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			if sel == nil || sel.Has(i) {
				count(want, records[b.First()+uint64(i)], fields, labels)
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("fields %b: %d labels, want %d", fields, len(got), len(want))
		}
	}
}

// count counts a record once for each of its labels.
func count(counts map[string]int64, r *audit.Record, fields audit.FieldSet, labels func(audit.Field, []byte, func([]byte))) {
	seen := map[string]bool{}
	r.Each(fields&^audit.Numeric, func(is audit.FieldSet, v []byte) bool {
		if labels == nil {
			seen[string(v)] = true
			return true
		}
		for is != 0 {
			f := is.First()
			is &^= audit.Fields(f)
			labels(f, v, func(l []byte) { seen[string(l)] = true })
		}
		return true
	})
	for l := range seen {
		counts[l]++
	}
}

// TestIndexes checks that no term and no word of any record is missing, and that the
// indexes rule out most of what does not occur.
func TestIndexes(t *testing.T) {
	t.Parallel()
	records := mixed(t)
	path, info := write(t, records, 1000)
	s := open(t, path, options(1<<20))
	type place struct {
		block uint64
		hash  uint64
	}
	terms, words := map[place]bool{}, map[place]bool{}
	for _, r := range records {
		b := s.Blocks()[r.Number/1000]
		r.Each(query.Indexed|audit.Fields(audit.FieldText), func(fields audit.FieldSet, v []byte) bool {
			query.Forms(fields, v, func(f []byte) {
				at := place{r.Number / 1000, query.Hash(f)}
				// One in sixteen is enough: there are tens of thousands.
				if terms[at] || at.hash%16 > 0 {
					return
				}
				terms[at] = true
				blocks, err := s.TermBlocks(at.hash, nil)
				if err != nil || !slices.Contains(blocks, b.Ordinal()) || !slices.IsSorted(blocks) {
					t.Fatalf("record %d: a term is not in the index: %v, %v", r.Number, blocks, err)
				}
			})
			if fields.Has(audit.FieldText) && len(v) < 1000 {
				query.Words(v, func(w []byte) {
					at := place{r.Number / 1000, query.Hash(w)}
					if words[at] {
						return
					}
					words[at] = true
					if ok, err := b.MayHoldWord(at.hash); !ok || err != nil {
						t.Fatalf("record %d: a word is not in the filter: %v", r.Number, err)
					}
				})
			}
			return true
		})
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	wrongTerms, wrongWords := 0, 0
	for range 3000 {
		h := rnd.Uint64()
		blocks, err := s.TermBlocks(h, nil)
		if err != nil {
			t.Fatal(err)
		}
		wrongTerms += len(blocks)
		if ok, err := s.Blocks()[0].MayHoldWord(h); err != nil {
			t.Fatal(err)
		} else if ok {
			wrongWords++
		}
	}
	if wrongTerms > 1 || wrongWords > 90 {
		t.Errorf("of 3,000 hashes %d seemed to be terms, %d words of a block; there are %d terms", wrongTerms, wrongWords, info.Terms)
	}
}
