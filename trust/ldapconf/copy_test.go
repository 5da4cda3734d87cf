package ldapconf

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// keptCopy is a small copy, as it stands in a file.
func keptCopy(t *testing.T) (*Snapshot, []byte) {
	t.Helper()
	s := entriesOf("dicomDeviceName=arr\nobjectClass: dicomDevice\ndcmTLSPort: 2762\n\ncn=audit\ndicomHostname: arr.example\nuserCertificate;binary: \x30\x82\xff", "arr")
	s.Read = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return s, b
}

// TestCopyDamaged: no bit that is flipped in a copy's file, and no end that is missing, makes
// it one that says something else.
func TestCopyDamaged(t *testing.T) {
	s, good := keptCopy(t)
	same := func(b []byte) bool {
		again, err := Decode(b)
		return err != nil || again.equal(s) && again.Read.Equal(s.Read)
	}
	if _, err := Decode(good); err != nil {
		t.Fatal(err)
	}
	for i := range len(good) * 8 {
		b := bytes.Clone(good)
		b[i/8] ^= 1 << (i % 8)
		if !same(b) {
			t.Errorf("byte %d, bit %d: the copy says something else", i/8, i%8)
		}
	}
	for i := range good {
		if !same(good[:i]) {
			t.Errorf("cut at %d: the copy says something else", i)
		}
	}
	if _, err := Decode(append(bytes.Clone(good), good...)); err == nil {
		t.Error("twice the file is read")
	}
}

// TestFirstVersion: a copy without a sum, which an older version wrote, is read.
func TestFirstVersion(t *testing.T) {
	s, good := keptCopy(t)
	var f map[string]any
	if err := json.Unmarshal(good, &f); err != nil {
		t.Fatal(err)
	}
	f["version"] = 1
	delete(f, "sum")
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Decode(b); err != nil || !again.equal(s) {
		t.Errorf("%v", err)
	}
}
