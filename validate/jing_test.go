package validate_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"arr/audit"
	"arr/e2e/peertest"
	"arr/parser"
	"arr/scan"
	"arr/schemas"
)

// mutants is how many documents are held against jing.
const mutants = 20000

// fatal is how many of the documents that are not well formed jing is asked for: it stops
// at the first, so that each takes a run.
const fatal = 2

// every how manyth mutant is judged as arr validate does, too, which takes longer.
const every = 10

// parts is in how many parts the mutants are judged.
const parts = 2

// TestJing holds the verdict on mutants of valid messages against that of an independent
// RELAX NG validator that reads the same grammar file.
func TestJing(t *testing.T) {
	all := newJudgedBy(t)
	t.Parallel()
	m := newMutator(t, "valid/*.xml")
	for range parts {
		all.judge(m, mutants/parts)
	}
	all.runs.Wait()
	t.Logf("%d mutants, %d valid; %d more not well formed", mutants, all.valid.Load(), all.ill)
	if v := all.valid.Load(); v < mutants/10 || v > mutants*9/10 {
		t.Errorf("%d of %d mutants are valid: that tries little", v, mutants)
	}
}

// TestJingDialects does the same with the grammars of the dialects.
func TestJingDialects(t *testing.T) {
	all := newJudgedBy(t)
	t.Parallel()
	m := newMutator(t, "invalid/dialect-*.xml")
	var s scan.Scanner
	var docs [][]byte
	for len(docs) < 600 {
		doc := m.next()
		for s.Reset(doc, 0); s.Next() != scan.EOF; {
		}
		if !s.Malformed() {
			docs = append(docs, doc)
		}
	}
	names := all.write(docs)
	var j scan.Judge
	for g := schemas.A51 + 1; g < schemas.NumGrammars; g++ {
		before := all.valid.Load()
		verdicts := make([]bool, len(docs))
		for i, doc := range docs {
			verdicts[i] = j.Valid(doc, 0, g, nil)
		}
		all.compare(g.String(), names, docs, verdicts)
		if n := all.valid.Load() - before; n < 10 {
			t.Errorf("%s: %d of %d mutants are valid: that tries little", g, n, len(docs))
		}
	}
}

// newJudgedBy skips where jing is not.
func newJudgedBy(t *testing.T) *judgedBy {
	t.Helper()
	jing := peertest.Program(t, "jing")
	if testing.Short() {
		t.Skip("takes a minute")
	}
	grammars, err := filepath.Abs("../schemas")
	if err != nil {
		t.Fatal(err)
	}
	return &judgedBy{t: t, jing: jing, grammars: grammars, dir: t.TempDir()}
}

// grammar is the file of a dialect's grammar, or of the standard's.
func (all *judgedBy) grammar(dialect string) string {
	return filepath.Join(all.grammars, cmp.Or(dialect, "audit-message")+".rnc")
}

// judgedBy compares arr's verdicts with jing's, which runs while arr judges what is next.
type judgedBy struct {
	t                   *testing.T
	jing, grammars, dir string

	runs   sync.WaitGroup
	valid  atomic.Int64
	ill, n int
}

// judge judges the next mutants that are well formed, and starts jing.
func (all *judgedBy) judge(m *mutator, count int) {
	p := parser.New(parser.Options{})
	var s scan.Scanner
	var j scan.Judge
	docs, verdicts := make([][]byte, 0, count), make([]bool, 0, count)
	for n := 0; len(docs) < count; n++ {
		doc := m.next()
		for s.Reset(doc, 0); s.Next() != scan.EOF; {
		}
		valid := !s.Malformed() && j.Valid(doc, 0, schemas.A51, nil)
		if n%every == 0 {
			if class := p.ValidateDocument(doc).Class; (class == audit.Conformant) != valid || (class == audit.Malformed) != s.Malformed() {
				all.t.Errorf("as a document it is %v, valid %v, malformed %v:\n%s", class, valid, s.Malformed(), doc)
			}
		}
		if !s.Malformed() {
			docs, verdicts = append(docs, doc), append(verdicts, valid)
		} else if all.ill++; all.ill <= fatal {
			checkFatal(all.t, all.jing, all.grammar(""), doc)
		}
	}
	names := all.write(docs)
	all.runs.Go(func() { all.compare("", names, docs, verdicts) })
}

// write writes documents to files.
func (all *judgedBy) write(docs [][]byte) []string {
	names := make([]string, len(docs))
	for i, doc := range docs {
		names[i] = fmt.Sprintf("%05d.xml", all.n)
		all.n++
		if err := os.WriteFile(filepath.Join(all.dir, names[i]), doc, 0o644); err != nil {
			all.t.Fatal(err)
		}
	}
	return names
}

// compare asks jing for documents by a dialect's grammar, or the standard's.
func (all *judgedBy) compare(dialect string, names []string, docs [][]byte, verdicts []bool) {
	t := all.t
	cmd := exec.CommandContext(t.Context(), all.jing, append([]string{"-c", all.grammar(dialect)}, names...)...)
	cmd.Dir = all.dir
	out, err := cmd.Output()
	if exit, failed := err.(*exec.ExitError); err != nil && (!failed || len(out) == 0) {
		t.Errorf("%v: %s", err, exit.Stderr)
		return
	}
	faulty := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, ": fatal: ") {
			t.Errorf("jing stops at a document that is well formed here: %s", line)
			return
		}
		if i := strings.Index(line, ".xml:"); i > 0 {
			faulty[filepath.Base(line[:i+4])] = line
		}
	}
	for i, name := range names {
		want := faulty[name] == ""
		if want {
			all.valid.Add(1)
		}
		if got := verdicts[i]; got != want && !knownFault.Match(docs[i]) {
			t.Errorf("%s: valid is %v, and jing says %q of\n%s", dialect, got, faulty[name], docs[i])
		}
	}
}

// checkFatal asks jing for a document that is not well formed here.
func checkFatal(t *testing.T, jing, grammar string, doc []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fatal.xml")
	if err := os.WriteFile(name, doc, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), jing, "-c", grammar, name).Output(); err == nil || !bytes.Contains(out, []byte("fatal")) {
		t.Errorf("not well formed here, and jing says %q of\n%s", out, doc)
	}
}

// knownFault finds the dates and times in which jing's library departs from XML Schema:
// midnight as hour 24, an offset of -14:00, second 60, a point without digits.
var knownFault = regexp.MustCompile(`EventDateTime\s*=\s*["'][^"']*(T24:00:00|-14:00|:60|\.(Z|[+-]|\s*["']))`)

// mutator makes faulty messages of valid ones, always the same.
type mutator struct {
	rand  *rand.Rand
	bases [][]byte
	// found are the matches in the bases, which are looked for once.
	found map[search][][]int
}

type search struct {
	re  *regexp.Regexp
	doc *byte
}

func newMutator(t testing.TB, vectors string) *mutator {
	t.Helper()
	m := &mutator{rand: rand.New(rand.NewPCG(15, 3)), found: map[search][][]int{}}
	files, err := filepath.Glob("../testdata/vectors/" + vectors)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(doc, []byte("\xFF\xFE")) && !bytes.Contains(doc, []byte("ISO-8859")) && !bytes.Contains(doc, []byte("DOCTYPE")) {
			m.bases = append(m.bases, doc)
			for _, re := range []*regexp.Regexp{attributes, tags, leaves, values, texts, names} {
				m.found[search{re, &doc[0]}] = re.FindAllIndex(doc, -1)
			}
		}
	}
	if len(m.bases) == 0 {
		t.Fatal("there are no messages to begin with")
	}
	return m
}

var (
	attributes = regexp.MustCompile(`\s[A-Za-z:-]+="[^"]*"`)
	tags       = regexp.MustCompile(`</?[A-Za-z]+[^<>]*>`)
	leaves     = regexp.MustCompile(`<[A-Za-z]+[^<>]*/>|<([A-Za-z]+)[^<>/]*>[^<>]*</[A-Za-z]+>`)
	values     = regexp.MustCompile(`"[^"<>]*"`)
	texts      = regexp.MustCompile(`>[^<>]+</`)
	names      = regexp.MustCompile(`\b[A-Za-z-]+=`)
)

// words are values that are right for one datatype and wrong for most others.
var words = strings.Split(`|0|1|2|3|4|5|8|12|15|16|26|27|02|+4|-1| E |E|e|R|true|false|TRUE|True|1 |yes|`+
	`2026-03-04T05:06:07Z|2026-03-04T05:06:07|2026-02-29T00:00:00Z|2024-02-29T23:59:59.999999+14:00|2026-03-04T05:06:07+14:01|`+
	`0000-01-01T00:00:00Z|-0001-01-01T00:00:00Z|12026-01-01T00:00:00Z|02026-01-01T00:00:00Z|2026-3-4T5:6:7Z|2026-03-04 05:06:07|2026-03-04T05:06:07.Z|`+
	`QQ==|QUI=|QUJD|QUJDRA==|QR==|QQ|Q Q = =|-_-_|QUJD QUJD|3.0|1e3|007|123456789012345678901234567890|1.2.3|&#x45;|&#32;E&#10;|&lt;|ü|`+"\n\t", "|")

var elements = strings.Fields(`AuditMessage EventIdentification EventID EventTypeCode EventOutcomeDescription ActiveParticipant RoleIDCode
	MediaIdentifier MediaType AuditSourceIdentification AuditSourceTypeCode ParticipantObjectIdentification ParticipantObjectIDTypeCode
	ParticipantObjectName ParticipantObjectQuery ParticipantObjectDetail ParticipantObjectDescription MPPS Accession SOPClass Instance
	ParticipantObjectContainsStudy StudyIDs Encrypted Anonymized PurposeOfUse UserIDTypeCode Other`)

// attributeNames are what is put into tags.
var attributeNames = strings.Fields(`csd-code code codeSystemName codeSystem displayName originalText EventActionCode UserID UserIsRequestor
	AuditSourceID ParticipantObjectID ParticipantObjectTypeCode UID Number NumberOfInstances type value xml:lang xmlns:p p:x`)

func (m *mutator) pick(list []string) string { return list[m.rand.IntN(len(list))] }

// place is one match of re in doc behind the XML declaration, nil if there is none.
func (m *mutator) place(re *regexp.Regexp, doc []byte) []int {
	all, ok := m.found[search{re, &doc[0]}]
	if !ok {
		all = re.FindAllIndex(doc, -1)
	}
	declared := bytes.Index(doc, []byte("?>"))
	for len(all) > 0 && all[0][0] < declared {
		all = all[1:]
	}
	if len(all) == 0 {
		return nil
	}
	return all[m.rand.IntN(len(all))]
}

// replace puts text in place of doc[from:to].
func replace(doc []byte, from, to int, text string) []byte {
	out := append([]byte{}, doc[:from]...)
	return append(append(out, text...), doc[to:]...)
}

// next makes a document with one to three mutations, most often one.
func (m *mutator) next() []byte {
	doc := m.bases[m.rand.IntN(len(m.bases))]
	for n := 1; n <= 3; n++ {
		doc = m.mutate(doc)
		if m.rand.IntN(4) > 0 {
			break
		}
	}
	return doc
}

func (m *mutator) mutate(doc []byte) []byte {
	switch m.rand.IntN(16) {
	case 0: // take an attribute away
		if at := m.place(attributes, doc); at != nil {
			return replace(doc, at[0], at[1], "")
		}
	case 1, 2, 3: // another value
		if at := m.place(values, doc); at != nil {
			return replace(doc, at[0]+1, at[1]-1, m.pick(words))
		}
	case 4: // another text
		if at := m.place(texts, doc); at != nil {
			return replace(doc, at[0]+1, at[1]-2, m.pick(words))
		}
	case 5: // take an element away
		if at := m.place(leaves, doc); at != nil {
			return replace(doc, at[0], at[1], "")
		}
	case 6: // an element twice
		if at := m.place(leaves, doc); at != nil {
			return replace(doc, at[1], at[1], string(doc[at[0]:at[1]]))
		}
	case 7: // move an element
		if at, to := m.place(leaves, doc), m.place(tags, doc); at != nil && to[0] > at[1] {
			moved := string(doc[at[0]:at[1]])
			return replace(replace(doc, to[1], to[1], moved), at[0], at[1], "")
		}
	case 8: // a new element
		if at := m.place(tags, doc); at != nil {
			return replace(doc, at[1], at[1], "<"+m.pick(elements)+"/>")
		}
	case 9: // a new attribute
		if at := m.place(tags, doc); at != nil && doc[at[0]+1] != '/' {
			end := at[1] - 1
			if doc[end-1] == '/' {
				end--
			}
			return replace(doc, end, end, " "+m.pick(attributeNames)+`="`+m.pick(words)+`"`)
		}
	case 10: // text between tags
		if at := m.place(tags, doc); at != nil {
			return replace(doc, at[1], at[1], m.pick(words))
		}
	case 11, 12: // what means nothing
		if at := m.place(tags, doc); at != nil {
			return replace(doc, at[1], at[1], m.pick([]string{"<!-- c -->", "<?p i?>", "\n", " \t\r\n", "<![CDATA[]]>", "<![CDATA[ ]]>", "&#32;", "<![CDATA[x]]>"}))
		}
	case 13: // rename
		if at := m.place(names, doc); at != nil {
			return replace(doc, at[0], at[1]-1, m.pick(attributeNames))
		}
	case 14: // inside a text
		if at := m.place(texts, doc); at != nil {
			mid := at[0] + 1 + m.rand.IntN(at[1]-at[0]-2)
			return replace(doc, mid, mid, m.pick([]string{"<!-- c -->", "<?p i?>", " ", "<![CDATA[QUJD]]>", "&amp;", "&#x41;"}))
		}
	default: // a byte
		i := max(m.rand.IntN(len(doc)), bytes.Index(doc, []byte("?>"))+2)
		return replace(doc, i, i+1, string(rune(' '+m.rand.IntN(95))))
	}
	return doc
}
