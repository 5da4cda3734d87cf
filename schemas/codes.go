package schemas

import (
	_ "embed"
	"strings"
	"sync"
)

// Code is a code that a table gives a meaning to.
type Code struct {
	// Table is "CID 400", "IHE transaction", "object role", "SOP class" and so on.
	Table string
	// Scheme is the coding scheme ("DCM"), or the attribute whose list the code is of.
	Scheme, Code, Meaning string
}

//go:embed codes.tsv
var codesText string

// CodeTable is the codes of PS3.16's context groups for audit messages (CID 400 to 406), of
// the closed lists of PS3.15 A.5, of IHE's transactions and events, and the common SOP
// classes of PS3.4. Use Codes.
type CodeTable struct {
	once sync.Once
	all  []Code
	by   map[string]map[string]*Code
}

// Codes is the table.
var Codes = &CodeTable{}

func (t *CodeTable) load() {
	t.once.Do(func() {
		lines := strings.Split(strings.TrimSpace(codesText), "\n")
		t.all = make([]Code, 0, len(lines))
		t.by = map[string]map[string]*Code{}
		for _, line := range lines[1:] {
			cells := strings.Split(line, "\t")
			t.all = append(t.all, Code{cells[0], cells[1], cells[2], cells[3]})
			c := &t.all[len(t.all)-1]
			if t.by[c.Scheme] == nil {
				t.by[c.Scheme] = map[string]*Code{}
			}
			if t.by[c.Scheme][c.Code] == nil {
				t.by[c.Scheme][c.Code] = c
			}
		}
	})
}

// All gives the codes in the order of the tables. It is not to be changed.
func (t *CodeTable) All() []Code {
	t.load()
	return t.all
}

// Find gives the code of a scheme, nil if there is none.
func (t *CodeTable) Find(scheme, code string) *Code {
	t.load()
	return t.by[scheme][code]
}

// has says whether a scheme has a code.
func (t *CodeTable) has(scheme string, code []byte) bool {
	t.load()
	return t.by[scheme][string(code)] != nil
}

// Meaning gives what a code means: in its scheme, or where senders name another, in the
// scheme that the code's own form tells ("ITI-18", "110100", a UID). It is "" of a code
// that no table has.
func (t *CodeTable) Meaning(scheme, code string) string {
	for _, s := range [...]string{scheme, "DCM", "IHE Transactions", "IHE", "DICOM UID"} {
		if s != scheme && len(code) < 5 {
			continue
		}
		if c := t.Find(s, code); c != nil {
			return c.Meaning
		}
	}
	return ""
}

// Search gives the codes whose code, meaning, scheme or table has all words of text in it,
// without regard to case, in the order of the tables. A code that stands in two tables
// comes once. No words give all.
func (t *CodeTable) Search(text string) []Code {
	words := strings.Fields(strings.ToLower(text))
	var out []Code
	seen := map[[2]string]bool{}
	for _, c := range t.All() {
		key := [2]string{c.Scheme, c.Code}
		if seen[key] || !c.has(words) {
			continue
		}
		seen[key] = true
		out = append(out, c)
	}
	return out
}

func (c *Code) has(words []string) bool {
	text := strings.ToLower(c.Table + " " + c.Scheme + " " + c.Code + " " + c.Meaning)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
