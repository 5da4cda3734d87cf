package names_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"arr/audit"
	"arr/store/names"
)

// sound fails where Check finds anything.
func sound(t testing.TB, dir string, sealed uint64) {
	t.Helper()
	rep, err := names.Check(t.Context(), dir, sealed)
	check(t, err)
	if len(rep.Damage)+len(rep.Notes) > 0 {
		t.Errorf("check finds %q and notes %q", rep.Damage, rep.Notes)
	}
}

// kept writes an index of all, in several files, into a directory of its own.
func kept(t testing.TB, all []*audit.Record, sizes ...int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "d")
	end := 0
	for _, n := range sizes {
		end += n
		keep(t, dir, all[:end])
	}
	return dir
}

// keep has an index follow records and closes it.
func keep(t testing.TB, dir string, all []*audit.Record) {
	t.Helper()
	d := open(t, dir, &all, uint64(len(all)))
	caughtUp(t, d, uint64(len(all)))
	d.Close()
}

// asks compares what an index answers with what it should; complete answers alone count, for
// the records that they speak for.
func asks(t *testing.T, what string, d *names.Index, all []*audit.Record) {
	t.Helper()
	for i := len(all) - 1; i >= 0; i -= len(all)/20 + 1 {
		a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientID), Text: patientID(i), Limit: 10})
		check(t, err)
		if a.Complete && a.Position > uint64(i) && len(a.Hits) != 1 {
			t.Fatalf("%s: %d hits for patient %d, position %d", what, len(a.Hits), i, a.Position)
		}
	}
}

// damages are ways to spoil a file. They return nil where nothing would change.
func damages(content []byte, step int) map[string][]byte {
	all := map[string][]byte{
		"empty":      {},
		"zeros":      make([]byte, len(content)),
		"twice":      slices.Concat(content, content),
		"one more":   append(slices.Clone(content), 0),
		"one less":   content[:len(content)-1],
		"half":       content[:len(content)/2],
		"zero half":  append(slices.Clone(content[:len(content)/2]), make([]byte, len(content)-len(content)/2)...),
		"own halves": slices.Concat(content[len(content)/2:], content[:len(content)/2]),
	}
	for i := 0; i < len(content); i += step {
		b := slices.Clone(content)
		b[i] ^= 1 << (i % 8)
		all[fmt.Sprintf("bit at %d", i)] = b
	}
	return all
}

// TestDamage: whatever is done to a file, Check names it, a reader's complete answers are
// right, and whoever may write makes the index anew.
func TestDamage(t *testing.T) {
	all := visits(0, 300)
	dir := kept(t, all, 100, 100, 100)
	before := files(t, dir)
	if len(before) != 3 {
		t.Fatalf("%d files", len(before))
	}
	for path, content := range before {
		for what, b := range damages([]byte(content), 41) {
			check(t, os.WriteFile(path, b, 0o600))
			what = filepath.Base(path) + ": " + what
			rep, err := names.Check(t.Context(), dir, 300)
			check(t, err)
			if len(rep.Damage) == 0 {
				t.Errorf("%s: not found", what)
			}
			ro, err := names.OpenReadOnly(dir, names.Options{Sealed: 300})
			check(t, err)
			asks(t, what, ro, all)
			ro.Close()
			d := open(t, dir, &all, 300)
			asks(t, what, d, all)
			caughtUp(t, d, 300)
			somePatients(t, d, 300)
			d.Close()
			check(t, os.RemoveAll(dir))
			restore(t, dir, before)
		}
	}
}

// restore writes files back.
func restore(t testing.TB, dir string, before map[string]string) {
	t.Helper()
	check(t, os.Mkdir(dir, 0o750))
	for path, content := range before {
		check(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

// TestDamageWhileOpen: a file that is spoilt after it was opened is found when it is read,
// dropped and made anew, and no complete answer is wrong.
func TestDamageWhileOpen(t *testing.T) {
	all := visits(0, 300)
	for _, n := range []int{0, 1, 2} {
		dir := kept(t, all, 100, 100, 100)
		paths := slices.Sorted(maps.Keys(files(t, dir)))
		d := open(t, dir, &all, 300)
		f, err := os.OpenFile(paths[n], os.O_WRONLY, 0)
		check(t, err)
		_, err = f.WriteAt(make([]byte, 64), 20)
		check(t, err)
		check(t, f.Close())
		asks(t, paths[n], d, all)
		if s := d.Stats(); s.Dropped != 1 {
			t.Errorf("file %d: %+v", n, s)
		}
		caughtUp(t, d, 300)
		somePatients(t, d, 300)
		more := visit(300, "jdoe", "Doe^John", patientID(300), "Name")
		all := append(all[:300:300], more)
		d.Observe(more)
		caughtUp(t, d, 301)
		somePatients(t, d, 301)
		d.Close()
		sound(t, dir, 301)
		_ = all
	}
}

// TestFoundWhileJoining: damage that the follower meets is dropped as well.
func TestFoundWhileJoining(t *testing.T) {
	// How many files there are depends on how the follower keeps up; at the eighth they are
	// joined.
	const last = 20_000
	visited := visits(0, last+200)
	dir := filepath.Join(t.TempDir(), "d")
	var paths []string
	end := 0
	for len(paths) != 7 {
		if end += 100; end > last {
			t.Fatal("there were never 7 files")
		}
		keep(t, dir, visited[:end])
		paths = slices.Sorted(maps.Keys(files(t, dir)))
	}
	all := visited[:end+200]
	records := uint64(len(all))
	b := []byte(files(t, dir)[paths[3]])
	b[20] ^= 4
	check(t, os.WriteFile(paths[3], b, 0o600))
	d := open(t, dir, &all, records)
	caughtUp(t, d, records)
	if s := d.Stats(); s.Dropped != 1 {
		t.Errorf("%+v", s)
	}
	somePatients(t, d, len(all))
	d.Close()
	sound(t, dir, records)
}

// TestMadeAnew: what is missing, or of another state of the store, is made from the records.
func TestMadeAnew(t *testing.T) {
	for name, c := range map[string]struct {
		records int
		spoil   func(t *testing.T, paths []string)
	}{
		"another state of the store": {150, func(*testing.T, []string) {}},
		"deleted":                    {300, func(t *testing.T, paths []string) { check(t, os.RemoveAll(filepath.Dir(paths[0]))) }},
		"a gap":                      {300, func(t *testing.T, paths []string) { check(t, os.Remove(paths[1])) }},
		"two files swapped": {300, func(t *testing.T, paths []string) {
			check(t, os.Rename(paths[0], paths[0]+"x"))
			check(t, os.Rename(paths[1], paths[0]))
			check(t, os.Rename(paths[0]+"x", paths[1]))
		}},
		"a file under another name": {300, func(t *testing.T, paths []string) { check(t, os.Rename(paths[2], paths[1])) }},
		"what a crash left": {300, func(t *testing.T, paths []string) {
			check(t, os.WriteFile(filepath.Join(filepath.Dir(paths[0]), "00000000000000000000-00000000000000000050.nam"), []byte("x"), 0o600))
			check(t, os.WriteFile(paths[0]+".tmp", []byte("x"), 0o600))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			all := visits(0, 300)
			dir := kept(t, all, 100, 100, 100)
			c.spoil(t, slices.Sorted(maps.Keys(files(t, dir))))
			all = all[:c.records]
			d := open(t, dir, &all, uint64(len(all)))
			caughtUp(t, d, uint64(len(all)))
			somePatients(t, d, len(all))
			d.Close()
			sound(t, dir, uint64(len(all)))
		})
	}
}

func TestReadOnlyChangesNothing(t *testing.T) {
	all := visits(0, 100)
	dir := kept(t, all, 100)
	before := files(t, dir)
	d, err := names.OpenReadOnly(dir, names.Options{Sealed: 100})
	check(t, err)
	somePatients(t, d, 100)
	d.Close()
	sound(t, dir, 100)
	if !maps.Equal(files(t, dir), before) {
		t.Error("files changed")
	}
	d, err = names.OpenReadOnly(dir+"-none", names.Options{Sealed: 100})
	check(t, err)
	if s := d.Stats(); s.Position != 0 {
		t.Errorf("an index that is not there speaks for %d records", s.Position)
	}
	d.Close()
}
