package names

import (
	"context"
	"fmt"
	"path/filepath"
)

// Report is what Check found.
type Report struct {
	// Damage names each file that is not as it was written, Notes what a crash left.
	Damage, Notes []string
}

// Check reads every byte of the index in dir, for a store of sealed records, and changes
// nothing. What it calls damage is what Open makes anew.
func Check(ctx context.Context, dir string, sealed uint64) (Report, error) {
	var rep Report
	in, err := find(dir, sealed, newCodec())
	if err != nil {
		return rep, err
	}
	defer in.close()
	for i, f := range in.bad {
		rep.Damage = append(rep.Damage, fmt.Sprintf("%s: %v", filepath.Base(f.path), in.faults[i]))
	}
	for _, f := range in.apart {
		rep.Damage = append(rep.Damage, fmt.Sprintf("%s: %v", filepath.Base(f.path), errApart))
	}
	for _, path := range in.left {
		rep.Notes = append(rep.Notes, filepath.Base(path)+": what a crash left; the next start removes it")
	}
	for _, r := range in.runs {
		if err := r.verify(ctx); err != nil {
			if ctx.Err() != nil {
				return rep, ctx.Err()
			}
			rep.Damage = append(rep.Damage, fmt.Sprintf("%s: %v", filepath.Base(r.path), err))
		}
	}
	return rep, nil
}

// verify reads all of a run.
func (r *run) verify(ctx context.Context) error {
	values := r.walkValues(0)
	for values.next() {
		if values.n%patch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if _, ok := values.key.hit(); !ok {
			return r.damaged("value %d can't be read", values.n)
		}
	}
	if values.err != nil {
		return values.err
	}
	if values.n+1 != r.values {
		return r.damaged("values are missing")
	}
	words := r.walkWords(nil)
	for words.next() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return words.err
}
