package parser

import (
	"bytes"
	"hash/maphash"
	"sync"

	"arr/audit"
)

// The bounds of a Cache. A hospital's senders have a few hundred skeletons; a
// hostile one has as many as it likes.
const (
	maxShapes     = 1 << 14
	maxShapeBytes = 32 << 20
)

// recentShapes is how many shapes a parser remembers without asking its cache.
const recentShapes = 256

// Cache holds shapes by skeleton for any number of parsers. The zero value is ready.
// It holds two generations: when the younger is full it becomes the elder, and what
// is not asked for again is forgotten.
type Cache struct {
	once sync.Once
	seed maphash.Seed

	mu    sync.RWMutex // guards what follows
	young map[uint64]*cached
	elder map[uint64]*cached
	bytes int // of young
}

// cached is a shape with what it takes to know it again: the classes of its slots,
// which its gaps alone need not tell.
type cached struct {
	hash    uint64
	shape   *audit.Shape
	classes []class
	// judged is nil where the frame carries no audit message.
	judged *judgement
	// wide says that the XML declaration allows characters beyond ASCII to be UTF-8.
	wide bool
}

func (c *Cache) hashSeed() maphash.Seed {
	c.once.Do(func() { c.seed = maphash.MakeSeed() })
	return c.seed
}

// get gives the shape kept under hash, nil if there is none.
func (c *Cache) get(hash uint64) *cached {
	c.mu.RLock()
	e, old := c.young[hash], false
	if e == nil {
		e = c.elder[hash]
		old = e != nil
	}
	c.mu.RUnlock()
	if old {
		c.put(e)
	}
	return e
}

// size is about what e takes in memory.
func (e *cached) size() int {
	size := 512
	for _, g := range e.shape.Gaps {
		size += 2 * len(g)
	}
	size += 96 * len(e.shape.Slots)
	if j := e.judged; j != nil {
		size += 512*(len(j.faults)+len(j.rules)) + 256*len(j.values)
	}
	return size
}

// put keeps e under its hash, in place of what was kept there.
func (c *Cache) put(e *cached) {
	size := e.size()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || len(c.young) >= maxShapes/2 || c.bytes+size > maxShapeBytes/2 {
		c.young, c.elder, c.bytes = make(map[uint64]*cached), c.young, 0
	}
	c.young[e.hash] = e
	c.bytes += size
}

// shape gives the shape of the frame in the cutter and its judgement: those known, else
// new ones, nil if the skeleton is too large to share. again says that this parser met the
// shape lately.
func (p *Parser) shape() (known *cached, again bool) {
	c := &p.cutter
	if c.large || c.size+len(c.frame)-c.gap > maxSkeleton {
		return nil, false
	}
	hash := c.hash(p.seed)
	at := &p.recent[hash%recentShapes]
	if e := *at; e != nil && e.hash == hash && c.matches(e) {
		return e, true
	}
	e := p.cache.get(hash)
	if e == nil || !c.matches(e) {
		e = &cached{hash: hash, shape: p.build(), classes: make([]class, len(c.cuts))}
		for i := range c.cuts {
			e.classes[i] = c.cuts[i].class
		}
		if c.audit {
			e.wide = isUTF8Name(p.scanner.Encoding())
			e.judged = p.judgeShape(e.shape)
		}
		p.cache.put(e)
	}
	*at = e
	return e, false
}

// matches says whether the frame in the cutter has the skeleton of e.
func (c *cutter) matches(e *cached) bool {
	if len(e.classes) != len(c.cuts) {
		return false
	}
	for i := range c.cuts {
		t, slot := &c.cuts[i], &e.shape.Slots[i]
		if e.classes[i] != t.class || (slot.Joint != nil) != (t.joint.end > 0) ||
			!bytes.Equal(e.shape.Gaps[i], t.gap.of(c.frame)) ||
			!bytes.Equal(slot.Joint, t.joint.of(c.frame)) {
			return false
		}
	}
	return bytes.Equal(e.shape.Gaps[len(c.cuts)], c.frame[c.gap:])
}
