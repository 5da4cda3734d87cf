package main

import (
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth lays messages of many shapes out for reading.
func FuzzGrowth(f *testing.F) {
	growth.Fuzz(f, growth.Messages(), func(_ testing.TB, doc []byte) { indentXML(doc) })
}
