package journal_test

import (
	"os"
	"testing"

	"arr/audit"
	"arr/store/journal"
)

// group64 is a group of 64 realistic frames.
func group64() (list []audit.Entry, size int64) {
	list = entries(0, 64, 0)
	for i := range list {
		list[i].Frame = make([]byte, 1800)
		size += int64(audit.EntrySize(&list[i]))
	}
	return list, size
}

func BenchmarkAppend(b *testing.B) {
	for name, sync := range map[string]bool{"write": false, "sync": true} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			list, size := group64()
			w := create(b, dir, 0, nil)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for i := range list {
					list[i].Number = w.Next() + uint64(i)
				}
				check(b, w.Append(encoded(list)))
				if sync {
					check(b, w.Sync())
				}
				if w.Size() > 256<<20 {
					b.StopTimer()
					next := w.Next()
					check(b, w.Close())
					check(b, os.Remove(w.Path()))
					w = create(b, dir, next, nil)
					b.StartTimer()
				}
			}
			check(b, w.Close())
		})
	}
}

func BenchmarkRead(b *testing.B) {
	list, size := group64()
	w := create(b, b.TempDir(), 0, nil)
	for range 200 {
		for i := range list {
			list[i].Number = w.Next() + uint64(i)
		}
		check(b, w.Append(encoded(list)))
	}
	check(b, w.Close())
	b.SetBytes(200 * size)
	for b.Loop() {
		_, err := journal.Read(w.Path(), journal.Outside{}, func(*journal.Group) error { return nil })
		check(b, err)
	}
}
