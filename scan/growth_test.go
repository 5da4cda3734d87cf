package scan_test

import (
	"testing"

	"arr/scan"
	"arr/schemas"
	"arr/traffic/growth"
)

func FuzzGrowth(f *testing.F) {
	var s scan.Scanner
	var j scan.Judge
	growth.Fuzz(f, growth.Messages(), func(t testing.TB, doc []byte) {
		for s.Reset(doc, 0); s.Next() != scan.EOF; {
		}
		if s.Malformed() {
			return
		}
		for g := range schemas.NumGrammars {
			j.Valid(doc, 0, g, nil)
			faults(&j, doc, g)
		}
	})
}
