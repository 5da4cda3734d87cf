package validate

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"arr/audit"
	"arr/schemas"
)

// SARIFWriter writes one run in SARIF 2.1.0, which editors and forges show beside the
// files.
type SARIFWriter struct {
	Out io.Writer
	// Version is the program's.
	Version string

	begun bool
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID               string            `json:"id"`
	ShortDescription sarifText         `json:"shortDescription"`
	Help             sarifText         `json:"help"`
	Default          map[string]string `json:"defaultConfiguration"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	ByteOffset  int `json:"byteOffset"`
	ByteLength  int `json:"byteLength"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}

// begin writes what stands before the results.
func (w *SARIFWriter) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	rules := make([]sarifRule, 0, len(schemas.Kinds))
	for i := range schemas.Kinds {
		k := &schemas.Kinds[i]
		rules = append(rules, sarifRule{
			k.Code, sarifText{"Expected: " + k.Expected}, sarifText{k.Clause + ". For example: " + k.Example},
			map[string]string{"level": k.Level.String()},
		})
	}
	b, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	version, err := json.Marshal(w.Version)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Out, `{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"arr","version":%s,"rules":%s}},"columnKind":"unicodeCodePoints","results":[`, version, b)
	return err
}

// Write writes one result's findings.
func (w *SARIFWriter) Write(r *Result) error {
	x := newLineIndex(r.Text, r.Start)
	for i := range r.Findings {
		separator := ",\n"
		if !w.begun {
			separator = "\n"
		}
		if err := w.begin(); err != nil {
			return err
		}
		f := &r.Findings[i]
		line, column := x.at(f.Off)
		b, err := json.Marshal(sarifResult{f.Code, f.Level.String(), sarifText{f.Message}, []sarifLocation{{
			sarifPhysical{sarifArtifact{fileURI(r.File)}, sarifRegion{line, column, r.Start.Bytes + f.Off, f.Len}},
			[]sarifLogical{{f.Path}},
		}}})
		if err == nil {
			_, err = fmt.Fprintf(w.Out, "%s%s", separator, audit.EscapeJSON(b))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fileURI is a file's name as a URI reference.
func fileURI(name string) string {
	u := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}

// Close ends the document.
func (w *SARIFWriter) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	_, err := io.WriteString(w.Out, "\n]}]}\n")
	return err
}
