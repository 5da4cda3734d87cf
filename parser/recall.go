package parser

import (
	"bytes"
	"slices"

	"arr/audit"
	"arr/scan"
)

// A frame whose skeleton was met before need not be scanned to be cut: where all its
// gaps stand as they did then, and between them values without fault, a scanner finds the
// same tokens. skeletons is a tree of the gaps of skeletons that were met again lately; a
// path from its root to a leaf is one skeleton. It belongs to one Parser; the zero value
// is empty.
//
// Skeletons with repeated slots are not in it, nor those with findings of the scanner's:
// their frames are scanned each time.
type skeletons struct {
	root  node
	edges int
	bytes int // of the shapes whose gaps the edges are
}

// maxEdges and maxTreeBytes bound the tree, maxBranches a node. What outgrows them begins
// anew with an empty tree, since what is of use returns at once.
const (
	maxEdges     = 1 << 13
	maxTreeBytes = 4 << 20
	maxBranches  = 32
)

// node is a place behind a value, or the frame's start.
type node struct{ edges []edge }

// edge is a gap that may follow. A longer one stands before a shorter one, since that
// may be its beginning.
type edge struct {
	gap []byte
	// class and quote are of the value behind the gap: quote is what ends an attribute's
	// value, < for text.
	class class
	quote byte
	to    *node
	// known is the skeleton that ends with this gap, and to then nil.
	known *cached
}

// follow gives the edge whose gap rest begins with, or is.
func (n *node) follow(rest []byte) *edge {
	for i := range n.edges {
		e := &n.edges[i]
		if bytes.HasPrefix(rest, e.gap) && (e.known == nil || len(rest) == len(e.gap)) {
			return e
		}
	}
	return nil
}

// recall finds the skeleton of the frame in the cutter, whose header is cut, and appends
// its values to spans. known is nil where the frame must be scanned; event is the place of
// the first event time. s reads the values.
func (t *skeletons) recall(c *cutter, s *scan.Scanner, spans []audit.Span) (known *cached, event span, values []audit.Span) {
	n := &t.root
	for i := range c.cuts {
		e := n.edge(c.cuts[i].gap.of(c.frame), c.cuts[i].class)
		if e == nil {
			return nil, span{}, spans
		}
		n = e.to
		spans = append(spans, spanOf(c.values[i]))
	}
	s.ResetValues(c.frame)
	for p := c.gap; ; {
		e := n.follow(c.frame[p:])
		if e == nil {
			return nil, span{}, spans
		}
		if e.known != nil {
			if len(s.Faults) > 0 || s.Wide() && !e.known.wide {
				return nil, span{}, spans
			}
			return e.known, event, spans
		}
		value := span{off: p + len(e.gap)}
		if value.end = e.end(s, value.off, c.frame); value.end < 0 {
			return nil, span{}, spans
		}
		if e.class == eventTime && event.end == 0 {
			event = value
		}
		spans = append(spans, spanOf(value))
		p, n = value.end, e.to
	}
}

// end gives where the value behind the gap ends that begins at p. It is -1 where that is
// for a scan to say.
func (e *edge) end(s *scan.Scanner, p int, frame []byte) int {
	if e.quote != '<' {
		return s.Value(p, e.quote)
	}
	end := s.Run(p)
	if end < 0 || padding(frame[end-1]) || mayBeEscape(frame[p]) {
		return -1
	}
	return end
}

// mayBeEscape says whether a text that begins with c may begin with a relay's escape.
func mayBeEscape(c byte) bool { return c == '#' || c == '\\' }

// learn adds a skeleton, unless the ends of its values are not certain.
func (t *skeletons) learn(known *cached) {
	if known.shape.Repeats > 0 {
		return
	}
	gaps := known.shape.Gaps
	for i, k := range known.classes {
		if !isHeader(k) && quoteOf(gaps[i], gaps[i+1]) == 0 {
			return
		}
	}
	n := &t.root
	for i, k := range known.classes {
		e := n.edge(gaps[i], k)
		if e == nil {
			e = t.add(n, edge{gap: gaps[i], class: k, quote: quoteOf(gaps[i], gaps[i+1]), to: &node{}})
			if e == nil {
				return
			}
		}
		n = e.to
	}
	last := gaps[len(known.classes)]
	if e := n.edge(last, fixed); e != nil {
		e.known = known
		return
	}
	if t.add(n, edge{gap: last, known: known}) != nil {
		t.bytes += known.size()
	}
}

// edge gives the edge of a gap before a value of class k; with fixed, the one that ends
// a skeleton.
func (n *node) edge(gap []byte, k class) *edge {
	for i := range n.edges {
		if e := &n.edges[i]; e.class == k && bytes.Equal(e.gap, gap) {
			return e
		}
	}
	return nil
}

// add gives n another edge. It is nil where that would be one too many: then the tree is
// empty.
func (t *skeletons) add(n *node, e edge) *edge {
	if t.edges == maxEdges || t.bytes > maxTreeBytes || len(n.edges) == maxBranches {
		*t = skeletons{}
		return nil
	}
	t.edges++
	at := 0
	for at < len(n.edges) && len(n.edges[at].gap) > len(e.gap) {
		at++
	}
	n.edges = slices.Insert(n.edges, at, e)
	return &n.edges[at]
}

// isHeader says whether a value is cut out of the syslog header.
func isHeader(k class) bool { return k >= headerTimestamp && k <= headerStructured }

// quoteOf gives what ends a value that stands between two gaps: the quote of an
// attribute's value or the < behind a text, 0 where neither is certain.
func quoteOf(before, behind []byte) byte {
	if len(before) == 0 || len(behind) == 0 {
		return 0
	}
	open, end := before[len(before)-1], behind[0]
	switch {
	case end == '<' && open != '"' && open != '\'':
		return end
	case (end == '"' || end == '\'') && open == end:
		return end
	}
	return 0
}
