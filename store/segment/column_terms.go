package segment

import (
	"slices"

	"arr/query"
)

// columnTerms are the terms of a column's distinct values, rising, each shifted left by
// ordinalBits, with the number of its value.
type columnTerms []uint64

// find gives the pairs of a term.
func (t columnTerms) find(term uint64) columnTerms {
	from, _ := slices.BinarySearch(t, term<<ordinalBits)
	to, _ := slices.BinarySearch(t, (term+1)<<ordinalBits)
	return t[from:to]
}

// any says whether one of terms is among t.
func (t columnTerms) any(terms []uint64) bool {
	return slices.ContainsFunc(terms, func(hash uint64) bool { return len(t.find(hash>>termShift)) > 0 })
}

// terms computes the terms of a column that is not one of times, through the cache: so
// that looking for one id does not compare it with all others again and again.
func (c *column) terms(l *layout) (columnTerms, error) {
	k := c.block.key(cachedColumnTerms)
	k.column = uint8(c.ord)
	return cached(c.block.seg.cache, k, func() (columnTerms, int, error) {
		all := columnTerms{}
		t := &texts{column: c}
		for _, m := range meanings(&l.rows, c.ord, query.Indexed) {
			for i := range c.distinct {
				text, err := t.plainOf(i, m.base64)
				if err != nil {
					return nil, 0, err
				}
				query.Forms(m.fields, text, func(form []byte) {
					all = append(all, query.Hash(form)>>termShift<<ordinalBits|uint64(i))
				})
			}
		}
		slices.Sort(all)
		return slices.Compact(all), 8 * len(all), nil
	})
}
