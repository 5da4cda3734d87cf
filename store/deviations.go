package store

import (
	"strings"
	"sync"

	"arr/audit"
)

// maxDeviations bounds what is counted of one source.
const maxDeviations = 100

// deviations says how records in a dialect deviate from A.5.1. Their skeletons tell, so
// that it is asked for once a shape. Its methods may be called from any goroutine; a nil
// one says nothing.
type deviations struct {
	parsers *parserPool

	mu      sync.Mutex
	ofShape map[*audit.Shape][]string
}

// of gives the codes and paths of r's deviations, each once, the paths without numbers:
// "missing-element /AuditMessage/ParticipantObjectIdentification".
func (d *deviations) of(r *audit.Record) []string {
	if d == nil || r.Class != audit.InDialect {
		return nil
	}
	if r.Shape.Raw { // one shape for all
		return d.find(r)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	found, known := d.ofShape[r.Shape]
	if !known {
		if d.ofShape == nil || len(d.ofShape) >= maxShapes {
			d.ofShape = map[*audit.Shape][]string{}
		}
		found = d.find(r)
		d.ofShape[r.Shape] = found
	}
	return found
}

func (d *deviations) find(r *audit.Record) (found []string) {
	p := d.parsers.get()
	defer d.parsers.put(p)
	seen := map[string]bool{}
	for _, f := range p.Deviations(&r.Entry) {
		text := f.Code + " " + withoutNumbers(f.Path)
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
