package segment_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/store/segment"
)

// verify opens the file at path, verifies it and gives the damage found.
func verify(tb testing.TB, path string, opt segment.Options) (faults []*segment.DamageError, err error) {
	tb.Helper()
	s, err := segment.Open(path, opt)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	err = s.Verify(tb.Context(), segment.Check{Damage: func(d *segment.DamageError) { faults = append(faults, d) }})
	return faults, err
}

func TestVerify(t *testing.T) {
	records := generated(0, 600)
	path, info := write(t, records, 250)
	s := open(t, path, options(1<<20))
	next, read := 0, int64(0)
	err := s.Verify(t.Context(), segment.Check{
		Entry: func(b *segment.Block, e *audit.Entry) error {
			if !sameEntry(e, &records[next].Entry) || b.Ordinal() != next/250 {
				t.Fatalf("record %d of block %d differs", next, b.Ordinal())
			}
			next++
			return nil
		},
		Damage:   func(d *segment.DamageError) { t.Error(d) },
		Progress: func(n int64) { read += n },
	})
	if err != nil || next != len(records) {
		t.Errorf("%d records verified, error %v", next, err)
	}
	if read < info.Size-64 || read > info.Size {
		t.Errorf("progress told of %d bytes of %d", read, info.Size)
	}
	stop := errors.New("stop")
	if err := s.Verify(t.Context(), segment.Check{Entry: func(*segment.Block, *audit.Entry) error { return stop }}); err != stop {
		t.Errorf("an error from Entry came back as %v", err)
	}
}

// TestEveryFlippedBit flips one bit of every byte of a small file: each is noticed.
func TestEveryFlippedBit(t *testing.T) {
	t.Parallel()
	path, _ := write(t, generated(0, 4), 3)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(0)
	bad := filepath.Join(t.TempDir(), "bad.seg")
	for i := range good {
		b := append([]byte{}, good...)
		b[i] ^= 1 << (i % 8)
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		faults, err := verify(t, bad, opt)
		var d *segment.DamageError
		if len(faults) == 0 && !errors.As(err, &d) {
			t.Fatalf("byte %d of %d: flipped bit not found (error %v)", i, len(good), err)
		}
	}
}

// TestEveryCut cuts a small file off at many places.
func TestEveryCut(t *testing.T) {
	path, _ := write(t, generated(0, 5), 5)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.seg")
	for i := 0; i < len(good); i += 7 {
		if err := os.WriteFile(bad, good[:i], 0o600); err != nil {
			t.Fatal(err)
		}
		var d *segment.DamageError
		if _, err := verify(t, bad, options(0)); !errors.As(err, &d) {
			t.Fatalf("cut at %d of %d: error %v", i, len(good), err)
		}
	}
}

func TestNewerVersion(t *testing.T) {
	path, _ := write(t, generated(0, 3), 5)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[8]++
	table := crc32.MakeTable(crc32.Castagnoli)
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], table))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = segment.Open(path, options(0))
	if !errors.Is(err, segment.ErrVersion) || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("opening a file of version 2: %v", err)
	}
}

// TestDamagedBlockLeavesOthers checks that damage of one block is its own, and that no
// error tells what records say.
func TestDamagedBlockLeavesOthers(t *testing.T) {
	records := generated(0, 300)
	path, _ := write(t, records, 100)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[40] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, options(1<<20))
	read := 0
	var faults []*segment.DamageError
	err = s.Verify(t.Context(), segment.Check{
		Entry:  func(*segment.Block, *audit.Entry) error { read++; return nil },
		Damage: func(d *segment.DamageError) { faults = append(faults, d) },
	})
	if err != nil || read != 200 || len(faults) != 1 || faults[0].Block != 0 || faults[0].First != 0 || faults[0].Records != 100 {
		t.Errorf("%d records read, faults %v, error %v", read, faults, err)
	}
	if err := s.Blocks()[1].Entries(nil, func(int, *audit.Entry) error { return nil }); err != nil {
		t.Error(err)
	}
	if _, err := segment.Merge(t.Context(), path+".merged", []*segment.Segment{s}); err == nil {
		t.Error("a damaged block was merged")
	}
	if _, err := os.Stat(path + ".merged"); err == nil {
		t.Error("a merge that failed left its file")
	}
}
