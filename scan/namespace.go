package scan

import (
	"bytes"
	"hash/maphash"
)

// binding is a namespace declaration in force: positions of the prefix (empty for
// the default namespace) and of the namespace's name.
type binding struct{ prefixOff, prefixEnd, off, end int }

const (
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
)

// nameSet finds names that a tag has twice, by hashes that no sender can make collide.
type nameSet struct {
	seed   maphash.Seed
	hashes map[uint64]bool
}

// clear empties the set.
func (n *nameSet) clear() {
	if n.hashes == nil {
		n.seed, n.hashes = maphash.MakeSeed(), make(map[uint64]bool)
	}
	clear(n.hashes)
}

// add adds a name in a namespace and says whether it was there.
func (n *nameSet) add(uri, name []byte) (found bool) {
	key := maphash.Bytes(n.seed, uri)*31 + maphash.Bytes(n.seed, name)
	found = n.hashes[key]
	n.hashes[key] = true
	return found
}

// otherAttribute looks at the name of an attribute that is none of the vocabulary
// and says whether it is a name. Namespace declarations and the attributes of xml
// and xsi become Hint.
func (s *Scanner) otherAttribute(a *Attr) bool {
	prefix, local, ok := splitName(s.doc[a.NameOff:a.NameEnd])
	if !ok {
		return false
	}
	switch string(prefix) {
	case "":
		if string(local) != "xmlns" {
			return true
		}
	case "xmlns", "xml", "xsi":
	default:
		s.prefixed = true
		return true
	}
	s.prefixed = true
	a.Name = Hint
	return true
}

// duplicate says whether an attribute outside the vocabulary, the nth of them in its
// tag, has the same name as one before it. A few are compared one by one, many by
// hash, so that the time stays in proportion to the tag.
func (s *Scanner) duplicate(a *Attr, nth int) bool {
	const few = 8
	name := s.doc[a.NameOff:a.NameEnd]
	found := false
	if nth <= few {
		for i := range s.Attrs {
			b := &s.Attrs[i]
			found = found || (b.Name == OtherAttribute || b.Name == Hint) && string(s.doc[b.NameOff:b.NameEnd]) == string(name)
		}
	} else {
		if nth == few+1 {
			s.names.clear()
			for i := range s.Attrs {
				b := &s.Attrs[i]
				s.names.add(nil, s.doc[b.NameOff:b.NameEnd])
			}
		}
		found = s.names.add(nil, name)
	}
	if found {
		s.fault(DuplicateAttribute, a.NameOff, a.NameEnd)
	}
	return found
}

// resolve takes the tag's namespace declarations in and checks its prefixes
// (Namespaces in XML §5, §6.3). off and end bound the element's name.
func (s *Scanner) resolve(off, end int) {
	for i := range s.Attrs {
		if a := &s.Attrs[i]; a.Name == Hint {
			s.declare(a)
		}
	}
	s.namespaceOf(off, end, false)
	first := true
	for i := range s.Attrs {
		a := &s.Attrs[i]
		name := s.doc[a.NameOff:a.NameEnd]
		colon := bytes.IndexByte(name, ':')
		if colon < 0 || bytes.HasPrefix(name, []byte("xmlns:")) {
			continue
		}
		uri, ok := s.namespaceOf(a.NameOff, a.NameEnd, true)
		if !ok {
			continue
		}
		if first {
			s.names.clear()
			first = false
		}
		if s.names.add(uri, name[colon+1:]) {
			s.fault(DuplicateAttribute, a.NameOff, a.NameEnd)
		}
	}
}

// declare takes in a namespace declaration; a is a Hint.
func (s *Scanner) declare(a *Attr) {
	name, uri := s.doc[a.NameOff:a.NameEnd], s.doc[a.Off:a.End]
	b := binding{off: a.Off, end: a.End}
	if string(name) != "xmlns" {
		if !bytes.HasPrefix(name, []byte("xmlns:")) {
			return
		}
		b.prefixOff, b.prefixEnd = a.NameOff+len("xmlns:"), a.NameEnd
	}
	prefix := s.doc[b.prefixOff:b.prefixEnd]
	switch {
	case string(prefix) == "xmlns", string(uri) == xmlnsNamespace,
		(string(prefix) == "xml") != (string(uri) == xmlNamespace),
		len(prefix) > 0 && len(uri) == 0:
		s.fault(BadNamespace, a.NameOff, a.End)
	case len(s.bindings) == MaxNamespaces:
		s.fault(TooManyNamespaces, a.NameOff, a.End)
	default:
		s.bindings = append(s.bindings, b)
	}
}

// namespaceOf gives the namespace of the name between off and end, which may have a
// prefix. An attribute without one is in no namespace.
func (s *Scanner) namespaceOf(off, end int, attribute bool) (uri []byte, ok bool) {
	prefix := s.doc[off:off]
	if colon := bytes.IndexByte(s.doc[off:end], ':'); colon >= 0 {
		prefix = s.doc[off : off+colon]
	}
	if len(prefix) == 0 && attribute {
		return nil, true
	}
	if uri, ok = s.lookup(prefix, len(s.bindings)); !ok {
		s.fault(UndeclaredPrefix, off, end)
	}
	return uri, ok
}

// lookup gives the namespace that the first n bindings bind prefix to.
func (s *Scanner) lookup(prefix []byte, n int) (uri []byte, ok bool) {
	if string(prefix) == "xml" {
		return []byte(xmlNamespace), true
	}
	for i := n - 1; i >= 0; i-- {
		b := &s.bindings[i]
		if string(s.doc[b.prefixOff:b.prefixEnd]) == string(prefix) {
			return s.doc[b.off:b.end], true
		}
	}
	return nil, len(prefix) == 0
}

// Name is the name of a Start token's element as it is written.
func (s *Scanner) Name() []byte { return s.doc[s.Off+1 : s.nameEnd] }

// Namespaced says of a Start token whether its element is in a namespace. The audit
// vocabulary is in none.
func (s *Scanner) Namespaced() bool {
	if !s.prefixed && s.inForce == 0 {
		return false
	}
	prefix, _, colon := bytes.Cut(s.Name(), []byte(":"))
	if !colon {
		prefix = nil
	}
	return len(s.inTag(prefix)) > 0
}

// inTag gives the namespace that the last start tag's names with the given prefix are in.
func (s *Scanner) inTag(prefix []byte) []byte {
	bindings := s.bindings
	s.bindings = bindings[:s.inForce]
	uri, _ := s.lookup(prefix, s.inForce)
	s.bindings = bindings
	return uri
}

// attributeName gives the namespace and the local name of an attribute of the last start
// tag.
func (s *Scanner) attributeName(a *Attr) (uri, local []byte) {
	prefix, local, ok := bytes.Cut(s.doc[a.NameOff:a.NameEnd], []byte(":"))
	if !ok {
		return nil, prefix
	}
	return s.inTag(prefix), local
}
