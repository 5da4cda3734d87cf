package store

import (
	"context"
	"log/slog"
	"slices"

	"arr/audit"
	"arr/query"
	"arr/store/names"
	"arr/store/segment"
)

// maxExpansion is the most values of the index of names that rule blocks out: looking up more
// would cost more than it saves.
const maxExpansion = 50

// expansion is what the index of names tells of a leaf that asks for the beginning of a value
// or for a similar one: a record below position that satisfies the leaf has one of the
// alternatives.
type expansion struct {
	position     uint64
	alternatives []alternative
}

// alternative is one value of the index as the indexes know it: by the term of its
// id, or where it has none by the words of its text.
type alternative struct{ terms, words []uint64 }

// expand asks the index of names for the values that satisfy e's leaves. A leaf that it does
// not answer for, or not completely, is left to the columns.
func (s *Store) expand(ctx context.Context, e query.Expr, found map[*query.Leaf]*expansion) {
	switch e := e.(type) {
	case *query.And:
		for _, c := range e.Of {
			s.expand(ctx, c, found)
		}
	case *query.Or:
		for _, c := range e.Of {
			s.expand(ctx, c, found)
		}
	case *query.Leaf:
		if e.Prefix+e.Fuzzy == "" || len(e.Terms) > 0 || s.names == nil || !names.Covers(e.Fields) {
			return
		}
		a, err := s.names.Search(ctx, names.Question{Fields: e.Fields, Text: e.Prefix + e.Fuzzy, Similar: e.Fuzzy != "", Limit: maxExpansion})
		if err != nil {
			s.log.Warn("the index of names can't be asked: looking at every record instead", slog.Any("error", err))
			return
		}
		if a.Complete {
			found[e] = newExpansion(&a, e)
		}
	}
}

func newExpansion(a *names.Answer, leaf *query.Leaf) *expansion {
	x := &expansion{position: a.Position}
	fields := names.RememberedAs(leaf.Fields)
	for _, h := range a.Hits {
		// The index gives more than what satisfies: names that only begin so, or people
		// whose id is spelt as the name that is asked for.
		if !slices.ContainsFunc(h.Values, func(v audit.FieldValue) bool { return v.Fields&fields != 0 && leaf.Match([]byte(v.Value)) }) {
			continue
		}
		var alt alternative
		for _, v := range h.Values {
			query.Forms(v.Fields, []byte(v.Value), func(form []byte) {
				alt.terms = append(alt.terms, query.Hash(form))
			})
			if v.Fields&audit.Fields(audit.FieldHostname) == 0 {
				query.Words([]byte(v.Value), func(w []byte) { alt.words = append(alt.words, query.Hash(w)) })
			}
		}
		x.alternatives = append(x.alternatives, alt)
	}
	return x
}

// blocks gives, for each alternative that has terms, the blocks of seg that hold one.
func (x *expansion) blocks(seg *segment.Segment) (map[int]bool, error) {
	blocks := map[int]bool{}
	for i := range x.alternatives {
		if err := addTermBlocks(blocks, seg, x.alternatives[i].terms); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// mayHold says whether b, which is not in blocks, may hold an alternative without terms.
func (x *expansion) mayHold(b *segment.Block) (bool, error) {
	for i := range x.alternatives {
		if alt := &x.alternatives[i]; len(alt.terms) == 0 {
			if may, err := mayHoldWords(b, alt.words); may || err != nil {
				return may, err
			}
		}
	}
	return false, nil
}

// addTermBlocks adds the blocks of seg that may hold one of terms.
func addTermBlocks(blocks map[int]bool, seg *segment.Segment, terms []uint64) error {
	var ordinals []int
	for _, t := range terms {
		var err error
		if ordinals, err = seg.TermBlocks(t, ordinals[:0]); err != nil {
			return err
		}
		for _, o := range ordinals {
			blocks[o] = true
		}
	}
	return nil
}

func mayHoldWords(b *segment.Block, words []uint64) (bool, error) {
	for _, w := range words {
		if may, err := b.MayHoldWord(w); !may || err != nil {
			return false, err
		}
	}
	return true, nil
}
