package trust

import "testing"

// Whatever a file holds, it is either refused or each of its entries can be used.
func FuzzParseStore(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte) {
		entries, err := parseStore(file, "changeit", "", "")
		if err != nil && entries != nil {
			t.Errorf("error %v with %d entries", err, len(entries))
		}
		for i := range entries {
			switch {
			case entries[i].key != nil:
				_, err := entries[i].pair()
				if err == nil && len(entries[i].chain) == 0 {
					t.Error("a key without a certificate is a pair")
				}
			case len(entries[i].chain) != 1:
				t.Errorf("%d certificates in one trusted entry", len(entries[i].chain))
			}
		}
	})
}
