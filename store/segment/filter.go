package segment

// The word filter of a block is a Bloom filter in lines of 512 bits, filterBits bits
// for each distinct word: a word's bits are all in one line, so that asking costs one
// page. It is not compressed, its bits are as good as random.
const (
	filterBits   = 10
	filterProbes = 6
	filterLine   = 64 // bytes
	filterPage   = 4 << 10
)

// buildFilter gives the filter of the words, lines one after the other.
func buildFilter(words *hashSet, buf []byte) []byte {
	lines := (words.n*filterBits + filterLine*8 - 1) / (filterLine * 8)
	size := lines * filterLine
	if cap(buf) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	clear(buf)
	words.each(func(h uint64) {
		line := buf[filterPlace(h, lines):][:filterLine]
		for bits := filterSeed(h); bits != 1; bits >>= 9 {
			line[bits>>3&63] |= 1 << (bits & 7)
		}
	})
	return buf
}

// filterPlace is where in the filter a word's line begins: the upper half of the hash
// times the number of lines, over 2^32.
func filterPlace(h uint64, lines int) int {
	return int(h>>32*uint64(lines)>>32) * filterLine
}

// filterSeed has the places of a word's bits in its line, 9 bits each from the lowest,
// behind which stands a 1: the upper 54 bits of the hash times an odd number, so that
// they differ for words of one line.
func filterSeed(h uint64) uint64 {
	return h*0x9e3779b97f4a7c15>>(64-9*filterProbes) | 1<<(9*filterProbes)
}

// lineHolds says whether a word's bits are all set in its line.
func lineHolds(line []byte, h uint64) bool {
	for bits := filterSeed(h); bits != 1; bits >>= 9 {
		if line[bits>>3&63]>>(bits&7)&1 == 0 {
			return false
		}
	}
	return true
}

// MayHoldWord says whether a value with FieldText may hold the word with this hash (see
// query.Words): false is certain, true is wrong for about one word in eighty.
func (b *Block) MayHoldWord(hash uint64) (bool, error) {
	d, err := b.directory()
	if err != nil || d.filterLines == 0 {
		return false, err
	}
	at := filterPlace(hash, d.filterLines)
	k := b.key(cachedFilter)
	k.page = uint32(at / filterPage)
	page, err := cached(b.seg.cache, k, func() ([]byte, int, error) {
		raw, err := d.pages.page(int(d.filter.at) + at/filterPage)
		return raw, len(raw), err
	})
	if err != nil {
		return false, err
	}
	return lineHolds(page[at%filterPage:][:filterLine], hash), nil
}
