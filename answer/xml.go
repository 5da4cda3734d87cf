package answer

import (
	"bufio"
	"bytes"
	"fmt"

	"arr/audit"
)

// document is one XML document that holds the messages.
type document struct {
	plain
	out   *bufio.Writer
	begun bool
}

// begin gives what stands before the next piece of the document.
func (d *document) begin() string {
	if d.begun {
		return ""
	}
	d.begun = true
	return declaration + "<AuditMessages>\n"
}

func (d *document) record(v *view) error {
	var root []byte
	if v.wellFormed() {
		root = rootElement(v.xml)
	}
	if root == nil {
		_, err := fmt.Fprintf(d.out, "%s<!-- record %d: no well-formed audit message (%s); its bytes are in format raw -->\n", d.begin(), v.Number, v.Class)
		return err
	}
	_, err := fmt.Fprintf(d.out, "%s<!-- record %d -->\n%s\n", d.begin(), v.Number, root)
	return err
}

func (d *document) close() error {
	_, err := d.out.WriteString(d.begin() + "</AuditMessages>\n")
	return err
}

// Document gives a record's message as an XML document of its own in UTF-8, whatever
// encoding it came in; nil where the record carries no well-formed message.
func Document(r *audit.Record, reader Reader) []byte {
	v := &view{Record: r, reader: reader}
	if !v.wellFormed() {
		return nil
	}
	root := rootElement(v.xml)
	if root == nil {
		return nil
	}
	return append(append([]byte(declaration), root...), '\n')
}

const declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

// rootElement cuts off what may stand before a document's root: byte order mark,
// declaration, comments, processing instructions and a document type without internal
// subset. Hidden characters are references. It returns nil where there is no root.
func rootElement(xml []byte) []byte {
	for {
		start := bytes.IndexByte(xml, '<')
		if start < 0 {
			return nil
		}
		xml = xml[start:]
		end := ""
		switch {
		case bytes.HasPrefix(xml, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(xml, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(xml, []byte("<!")):
			end = ">"
		default:
			return referenced(bytes.TrimRight(xml, " \t\r\n\x00"))
		}
		after := bytes.Index(xml, []byte(end))
		if after < 0 {
			return nil
		}
		xml = xml[after+len(end):]
	}
}
