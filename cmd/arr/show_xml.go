package main

import (
	"bytes"
	"encoding/xml"
	"io"

	"github.com/beevik/etree"
)

// Longer and deeper documents are shown as they came: laid out, they would be no easier to
// read, and the library needs memory and stack for all of one at once.
const (
	maxIndented = 1 << 20
	maxDepth    = 100
)

// indentXML lays an XML document out for reading, one element a line. What can't be laid
// out comes back as it is. The text is UTF-8, whatever its declaration says.
func indentXML(text []byte) []byte {
	if len(text) > maxIndented || !shallow(text) {
		return text
	}
	doc := etree.NewDocument()
	doc.ReadSettings.CharsetReader = asItIs
	if err := doc.ReadFromBytes(text); err != nil {
		return text
	}
	doc.Indent(2)
	out, err := doc.WriteToBytes()
	if err != nil {
		return text
	}
	return out
}

func asItIs(_ string, r io.Reader) (io.Reader, error) { return r, nil }

// shallow says whether text is well-formed XML whose elements do not nest too deep.
func shallow(text []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = asItIs
	depth := 0
	for {
		token, err := d.RawToken()
		if err != nil {
			return err == io.EOF
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth {
			return false
		}
	}
}
