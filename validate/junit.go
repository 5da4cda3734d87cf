package validate

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"arr/audit"
	"arr/schemas"
)

// JUnitWriter writes JUnit's XML: a test case a message, failed where a finding is at or
// above Level. Many messages are several suites.
type JUnitWriter struct {
	Out   io.Writer
	Level schemas.Level

	// cases are those of the suite that has not been written yet, several that one was.
	cases           bytes.Buffer
	tests, failures int
	several         bool
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
	c := junitCase{Name: audit.Visible(r.name()), Class: "arr.validate." + r.Class.String()}
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
		fmt.Fprintf(to, "%d:%d %s %s: %s (%s, %s)\n", line, column, f.Level, f.Code, f.Message, audit.Visible(f.Path), f.Clause)
	}
	w.tests++
	if c.Failure != nil {
		w.failures++
		c.Failure.Text = failed.String()
	}
	c.Output = other.String()
	b, err := xml.MarshalIndent(c, "  ", "  ")
	if err != nil {
		return err
	}
	w.cases.Write(b)
	w.cases.WriteByte('\n')
	if w.cases.Len() < maxSuite {
		return nil
	}
	if !w.several {
		w.several = true
		if _, err := io.WriteString(w.Out, xml.Header+"<testsuites>\n"); err != nil {
			return err
		}
	}
	return w.suite()
}

// maxSuite bounds how many bytes of cases are kept for the suite that they are in, whose
// number stands before them.
const maxSuite = 1 << 20

// suite writes the cases as a suite.
func (w *JUnitWriter) suite() error {
	_, err := fmt.Fprintf(w.Out, "<testsuite name=\"arr validate\" tests=\"%d\" failures=\"%d\" errors=\"0\">\n%s</testsuite>\n",
		w.tests, w.failures, w.cases.Bytes())
	w.cases.Reset()
	w.tests, w.failures = 0, 0
	return err
}

// Close ends the document.
func (w *JUnitWriter) Close() error {
	if !w.several {
		if _, err := io.WriteString(w.Out, xml.Header); err != nil {
			return err
		}
		return w.suite()
	}
	if w.tests > 0 {
		if err := w.suite(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w.Out, "</testsuites>\n")
	return err
}
