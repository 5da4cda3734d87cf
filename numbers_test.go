package arr_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// numbers are sentences of the documentation with constants of the code in braces, each with its
// package and perhaps a unit. Blanks and line ends are alike.
var numbers = map[string][]string{
	"docs/findings.md": {"At most {schemas.MaxFaults} findings are kept of one message"},
	"docs/architecture.md": {
		"{receiver.maxShaking} at once, and {receiver.maxShakingLarge} whose first record",
		"{receiver.maxHandshake KiB} from each client",
		"{selfaudit.maxPeers} peers a minute, {selfaudit.maxWaiting} that wait",
		"connections of HTTP | {api.MaxConns} at each address",
		"the block that grows and {store.maxMemBlocks} that wait for the sealer, each of about {store.maxBlockBytes MiB} at most and {store.maxMemBytes MiB} together",
		"| shapes | {parser.maxShapes} and about {parser.maxShapeBytes MiB} in the parser's cache, twice that while it changes; " +
			"{store/segment.maxShapes} and about {store/segment.maxShapeBytes MiB} more",
		"a tree a parser, of {parser.maxEdges} gaps and {parser.maxTreeBytes MiB} of shapes at most",
		"| sources | {store.maxSources}, of which {store.maxNewcomers} are neither certified nor long known and {store.maxOfCert} of one certificate; " +
			"names of {audit.MaxName} bytes, {store.maxDeviations} deviations in all",
		"{api.maxFollows} that follow",
		"a value of over {query.maxLabel} bytes is a prefix and a hash",
		"parts of one block are joined up to {store/segment.maxJoined MiB}",
		"wait for their answers | {mllp.maxPending} a connection",
		"{cmd/arr.maxWaiting}, or {cmd/arr.maxWaitingBytes MiB}",
		"of a message {emitter/hl7.maxText MiB} are read, {emitter/hl7.maxSegment KiB} of a segment, {emitter/hl7.maxQuery MiB} of a query",
		"of a message {validate.maxMessage MiB}; some jobs a core, each of {validate.maxFiles} files of up to {validate.maxWhole MiB}",
		"| one message | {scan.MaxDepth} elements deep; {parser.maxValues} values read; {schemas.MaxCompared} children of one element compared; " +
			"a skeleton of over {parser.maxSkeleton KiB} or {parser.maxSlots} slots is kept whole; {schemas.MaxFaults} findings",
	},
	"docs/format.md": {
		"records whose number divided by {store/journal.BlockRecords} is the block's number",
		"count of records, 1 to {store/segment.MaxRecords}",
		"is at most {audit.MaxName} bytes long",
		"At most {store.maxSources} sources stand here, {store.maxNewcomers} of them neither certified nor long known, and {store.maxOfCert} of one certificate, with {store.maxDeviations} deviations",
	},
	"README.md": {
		"blocks of {store/journal.BlockRecords}",
		"{api.MaxConns} of HTTP at each address",
		"questions | {query.maxQuestion KiB} long",
		"{api.maxFollows} that follow",
		"{store/journal.BlockRecords} records is compressed into a segment file",
	},
}

// placeholder is a constant in braces.
var placeholder = regexp.MustCompile(`\{([a-z0-9/]+)\.(\w+)(?: (\w+))?\}`)

// TestNumbers holds what the documentation says of bounds against the code.
func TestNumbers(t *testing.T) {
	known := map[string]map[string]int64{}
	for page, sentences := range numbers {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(b)), " ")
		for _, s := range sentences {
			want := placeholder.ReplaceAllStringFunc(s, func(p string) string {
				m := placeholder.FindStringSubmatch(p)
				if known[m[1]] == nil {
					known[m[1]] = constants(t, m[1])
				}
				value, ok := known[m[1]][m[2]]
				if !ok {
					t.Fatalf("%s: package %s has no constant %s", page, m[1], m[2])
				}
				return written(value, m[3])
			})
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", page, want)
			}
		}
	}
}

// constants are the whole numbers that a package declares without the help of other names.
func constants(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	all, set := map[string]int64{}, token.NewFileSet()
	for _, file := range files {
		f, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST || strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i := range v.Values {
					if is, err := types.Eval(set, nil, token.NoPos, types.ExprString(v.Values[i])); err == nil && is.Value != nil {
						if n, exact := constant.Int64Val(constant.ToInt(is.Value)); exact {
							all[v.Names[i].Name] = n
						}
					}
				}
			}
		}
	}
	return all
}

// written is a number as the documentation writes it.
func written(n int64, unit string) string {
	switch unit {
	case "KiB":
		n >>= 10
	case "MiB":
		n >>= 20
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if unit != "" {
		s = fmt.Sprintf("%s %s", s, unit)
	}
	return s
}
