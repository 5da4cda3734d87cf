package faultdisk_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"arr/e2e/faultdisk"
)

// mounted gives a disk and the folder that it is mounted on.
func mounted(t *testing.T, d *faultdisk.Disk) string {
	t.Helper()
	dir := t.TempDir()
	if err := d.Mount(dir); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := d.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// survivors are what a file may hold after do and a power cut, in many trials.
func survivors(t *testing.T, do func(t *testing.T, dir string)) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for seed := range uint64(20) {
		d := faultdisk.New(1 << 20)
		t.Run("", func(t *testing.T) { do(t, mounted(t, d)) })
		d.PowerCut(rand.New(rand.NewPCG(seed, 0)))
		t.Run("", func(t *testing.T) {
			dir := mounted(t, d)
			b, err := os.ReadFile(filepath.Join(dir, "f"))
			switch {
			case errors.Is(err, os.ErrNotExist):
				found["none"] = true
			case err != nil:
				t.Fatal(err)
			default:
				found[strings.TrimRight(string(b), "\x00")] = true
			}
		})
	}
	return found
}

func TestPowerCut(t *testing.T) {
	write := func(t *testing.T, dir, name, text string, sync bool) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString(text)
		if sync {
			err = errors.Join(err, f.Sync())
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	syncDir := func(t *testing.T, dir string) {
		t.Helper()
		f, err := os.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		do   func(t *testing.T, dir string)
		want []string
	}{
		"synced": {func(t *testing.T, dir string) {
			write(t, dir, "f", "new", true)
			syncDir(t, dir)
		}, []string{"new"}},
		"a name without its folder's sync": {func(t *testing.T, dir string) {
			write(t, dir, "f", "new", true)
		}, []string{"new", "none"}},
		"bytes without a sync": {func(t *testing.T, dir string) {
			write(t, dir, "f", "old", true)
			syncDir(t, dir)
			write(t, dir, "f", "new", false)
		}, []string{"old", "new"}},
		"renamed over": {func(t *testing.T, dir string) {
			write(t, dir, "f", "old", true)
			write(t, dir, "g", "new", true)
			syncDir(t, dir)
			if err := os.Rename(filepath.Join(dir, "g"), filepath.Join(dir, "f")); err != nil {
				t.Fatal(err)
			}
		}, []string{"old", "new"}},
		"renamed before its bytes were synced": {func(t *testing.T, dir string) {
			write(t, dir, "g", "new", false)
			if err := os.Rename(filepath.Join(dir, "g"), filepath.Join(dir, "f")); err != nil {
				t.Fatal(err)
			}
			syncDir(t, dir)
		}, []string{"", "new"}},
		"removed": {func(t *testing.T, dir string) {
			write(t, dir, "f", "old", true)
			syncDir(t, dir)
			if err := os.Remove(filepath.Join(dir, "f")); err != nil {
				t.Fatal(err)
			}
		}, []string{"old", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			found := survivors(t, c.do)
			for _, want := range c.want {
				if !found[want] {
					t.Errorf("%q never survives", want)
				}
				delete(found, want)
			}
			if len(found) > 0 {
				t.Errorf("these survive, too: %q", slices.Collect(maps.Keys(found)))
			}
		})
	}
}

// TestFailedSync: what a sync failed to write can be read until the power is cut, and a later
// sync does not bring it to the disk.
func TestFailedSync(t *testing.T) {
	d := faultdisk.New(1 << 20)
	fails := 1
	d.Before = func(_ context.Context, c faultdisk.Call) error {
		if c.Op == faultdisk.Sync && c.Path == "f" && fails > 0 {
			fails--
			return syscall.EIO
		}
		return nil
	}
	t.Run("write", func(t *testing.T) {
		dir := mounted(t, d)
		f, err := os.Create(filepath.Join(dir, "f"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString("text"); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); !errors.Is(err, syscall.EIO) {
			t.Errorf("the first sync ends with %v", err)
		}
		if err := f.Sync(); err != nil {
			t.Errorf("the second sync ends with %v", err)
		}
		if b, err := os.ReadFile(f.Name()); string(b) != "text" {
			t.Errorf("%q is read, %v", b, err)
		}
		folder, err := os.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer folder.Close()
		if err := folder.Sync(); err != nil {
			t.Fatal(err)
		}
	})
	d.PowerCut(rand.New(rand.NewPCG(1, 0)))
	t.Run("read", func(t *testing.T) {
		if b, err := os.ReadFile(filepath.Join(mounted(t, d), "f")); len(b) > 0 || err != nil {
			t.Errorf("%q survives, %v", b, err)
		}
	})
}

func TestFull(t *testing.T) {
	d := faultdisk.New(1000)
	dir := mounted(t, d)
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, make([]byte, 1001), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("1,001 bytes: %v", err)
	}
	if err := os.WriteFile(file, make([]byte, 1000), 0o600); err != nil {
		t.Errorf("1,000 bytes: %v", err)
	}
	if err := os.WriteFile(file+"2", nil, 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("one more file: %v", err)
	}
	d.Resize(2000)
	if err := os.WriteFile(file+"2", make([]byte, 1000), 0o600); err != nil {
		t.Errorf("with more room: %v", err)
	}
	if got := d.Used(); got != 2000 {
		t.Errorf("%d bytes are used", got)
	}
}
