package segment

import (
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// cacheShards is how many locks share the cache's load.
const cacheShards = 16

// Cache keeps decoded pages, codes and skeletons of any number of segments, the most
// recently used ones, and the decompressor that made them. It is safe for concurrent
// use.
type Cache struct {
	zstd *zstd.Decoder
	// segments numbers the segments that use the cache, so that keys of different
	// files differ.
	segments atomic.Uint64
	shards   [cacheShards]cacheShard
	// groupers are buffers of calls of Group.
	groupers sync.Pool
}

// NewCache makes a cache that holds about max bytes. What is being used is held by
// its users beyond that.
func NewCache(max int64) *Cache {
	// The options are constants that the library accepts, so there is no error.
	z, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true),
		zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(maxPage), zstd.WithDecoderMaxMemory(maxPage))
	c := &Cache{zstd: z}
	for i := range c.shards {
		c.shards[i].max = max / cacheShards
		c.shards[i].entries = map[cacheKey]*cacheEntry{}
	}
	return c
}

// The kinds of what is cached.
const (
	cachedDirectory = iota
	cachedLayout
	cachedColumn
	cachedPage
	cachedShared
	cachedFilter
	cachedTimes
	cachedReceived
	cachedArrivals
	cachedJudgements
	cachedTerms
	cachedColumnTerms
)

// cacheKey names one decoded thing: of which segment and block, of what kind, and
// which of that kind.
type cacheKey struct {
	segment uint64
	block   int32
	kind    uint8
	column  uint8
	page    uint32
}

// shard spreads keys over the shards.
func (k cacheKey) shard() uint64 {
	h := k.segment*0x9e3779b97f4a7c15 ^ uint64(uint32(k.block))<<32 ^
		uint64(k.page)<<16 ^ uint64(k.column)<<8 ^ uint64(k.kind)
	h *= 0xd6e8feb86659fd93
	return h >> 60 % cacheShards
}

// cacheShard is a ring walked by a clock's hand: an entry that was used since the hand
// last passed is spared once.
type cacheShard struct {
	mu      sync.RWMutex
	max     int64
	used    int64
	entries map[cacheKey]*cacheEntry
	ring    []*cacheEntry
	hand    int
}

type cacheEntry struct {
	key   cacheKey
	value any
	size  int64
	hot   atomic.Bool
}

// entryOverhead is about what the cache itself spends on an entry.
const entryOverhead = 160

func (c *Cache) get(k cacheKey) (any, bool) {
	s := &c.shards[k.shard()]
	s.mu.RLock()
	e, ok := s.entries[k]
	s.mu.RUnlock()
	if !ok {
		return nil, false
	}
	if !e.hot.Load() {
		e.hot.Store(true)
	}
	return e.value, true
}

// put keeps value, which nobody may change any more, of about size bytes. What is too
// large for a shard is not kept.
func (c *Cache) put(k cacheKey, value any, size int) {
	s := &c.shards[k.shard()]
	e := &cacheEntry{key: k, value: value, size: int64(size) + entryOverhead}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.entries[k]; ok || e.size > s.max {
		return
	}
	for s.used+e.size > s.max {
		s.evict()
	}
	s.entries[k] = e
	s.ring = append(s.ring, e)
	s.used += e.size
}

// evict takes one entry out. The ring must not be empty.
func (s *cacheShard) evict() {
	for {
		if s.hand >= len(s.ring) {
			s.hand = 0
		}
		e := s.ring[s.hand]
		if e.hot.Swap(false) {
			s.hand++
			continue
		}
		last := len(s.ring) - 1
		s.ring[s.hand] = s.ring[last]
		s.ring[last] = nil
		s.ring = s.ring[:last]
		delete(s.entries, e.key)
		s.used -= e.size
		return
	}
}

// drop takes out all that is kept of a segment.
func (c *Cache) drop(segment uint64) {
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		kept := s.ring[:0]
		for _, e := range s.ring {
			if e.key.segment == segment {
				delete(s.entries, e.key)
				s.used -= e.size
				continue
			}
			kept = append(kept, e)
		}
		clear(s.ring[len(kept):])
		s.ring, s.hand = kept, 0
		s.mu.Unlock()
	}
}

// cached gives what is kept under k, or makes and keeps it. Two goroutines that miss
// at once both make it: that costs time and nothing else.
func cached[T any](c *Cache, k cacheKey, load func() (value T, size int, err error)) (T, error) {
	if v, ok := c.get(k); ok {
		return v.(T), nil
	}
	v, size, err := load()
	if err == nil {
		c.put(k, v, size)
	}
	return v, err
}
