package segment

// evaluator says which values of a column satisfy a predicate and remembers it for
// each distinct one.
type evaluator struct {
	t         texts
	satisfies func([]byte) bool
	// known has for each distinct value what is known of it, read as text and read as
	// base64.
	known [2][]uint8
	// terms, if not nil, are the terms of the column's values: only those that have
	// one of the wanted ones can satisfy.
	terms  columnTerms
	wanted []uint64
}

const (
	knownNo  = 1
	knownYes = 2
)

// sparse is the part of the block's records, one in so many, below which only the
// values of wanted records are looked at.
const sparse = 8

// narrow takes records out of near that have no value that satisfies, by looking at the
// distinct values that may, in the order in which they are stored.
func (e *evaluator) narrow(w *walker, near *Bitmap) error {
	if e.t.times != nil || e.terms == nil && near.Count() < len(w.layout.ids)/sparse {
		return nil
	}
	var some [2]bool
	for way, used := range w.ways {
		if !used {
			continue
		}
		hits, err := e.all(way)
		if err != nil {
			return err
		}
		some[way] = hits > 0
	}
	if !some[0] && !some[1] {
		*near = Bitmap{}
		return nil
	}
	for at := range near {
		from, to := w.layout.span(at, e.t.ord)
		if near[at] != 0 && !e.holds(e.t.codes[from:to]) {
			near[at] = 0
		}
	}
	return nil
}

// all learns of all distinct values whether they satisfy, and gives how many do.
func (e *evaluator) all(way int) (hits int, err error) {
	known := make([]uint8, e.t.distinct)
	e.known[way] = known
	learn := func(code int) error {
		ok, err := e.evaluate(code, way == 1)
		known[code] = knownNo
		if ok {
			known[code] = knownYes
			hits++
		}
		return err
	}
	if e.terms == nil {
		for code := range known {
			if err := learn(code); err != nil {
				return 0, err
			}
		}
		return hits, nil
	}
	for code := range known {
		known[code] = knownNo
	}
	for _, hash := range e.wanted {
		for _, pair := range e.terms.find(hash >> termShift) {
			if err := learn(int(pair & (1<<ordinalBits - 1))); err != nil {
				return 0, err
			}
		}
	}
	return hits, nil
}

// holds says whether one of codes is known to satisfy.
func (e *evaluator) holds(codes []uint32) bool {
	for _, known := range e.known {
		if known == nil {
			continue
		}
		for _, c := range codes {
			if known[c] == knownYes {
				return true
			}
		}
	}
	return false
}

func (e *evaluator) evaluate(code int, asBase64 bool) (bool, error) {
	text, err := e.t.plainOf(code, asBase64)
	return err == nil && e.satisfies(text), err
}

// any says whether one of the n values from v on satisfies.
func (e *evaluator) any(v, n int, asBase64 bool) (bool, error) {
	way := wayIndex(asBase64)
	if e.known[way] == nil {
		e.known[way] = make([]uint8, e.t.distinct)
	}
	known := e.known[way]
	for ; n > 0; v, n = v+1, n-1 {
		code := e.t.codes[v]
		if e.t.times != nil {
			// A layout is no value: many instants share it.
			text, err := e.t.plainTime(v)
			if err != nil || e.satisfies(text) {
				return err == nil, err
			}
			continue
		}
		if known[code] == 0 {
			ok, err := e.evaluate(int(code), asBase64)
			if err != nil {
				return false, err
			}
			known[code] = knownNo
			if ok {
				known[code] = knownYes
			}
		}
		if known[code] == knownYes {
			return true, nil
		}
	}
	return false, nil
}
