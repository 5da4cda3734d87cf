package scan_test

import (
	"fmt"
	"strings"
	"testing"

	"arr/scan"
)

// render gives a document's tokens as a line of text, and the codes of its faults.
func render(s *scan.Scanner, doc string, from int) (tokens, faults string) {
	var t, f []string
	s.Reset([]byte(doc), from)
	for kind := s.Next(); kind != scan.EOF; kind = s.Next() {
		switch kind {
		case scan.Start:
			tag := fmt.Sprintf("<%d", s.Element)
			for _, a := range s.Attrs {
				kind := a.Name.String()
				switch a.Name {
				case scan.OtherAttribute:
					kind = "0"
				case scan.Hint:
					kind = "hint"
				}
				tag += fmt.Sprintf(" %s(%s)=%s", doc[a.NameOff:a.NameEnd], kind, doc[a.Off:a.End])
			}
			if s.Empty {
				tag += "/"
			}
			t = append(t, tag+">")
		case scan.End:
			t = append(t, fmt.Sprintf("</%d>", s.Element))
		case scan.Text:
			mark := ""
			if s.CDATA {
				mark = "!"
			}
			t = append(t, fmt.Sprintf("%s%d:%q", mark, s.Element, doc[s.Off:s.End]))
		}
	}
	for _, x := range s.Faults {
		f = append(f, fmt.Sprintf("%v@%d+%d", x.Code, x.Off, x.Len))
	}
	return strings.Join(t, " "), strings.Join(f, " ")
}

func TestTokens(t *testing.T) {
	var s scan.Scanner
	for _, c := range []struct{ name, doc, want string }{
		{"empty element", `<AuditMessage/>`, `<1/>`},
		{"attributes", `<EventID csd-code="1" codeSystemName = 'D"M' x="y&amp;z" />`, `<3 csd-code(csd-code)=1 codeSystemName(codeSystemName)=D"M x(0)=y&amp;z/>`},
		{"text", "<a> b\n c <EventID/> ]] </a>", "<0> 0:\"b\\n c\" <3/> 0:\"]]\" </0>"},
		{"blank text", "<a>\n\t<b>  </b></a >", "<0> <0> </0> </0>"},
		{"cdata", "<a>x<![CDATA[ <&] ]]>y<![CDATA[ ]]></a>", `<0> 0:"x" !0:"<&]" 0:"y" </0>`},
		{"comments and instructions", "<?a b?><!-- c --><a><!-- - -->d<?e?></a><!--f-->\n", `<0> 0:"d" </0>`},
		{"prefix", "<p:AuditMessage xmlns:p='u' p:UserID='1' UserID='2'/>", "<1 xmlns:p(hint)=u p:UserID(0)=1 UserID(UserID)=2/>"},
		{"hints", `<a xmlns='u' xmlns:xsi='v' xsi:q='w' xml:lang='en'/>`, "<0 xmlns(hint)=u xmlns:xsi(hint)=v xsi:q(hint)=w xml:lang(hint)=en/>"},
		{"beyond ASCII", "<a é='ü'>Ж</a>", `<0 é(0)=ü> 0:"Ж" </0>`},
		{"declaration", "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes' ?>\n<a/>", "<0/>"},
		{"XML 1.1", "<?xml version='1.1'?><a/>", "<0/>"},
		{"byte order mark", "\xEF\xBB\xBF<?xml version='1.0'?><a/>", "<0/>"},
		{"long values", "<a b='" + strings.Repeat("x", 100) + "'>" + strings.Repeat("y", 99) + "</a>",
			"<0 b(0)=" + strings.Repeat("x", 100) + "> 0:\"" + strings.Repeat("y", 99) + "\" </0>"},
	} {
		got, faults := render(&s, c.doc, 0)
		if got != c.want || faults != "" || s.Malformed() {
			t.Errorf("%s: got %s, faults %s, want %s", c.name, got, faults, c.want)
		}
		if again, _ := render(&s, "junk"+c.doc, 4); again != got {
			t.Errorf("%s: behind other text: got %s, want %s", c.name, again, got)
		}
	}
}

func TestFaults(t *testing.T) {
	var s scan.Scanner
	for _, c := range []struct{ doc, faults, tokens string }{
		{"<a>\xFF</a>", "bad-utf8@3+1", "<0> 0:\"\\xff\" </0>"},
		{"<a b='\xC0\xAF'/>", "bad-utf8@6+1 bad-utf8@7+1", "<0 b(0)=\xC0\xAF/>"},
		{"<a>\xED\xA0\x80</a>", "bad-utf8@3+1 bad-utf8@4+1 bad-utf8@5+1", "<0> 0:\"\\xed\\xa0\\x80\" </0>"},
		{"<a b='\x01'>\x02</a>", "bad-character@6+1 bad-character@9+1", "<0 b(0)=\x01> 0:\"\\x02\" </0>"},
		{"<a>\uFFFE</a>", "bad-character@3+3", `<0> 0:"\ufffe" </0>`},
		{"<a>&#0;&#xD800;&#x110000;&#;&#x;&#99999999999;</a>",
			"bad-character-reference@3+4 bad-character-reference@7+8 bad-character-reference@15+10 bad-character-reference@25+3 bad-character-reference@28+4 bad-character-reference@32+14",
			"<0> 0:\"&#0;&#xD800;&#x110000;&#;&#x;&#99999999999;\" </0>"},
		{"<a>&n; & &amp</a>", "unknown-entity@3+3 bare-ampersand@7+1 bare-ampersand@9+1", `<0> 0:"&n; & &amp" </0>`},
		{"<a b='<'/>", "less-than-in-value@6+1", "<0 b(0)=</>"},
		{"<a>]]></a>", "cdata-end-in-text@3+3", `<0> 0:"]]>" </0>`},
		{"<a><1/><:b/><c:/></a>", "bad-tag@3+2 bad-tag@7+3 bad-tag@12+3", "<0> </0>"},
		{"<a>< b></a>", "bad-tag@3+1", "<0> </0>"},
		{"<a b/>", "bad-attribute@3+1", "<0/>"},
		{"<a b=c d='e'>x</a>", "bad-attribute@3+2", `<0> 0:"x" </0>`},
		{"<a 1='2'/>", "bad-attribute@3+1", "<0/>"},
		{"<a b='1'c='2'/>", "missing-space@8+1", "<0 b(0)=1 c(0)=2/>"},
		{"<EventID code='1' code='2'/>", "duplicate-attribute@18+4", "<3 code(code)=1/>"},
		{"<a b='1' b='2'/>", "duplicate-attribute@9+1", "<0 b(0)=1/>"},
		{"<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>", "duplicate-attribute@35+3", "<0 xmlns:p(hint)=u xmlns:q(hint)=u p:x(0)=1 q:x(0)=2/>"},
		{"<p:a/>", "undeclared-prefix@1+3", "<0/>"},
		{"<a><b xmlns:p='u'/><p:c p:d='1'/></a>", "undeclared-prefix@20+3 undeclared-prefix@24+3",
			"<0> <0 xmlns:p(hint)=u/> <0 p:d(0)=1/> </0>"},
		{"<a xmlns:p=''/>", "bad-namespace@3+9", "<0 xmlns:p(hint)=/>"},
		{"<a xmlns:xmlns='u'/>", "bad-namespace@3+14", "<0 xmlns:xmlns(hint)=u/>"},
		{"<a xmlns:xml='u'/>", "bad-namespace@3+12", "<0 xmlns:xml(hint)=u/>"},
		{"<a><b></a>", "mismatched-end-tag@6+3", "<0> <0> </0>"},
		{"<a></b></a>", "mismatched-end-tag@3+3", "<0> </0>"},
		{"<a></a x>", "bad-tag@3+4", "<0> </0>"},
		{"<a><!-- -- --></a>", "bad-comment@3+7", "<0> </0>"},
		{"<a><!-- <b/>", "bad-comment@3+9 unterminated@12+0", "<0> <0/>"},
		{"<a><!x></a>", "bad-tag@3+2", "<0> </0>"},
		{"<a><?xml version='1.0'?><??></a>", "bad-declaration@3+21 bad-processing-instruction@24+4", "<0> </0>"},
		{"<?xml encoding='UTF-8'?><a/>", "bad-declaration@0+24", "<0/>"},
		{"<?xml version='1.0' standalone='maybe'?><a/>", "bad-declaration@0+40", "<0/>"},
		{"<?xml version='1.0'encoding='UTF-8'?><a/>", "bad-declaration@0+37", "<0/>"},
		{"<?xml version='2.0'?><a/>", "bad-declaration@0+21", "<0/>"},
		{"<![CDATA[x]]><a/>", "bad-cdata@0+13", "<0/>"},
		{"<a><![CDATA[x", "bad-cdata@3+10 unterminated@13+0", `<0> !0:"x"`},
		{"<!DOCTYPE a [<!ENTITY n 'x'>]><a>&n;</a>", "doctype@0+13 unknown-entity@33+3", `<0> 0:"&n;" </0>`},
		{"<!DOCTYPE a SYSTEM 'a>b'><a/>", "doctype-ignored@0+25", "<0/>"},
		{"<!DOCTYPEa><a/>", "bad-tag@0+11", "<0/>"},
		{"x<a/>", "text-outside-root@0+1", "<0/>"},
		{"<a/>x<b/>", "text-outside-root@4+1", "<0/>"},
		{"<a/><b/>", "second-root@4+2", "<0/>"},
		{"", "no-root@0+0", ""},
		{" \n", "no-root@2+0", ""},
		{"<a><b c='d'>e", "unterminated@13+0", `<0> <0 c(0)=d> 0:"e"`},
		{"<a b='1' c='2", "bad-attribute@9+4 unterminated@13+0", "<0 b(0)=1>"},
		{"<a b='1'", "bad-tag@0+8 unterminated@8+0", "<0 b(0)=1>"},
		{"<a", "bad-tag@0+2 unterminated@2+0", "<0>"},
		{"<", "bad-tag@0+1 no-root@1+0", ""},
		{"<a></", "bad-tag@3+2 unterminated@5+0", "<0>"},
		{"<a></a", "bad-tag@3+3 unterminated@6+0", "<0>"},
		{"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", "second-byte-order-mark@3+3", "<0/>"},
		{"\n<?xml version='1.0'?><a/>", "leading-white-space@0+1", "<0/>"},
		{" \xEF\xBB\xBF<a/>", "late-byte-order-mark@0+1", "<0/>"},
		{"<a><b <c/></a>", "bad-tag@3+3 mismatched-end-tag@10+3", "<0> <0> <0/> </0>"},
	} {
		tokens, faults := render(&s, c.doc, 0)
		if tokens != c.tokens || faults != c.faults {
			t.Errorf("%q:\n got %s\n     %s\nwant %s\n     %s", c.doc, tokens, faults, c.tokens, c.faults)
		}
		malformed := false
		for _, f := range s.Faults {
			malformed = malformed || !f.Code.Note()
		}
		if s.Malformed() != malformed {
			t.Errorf("%q: Malformed is %v", c.doc, s.Malformed())
		}
	}
}

func TestEveryFaultSaysWhatItIs(t *testing.T) {
	seen := map[string]bool{}
	for c := scan.FaultCode(0); c <= scan.SpacedByteOrder; c++ {
		if c.String() == "" || seen[c.String()] || !strings.HasSuffix(c.Sentence(), ".") {
			t.Errorf("code %d is %q: %q", c, c, c.Sentence())
		}
		seen[c.String()] = true
	}
}

func TestBounds(t *testing.T) {
	var s scan.Scanner
	for _, c := range []struct{ name, doc, fault string }{
		{"depth", strings.Repeat("<a>", scan.MaxDepth+1), "too-deep"},
		{"attributes", "<a" + manyAttributes(100_000, "") + "/>", "too-many-attributes"},
		{"namespaces", "<a" + manyAttributes(200, "xmlns:") + "/>", "too-many-namespaces"},
		{"faults", "<a>" + strings.Repeat("&", 100) + "</a>", "bare-ampersand"},
	} {
		_, faults := render(&s, c.doc, 0)
		if !strings.Contains(faults, c.fault) || len(s.Faults) > scan.MaxFaults || !s.Malformed() {
			t.Errorf("%s: faults %s", c.name, faults)
		}
	}
	doc := "<a" + manyAttributes(scan.MaxAttributes, "") + strings.Repeat("><a", scan.MaxDepth-1) + "/>"
	doc += strings.Repeat("</a>", scan.MaxDepth-1)
	if _, faults := render(&s, doc, 0); faults != "" {
		t.Errorf("at the bounds: faults %s", faults)
	}
	if _, faults := render(&s, "<a"+manyAttributes(20, "")+" n7=''/>", 0); !strings.HasPrefix(faults, "duplicate-attribute") {
		t.Errorf("a name twice among many: faults %s", faults)
	}
}

func manyAttributes(n int, prefix string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " %sn%d='u'", prefix, i)
	}
	return b.String()
}

func TestNamespaced(t *testing.T) {
	var s scan.Scanner
	for doc, want := range map[string]bool{
		"<a>":                         false,
		"<a xmlns='u'>":               true,
		"<a xmlns=''>":                false,
		"<p:a xmlns:p='u'>":           true,
		"<a xmlns:p='u'>":             false,
		"<a xmlns:xsi='u' xsi:b='c'>": false,
	} {
		s.Reset([]byte(doc), 0)
		if s.Next() != scan.Start || s.Namespaced() != want {
			t.Errorf("%s: Namespaced is %v", doc, !want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	docs, _ := documents(64)
	var s scan.Scanner
	all := func() {
		for _, doc := range docs {
			for s.Reset(doc, 0); s.Next() != scan.EOF; {
			}
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
