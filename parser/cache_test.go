package parser

import (
	"strings"
	"testing"

	"arr/audit"
)

// TestCacheIsBounded puts in more shapes, and larger ones, than a cache holds.
func TestCacheIsBounded(t *testing.T) {
	for _, gap := range []int{1, maxSkeleton} {
		var c Cache
		shape := &audit.Shape{Gaps: [][]byte{[]byte(strings.Repeat("x", gap))}}
		for i := range uint64(3 * maxShapes) {
			c.put(&cached{hash: i, shape: shape})
			if c.get(i) == nil || i > 0 && c.get(i-1) == nil {
				t.Fatalf("shape %d is forgotten at once", i)
			}
		}
		kept := len(c.young) + len(c.elder)
		if kept > maxShapes || kept*gap > maxShapeBytes || c.get(0) != nil {
			t.Errorf("%d shapes of %d bytes are kept", kept, gap)
		}
	}
}

// TestElderShapesStayWhenAsked asks for one shape again and again while others come.
func TestElderShapesStayWhenAsked(t *testing.T) {
	var c Cache
	shape := &audit.Shape{Gaps: [][]byte{nil}}
	c.put(&cached{hash: 0, shape: shape})
	for i := range uint64(2 * maxShapes) {
		c.put(&cached{hash: i + 1, shape: shape})
		if c.get(0) == nil {
			t.Fatalf("forgotten after %d others", i)
		}
	}
}
