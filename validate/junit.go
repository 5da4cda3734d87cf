package validate

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"arr/schemas"
)

// JUnitWriter writes JUnit's XML: a test case a message, failed where a finding is at or
// above Level.
type JUnitWriter struct {
	Out   io.Writer
	Level schemas.Level

	// cases are the test cases, whose number stands before them.
	cases           bytes.Buffer
	tests, failures int
}

type junitCase struct {
	XMLName xml.Name      `xml:"testcase"`
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// Write takes one result.
func (w *JUnitWriter) Write(r *Result) error {
	c := junitCase{Name: visible([]byte(r.name())), Class: "arr.validate." + r.Class.String()}
	x := newLineIndex(r.Text, r.Start)
	var failed, other strings.Builder
	for i := range r.Findings {
		f := &r.Findings[i]
		line, column := x.at(f.Off)
		to := &other
		if f.Level >= w.Level {
			to = &failed
			if c.Failure == nil {
				c.Failure = &junitFailure{Message: f.Message, Type: f.Code}
			}
		}
		fmt.Fprintf(to, "%d:%d %s %s: %s (%s, %s)\n", line, column, f.Level, f.Code, f.Message, visible([]byte(f.Path)), f.Clause)
	}
	w.tests++
	if c.Failure != nil {
		w.failures++
		c.Failure.Text = failed.String()
	}
	c.Output = other.String()
	b, err := xml.MarshalIndent(c, "  ", "  ")
	w.cases.Write(b)
	w.cases.WriteByte('\n')
	return err
}

// Close writes the document.
func (w *JUnitWriter) Close() error {
	_, err := fmt.Fprintf(w.Out, "%s<testsuite name=\"arr validate\" tests=\"%d\" failures=\"%d\" errors=\"0\">\n%s</testsuite>\n",
		xml.Header, w.tests, w.failures, w.cases.Bytes())
	return err
}
