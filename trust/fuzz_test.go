package trust

import "testing"

// Whatever a file of client CAs holds, it is either refused or names somebody.
func FuzzParseBelieved(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := parseBelieved(file)
		if (err == nil) != (b != nil && len(b.installed) > 0) {
			t.Errorf("error %v with %v", err, b)
		}
	})
}
