package schemas

// Validator follows the elements and attributes of one document and says whether they
// are as a grammar has them. It stops at no fault but reports only that there is one:
// Reporter says which. The values' datatypes are for the caller to check, so that it may
// do so once for many documents.
//
// Reset comes first. Every false, and every Type of 0, means that the document is not
// valid; it is not to be asked on. Used again, a Validator allocates nothing.
type Validator struct {
	root *content
	open []level
}

// level is an element that is open.
type level struct {
	content *content
	state   uint8
	seen    uint64 // its attributes
}

// Reset starts anew with grammar g.
func (v *Validator) Reset(g Grammar) {
	v.root, v.open = &grammars[g][0], v.open[:0]
}

// Start takes a start tag's name; Opened must follow behind its attributes.
func (v *Validator) Start(e Element) bool {
	c := v.root
	if len(v.open) > 0 {
		parent := &v.open[len(v.open)-1]
		next := parent.content.states[parent.state].next[e]
		if next == 0 {
			return false
		}
		parent.state = next - 1
		c = parent.content.children[e]
	} else if e != c.element {
		return false
	}
	v.open = append(v.open, level{content: c})
	return true
}

// Attribute takes an attribute of the start tag and gives its datatype.
func (v *Validator) Attribute(a Attribute) Type {
	l := &v.open[len(v.open)-1]
	l.seen |= 1 << a
	return l.content.attributes[a]
}

// Opened ends a start tag.
func (v *Validator) Opened() bool {
	l := &v.open[len(v.open)-1]
	for i := range l.content.sets {
		s := &l.content.sets[i]
		if l.seen&s.required == s.required && l.seen&^s.allowed == 0 {
			return true
		}
	}
	return false
}

// Text is the datatype of the innermost element's text, 0 if it may have none.
func (v *Validator) Text() Type { return v.open[len(v.open)-1].content.text }

// End takes an end tag.
func (v *Validator) End() bool {
	last := len(v.open) - 1
	l := &v.open[last]
	v.open = v.open[:last]
	return l.content.states[l.state].accepts
}
