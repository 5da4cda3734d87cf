package store

import (
	"strings"
	"sync"

	"arr/audit"
)

// deviations tells how records in a dialect deviate from A.5.1. Their skeletons tell, so
// that it is asked for once a shape. Its methods may be called from any goroutine.
type deviations struct {
	parsers *parserPool

	mu      sync.Mutex // held to look up and to note, never to look at a message
	ofShape map[*audit.Shape][]string
}

// of returns the codes and paths of r's deviations, each once, the paths without numbers:
// "missing-element /AuditMessage/ParticipantObjectIdentification". It takes as long as to
// parse r where r's shape was not seen before, or r has none.
func (d *deviations) of(r *audit.Record) []string {
	if r.Class != audit.InDialect {
		return nil
	}
	if r.Shape.Raw { // one shape for all
		return d.find(r)
	}
	found, seen := d.noted(r.Shape)
	if !seen {
		found = d.find(r)
		d.note(r.Shape, found)
	}
	return found
}

// known is what of has found of r's shape; none where it was not asked.
func (d *deviations) known(r *audit.Record) []string {
	if r.Class != audit.InDialect || r.Shape.Raw {
		return nil
	}
	found, _ := d.noted(r.Shape)
	return found
}

func (d *deviations) noted(shape *audit.Shape) (found []string, seen bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, seen = d.ofShape[shape]
	return found, seen
}

func (d *deviations) note(shape *audit.Shape, found []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ofShape == nil || len(d.ofShape) >= maxShapes {
		d.ofShape = map[*audit.Shape][]string{}
	}
	d.ofShape[shape] = found
}

func (d *deviations) find(r *audit.Record) (found []string) {
	p := d.parsers.get()
	defer d.parsers.put(p)
	seen := map[string]bool{}
	for _, f := range p.Deviations(&r.Entry) {
		text := audit.Name(f.Code + " " + withoutNumbers(f.Path))
		if !seen[text] {
			seen[text] = true
			found = append(found, text)
		}
	}
	return found
}

// withoutNumbers is a finding's path without the numbers of its steps.
func withoutNumbers(path string) string {
	for {
		open := strings.IndexByte(path, '[')
		end := strings.IndexByte(path, ']')
		if open < 0 || end < open {
			return path
		}
		path = path[:open] + path[end+1:]
	}
}
