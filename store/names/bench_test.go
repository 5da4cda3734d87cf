package names_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/store/names"
)

// diskUse is how many bytes the files below dir take.
func diskUse(b *testing.B, dir string) (n int64) {
	check(b, fs.WalkDir(os.DirFS(dir), ".", func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		n += info.Size()
		return err
	}))
	return n
}

// BenchmarkObserveKnown is what most records cost: all their values were seen lately.
func BenchmarkObserveKnown(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "d"), new([]*audit.Record), 0)
	var list []*audit.Record
	for i := range 512 {
		list = append(list, visit(0, fmt.Sprintf("user%d", i%100), fmt.Sprintf("User^Name%d", i%100), patientID(i), fmt.Sprintf("Patient^Of Number %d", i)))
	}
	number := uint64(0)
	for b.Loop() {
		r := list[number%512]
		r.Number = number
		number++
		d.Observe(r)
	}
	b.StopTimer()
	d.Close()
}

// BenchmarkNewValue is what a value costs that was never seen: time, and bytes on disk
// once the directory is closed.
func BenchmarkNewValue(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "d")
	d := open(b, dir, new([]*audit.Record), 0)
	number := uint64(0)
	for b.Loop() {
		n := number * 2654435761 % 1e8
		d.Observe(visit(number, "jdoe", "Doe^John", fmt.Sprintf("P%08d^^^HOSP&1.2.40.0.13&ISO", n), people[n%97]+people[n%89]+"^"+people[n%83]))
		number++
		if number%4000 == 0 {
			_, err := d.Search(b.Context(), names.Question{Fields: audit.Fields(audit.FieldHost), Text: "w", Limit: 1})
			check(b, err)
		}
	}
	d.Close()
	b.ReportMetric(float64(diskUse(b, dir))/float64(number), "B/value")
}

func BenchmarkSearchPrefix(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "d"), new([]*audit.Record), 0)
	for n := range uint64(7000) {
		d.Observe(visit(n, "u", "U", patientID(int(n)), people[n%97]+"^"+people[n%83]))
	}
	for b.Loop() {
		_, err := d.Search(b.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientName), Text: "kamo", Limit: 100})
		check(b, err)
	}
	b.StopTimer()
	d.Close()
}

// BenchmarkSearchSimilar looks through a hundred thousand words.
func BenchmarkSearchSimilar(b *testing.B) {
	d := open(b, filepath.Join(b.TempDir(), "d"), new([]*audit.Record), 0)
	for n := range uint64(100_000) {
		d.Observe(visit(n, "u", "U", patientID(int(n)), people[n%97]+people[n/97%97]+people[n/9409%97]))
	}
	for b.Loop() {
		_, err := d.Search(b.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientName), Text: "kamolikamosano", Similar: true, Limit: 100})
		check(b, err)
	}
	b.StopTimer()
	d.Close()
}

// people are pronounceable and distinct.
var people = func() (list [97]string) {
	syllables := []string{"ka", "mo", "li", "té", "rü", "sa", "no", "vé", "du", "pi"}
	for i := range list {
		list[i] = syllables[i%10] + syllables[i/10] + syllables[i*7%10]
	}
	return list
}()
