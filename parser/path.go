package parser

import (
	"strconv"
	"strings"

	"arr/scan"
	"arr/schemas"
)

// step is one element of the path to where a reader is.
type step struct {
	name     string
	nth      int
	children map[string]int
}

// maxSiblingNames bounds how many different names of an element's children are counted:
// all that the vocabulary has, not all that a sender can make up.
const maxSiblingNames = 256

// pathsOf gives the path to the place of each fault: the innermost element or the
// attribute that it stands in, an element that is not its parent's first of the name
// with its number ("/AuditMessage/ActiveParticipant[2]/@UserID"). The faults come in
// document order.
func pathsOf(s *scan.Scanner, doc []byte, faults []scan.Fault) []string {
	paths := make([]string, 0, len(faults))
	steps := []step{{}}
	// before gives the faults that stand before position at the path of the innermost
	// element.
	before := func(at int) {
		for len(paths) < len(faults) && faults[len(paths)].Off < at {
			paths = append(paths, pathTo(steps))
		}
	}
	s.Reset(doc, 0)
	for len(paths) < len(faults) {
		switch s.Next() {
		case scan.EOF:
			before(len(doc) + 1)
		case scan.Start:
			before(s.Off)
			steps = enter(steps, doc[s.Off+1:s.End])
			for i := range s.Attrs {
				a := &s.Attrs[i]
				before(a.NameOff)
				for len(paths) < len(faults) && faults[len(paths)].Off < a.End {
					paths = append(paths, strings.TrimSuffix(pathTo(steps), "/")+"/@"+schemas.PathName(doc[a.NameOff:a.NameEnd]))
				}
			}
			before(s.End)
			if s.Empty {
				steps = steps[:len(steps)-1]
			}
		case scan.End:
			before(s.End)
			steps = steps[:max(1, min(len(steps)-1, s.Depth()+1))]
		}
	}
	return paths
}

// enter goes into the element whose tag begins with its name.
func enter(steps []step, tag []byte) []step {
	end := 0
	for end < len(tag) && tag[end] > ' ' && tag[end] != '/' && tag[end] != '>' {
		end++
	}
	name := string(tag[:end])
	parent := &steps[len(steps)-1]
	if parent.children == nil {
		parent.children = map[string]int{}
	}
	if parent.children[name] > 0 || len(parent.children) < maxSiblingNames {
		parent.children[name]++
	}
	return append(steps, step{name: schemas.PathName(tag[:end]), nth: parent.children[name]})
}

func pathTo(steps []step) string {
	if len(steps) == 1 {
		return "/"
	}
	var b strings.Builder
	for _, s := range steps[1:] {
		b.WriteByte('/')
		b.WriteString(s.name)
		if s.nth > 1 {
			b.WriteString("[" + strconv.Itoa(s.nth) + "]")
		}
	}
	return b.String()
}
