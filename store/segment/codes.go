package segment

import "math/bits"

// A column's codes are stored as symbols. The symbol of a value says how its code
// differs from what was to be expected: the code that the same value of another
// column, the parent, went with last (a patient's name by the patient's id), else the
// next new value. Symbol 0 is the expected code; any other counts back from the next
// new one.

// symbols appends the symbols of codes to dst. pair has for each value its parent's
// value, -1 for none; parent are the parent's codes. pair is nil where there is no
// parent.
func symbols(dst, codes, parent []uint32, pair []int32, last []uint32) []uint32 {
	next := uint32(0)
	for i, c := range codes {
		want := next
		if pair != nil && pair[i] >= 0 {
			l := &last[parent[pair[i]]]
			if *l > 0 {
				want = *l - 1
			}
			*l = c + 1
		}
		sym := uint32(0)
		if c != want {
			sym = next - c
			if want != next {
				sym++
			}
		}
		if c == next {
			next++
		}
		dst = append(dst, sym)
	}
	return dst
}

// codesOf turns symbols into codes in place. It says whether all are below distinct, as
// symbols that were written are.
func codesOf(syms, parent []uint32, pair []int32, last []uint32, distinct int) bool {
	next := uint32(0)
	for i, sym := range syms {
		want := next
		var l *uint32
		if pair != nil && pair[i] >= 0 {
			l = &last[parent[pair[i]]]
			if *l > 0 {
				want = *l - 1
			}
		}
		c := want
		if sym > 0 {
			c = next - sym
			if want != next {
				c++
			}
		}
		if c >= uint32(distinct) || c > next {
			return false
		}
		if c == next {
			next++
		}
		if l != nil {
			*l = c + 1
		}
		syms[i] = c
	}
	return true
}

// symbolCost is about how many bits the symbols will take.
func symbolCost(syms []uint32) int {
	cost := 0
	for _, s := range syms {
		if s != 0 {
			cost += bits.Len32(s) + 2
		}
	}
	return cost + len(syms)/8
}

// pairs gives for each of the n values of column child the place of its parent's value
// among the values of column parent: that of the nearest slot before it in the same shape.
// Slots with joints have no part in it: -1.
func pairs(l *rows, child, parent int, n int) []int32 {
	out := make([]int32, 0, n)
	children, parents := l.column(child), l.column(parent)
	offsets := make([][]int32, len(l.forms))
	for id, c := range children {
		if c != nil {
			offsets[id] = slotPairs(c, parents[id])
		}
	}
	base := int32(0)
	run := 0
	for _, id := range l.ids {
		c, p := children[id], parents[id]
		var runs []uint32
		if repeats := l.forms[id].shape.Repeats; repeats > 0 {
			runs = l.runs[run : run+repeats]
			run += repeats
		}
		for k, off := range offsets[id] {
			if off >= 0 {
				out = append(out, base+off)
				continue
			}
			count := 1
			if repeat := c.slots[k].repeat; repeat >= 0 {
				count = int(runs[repeat])
			}
			for range count {
				out = append(out, -1)
			}
		}
		if p != nil {
			base += int32(p.fixed)
			for _, r := range p.repeats {
				base += int32(runs[r])
			}
		}
	}
	return out
}

// slotPairs gives for each slot of c the place of its parent among a record's values of
// p, -1 for none. Behind a slot with joint places vary by record, so there is none.
func slotPairs(c, p *formColumn) []int32 {
	out := make([]int32, len(c.slots))
	for k, s := range c.slots {
		out[k] = -1
		if p == nil || s.repeat >= 0 {
			continue
		}
		for j, ps := range p.slots {
			if ps.repeat >= 0 || ps.slot > s.slot {
				break
			}
			out[k] = int32(j)
		}
	}
	return out
}
