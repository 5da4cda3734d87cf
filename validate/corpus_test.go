package validate_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
	"arr/validate"
)

var update = flag.Bool("update", false, "write the table of docs/conformance.md anew")

// corpus gives where the messages of others are, or skips.
func corpus(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARR_SHARED"); dir != "" {
		return filepath.Join(dir, "corpus")
	}
	dir, err := filepath.Abs("../../shared/corpus")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("other vendors' messages are not here: set ARR_SHARED to where they are")
	}
	return dir
}

// isBroken are the samples of the archive's documentation that it can't have sent.
var isBroken = map[string]bool{
	"hl7-pairs/080-patient-record-patients-merged-on-receive-of-hl7/audit.xml": true, // an element's name is mangled
	"hl7-pairs/133-query-using-rest-api/audit.xml":                             true, // no time; types before the id
	"hl7-pairs/134-query-scheduler-triggered/audit.xml":                        true, // no time; types before the id
}

// TestCorpus judges what other vendors' software wrote.
func TestCorpus(t *testing.T) {
	dir := corpus(t)
	p := parser.New(parser.Options{})
	var rows []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/")
		if err != nil || d.IsDir() || strings.HasPrefix(name, "fhir") || strings.HasSuffix(name, ".hl7") || strings.HasSuffix(name, ".md") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(b), "AuditMessage") {
			return err
		}
		for _, r := range validate.Text(p, name, b) {
			if dcm4chee := strings.Contains(name, "dcm4chee-arc-cs") || strings.HasPrefix(name, "hl7-pairs"); dcm4chee && !isBroken[name] && r.Dialect != "dcm4che" {
				t.Errorf("%s: %v %s", name, r.Class, r.Dialect)
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | %s |", r.File, strings.TrimSpace(r.Class.String()+" "+r.Dialect), reasons(&r)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checkPage(t, "| file | class | why |\n|---|---|---|\n"+strings.Join(rows, "\n")+"\n")
}

// checkPage holds a table against the one of the page.
func checkPage(t *testing.T, table string) {
	t.Helper()
	const page, mark = "../docs/conformance.md", "<!-- corpus -->\n"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(b), mark)
	if !ok {
		t.Fatalf("docs/conformance.md has no line %s", mark)
	}
	want := head + mark + "\n" + table
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(b) != want {
		t.Error("the table in docs/conformance.md is not what is found: go test ./validate -run Corpus -update")
	}
}

// reasons says why a message has its class: what it breaks of A.5.1, each once.
func reasons(r *validate.Result) string {
	var out []string
	for _, f := range r.Findings {
		if f.Class == schemas.ClassRule || f.Class == schemas.ClassFrame || r.Class == audit.Deviating && f.Level != schemas.Error {
			continue
		}
		reason := f.Code + " " + lastStep(f.Path)
		if f.Code == "missing-element" && !strings.Contains(f.Expected, lastStep(f.Path)) {
			reason = f.Code + " " + f.Expected
		}
		if !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	return strings.Join(out, ", ")
}

// lastStep is the end of a path, without its number.
func lastStep(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	last, _, _ = strings.Cut(last, "[")
	return last
}
