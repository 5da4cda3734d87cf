package names

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"arr/store/durable"
)

const (
	suffix     = ".nam"
	unfinished = ".tmp"
)

// named is a run's file by its name.
type named struct {
	path     string
	from, to uint64
}

func fileName(from, to uint64) string { return fmt.Sprintf("%020d-%020d%s", from, to, suffix) }

// list returns the files of runs in dir by where they begin, those that go furthest first,
// and the paths of what was not finished.
func list(dir string) (files []named, left []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	for _, e := range entries {
		f := named{path: filepath.Join(dir, e.Name())}
		_, err := fmt.Sscanf(e.Name(), "%d-%d", &f.from, &f.to)
		switch {
		case err == nil && e.Name() == fileName(f.from, f.to):
			files = append(files, f)
		case strings.HasSuffix(e.Name(), unfinished):
			left = append(left, f.path)
		}
	}
	slices.SortFunc(files, func(a, b named) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return files, left, nil
}

// errApart says why a run that is sound is of no use.
var errApart = errors.New("no file leads up to the record with which it begins")

// found is what is in a directory of runs.
type found struct {
	runs []*run // those that follow each other from record 0 on
	// bad are the files that are damaged, faults what is wrong with each, and apart those
	// that no file leads up to.
	bad    []named
	faults []error
	apart  []named
	// left is what a crash left: files that runs have taken the place of, that were never
	// finished, or whose records were not sealed in the end.
	left []string
}

// find opens the runs in dir that speak for the first sealed records.
func find(dir string, sealed uint64, c *codec) (found, error) {
	var in found
	files, left, err := list(dir)
	if err != nil {
		return in, err
	}
	in.left = left
	next := uint64(0)
	for _, f := range files {
		switch {
		case f.to <= next || f.to > sealed:
			in.left = append(in.left, f.path)
		case f.from != next:
			in.apart = append(in.apart, f)
		default:
			r, err := openRun(f.path, c)
			if err == nil && (r.from != f.from || r.to != f.to) {
				r.release()
				err = errors.New("file is another one than its name says")
			}
			if err != nil {
				in.bad, in.faults = append(in.bad, f), append(in.faults, err)
				continue
			}
			in.runs, next = append(in.runs, r), r.to
		}
	}
	return in, nil
}

func (in *found) close() {
	for _, r := range in.runs {
		r.release()
	}
}

// writeFile merges runs into one, durably.
func writeFile(ctx context.Context, dir string, runs []*run, c *codec) (*run, error) {
	if err := durable.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	from, to, overlong := span(runs)
	path := filepath.Join(dir, fileName(from, to))
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriterSize(f, 64<<10)
	w := newWriter(buffered, c, from, to, overlong)
	err = mergeRuns(ctx, runs, w)
	if err == nil {
		_, err = w.finish()
	}
	if err == nil {
		err = errors.Join(buffered.Flush(), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(path+unfinished))
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return nil, err
	}
	if err := durable.SyncDir(dir); err != nil {
		return nil, err
	}
	return openRun(path, c)
}

func span(runs []*run) (from, to uint64, overlong uint8) {
	for _, r := range runs {
		overlong |= r.overlong
	}
	return runs[0].from, runs[len(runs)-1].to, overlong
}
