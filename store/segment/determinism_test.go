package segment_test

import (
	"bytes"
	"os"
	"testing"

	"arr/store/segment"
)

func TestEqualRecordsGiveEqualFiles(t *testing.T) {
	var files [2][]byte
	for i := range files {
		path, _ := write(t, generated(0, 400), segment.MaxRecords)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = b
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the same records made two files that differ")
	}
}
