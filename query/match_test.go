package query_test

import (
	"slices"
	"strings"
	"testing"

	"arr/query"

	"pgregory.net/rapid"
)

// leaf compiles a question that is one condition on one field.
func leaf(t testing.TB, text string) *query.Leaf {
	t.Helper()
	p, err := query.Compile(query.Question{Text: text}, env)
	if err != nil {
		t.Fatal(err)
	}
	return leaves(p.Where)[0]
}

// Text in ASCII is searched byte by byte and other text word by word; both must agree with
// the plain meaning of words.
func TestPhrasesAgree(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "aa", "ab", "b", "ba", "1", "qa"})
	between := rapid.SampledFrom([]string{" ", "^", "--"})
	rapid.Check(t, func(rt *rapid.T) {
		asked := rapid.SliceOfN(word, 1, 4).Draw(rt, "asked")
		prefix := rapid.Bool().Draw(rt, "prefix")
		var value strings.Builder
		var in []string
		for range rapid.IntRange(0, 9).Draw(rt, "words") {
			w := word.Draw(rt, "word")
			in = append(in, w)
			if rapid.Bool().Draw(rt, "upper") {
				w = strings.ToUpper(w)
			}
			value.WriteString(w + between.Draw(rt, "between"))
		}
		text := strings.Join(asked, " ")
		if prefix {
			text += "*"
		}
		for _, c := range []struct {
			field string
			want  bool
		}{
			{"text", inRow(in, asked, prefix)},
			{"user.name", inAnyOrder(in, asked, prefix)},
		} {
			l := leaf(t, c.field+`:"`+text+`"`)
			if got := l.Match([]byte(value.String())); got != c.want {
				rt.Errorf("%s:%q in %q: %v", c.field, text, value.String(), got)
			}
			if got := l.Match([]byte(value.String() + "é")); got != c.want {
				rt.Errorf("%s:%q in %q with an accent: %v", c.field, text, value.String(), got)
			}
		}
	})
}

func same(word, asked string, prefix bool) bool {
	return word == asked || prefix && strings.HasPrefix(word, asked)
}

func inRow(words, asked []string, prefix bool) bool {
	for ; len(words) >= len(asked); words = words[1:] {
		all := true
		for i, a := range asked {
			all = all && same(words[i], a, prefix && i == len(asked)-1)
		}
		if all {
			return true
		}
	}
	return false
}

func inAnyOrder(words, asked []string, prefix bool) bool {
	for i, a := range asked {
		if !slices.ContainsFunc(words, func(w string) bool { return same(w, a, prefix && i == len(asked)-1) }) {
			return false
		}
	}
	return true
}

func TestFuzzyDistance(t *testing.T) {
	for _, c := range []struct {
		asked, word string
		want        bool
	}{
		{"meier", "meier", true}, {"meier", "maier", true}, {"meier", "meir", true}, {"meier", "meiers", true}, {"meier", "miere", false},
		{"meier", "emier", true}, {"meier", "maior", false}, {"meier", "mayer", false},
		{"schmidt", "schmitt", true}, {"schmidt", "schmied", true}, {"schmidt", "shcmitd", true}, {"schmidt", "schneid", false}, {"schmidt", "schm", false},
		{"müller", "MULLER", true}, {"müller", "moeller", true}, {"müller", "miler", true}, {"a", "b", true}, {"a", "bc", false},
		{"五百", "五千", true}, {"a", strings.Repeat("a", 100), false},
	} {
		if got := leaf(t, "text:~"+c.asked).Match([]byte(c.word)); got != c.want {
			t.Errorf("~%s and %s: %v, want %v", c.asked, c.word, got, c.want)
		}
	}
}

func TestMatchingCostsNothing(t *testing.T) {
	value := []byte("MSH|^~\\&|RIS|HOSPITAL|PACS|RAD|20260301120000||ADT^A08|4711|P|2.5")
	for _, text := range []string{"patient.id:P1^^^HOSP", "user.id:jdoe", "host:pacs", "peer:192.0.2.1", "outcome:>4", `"adt a08"`, "user.name:doe", "patient.id:P*"} {
		l := leaf(t, text)
		if n := testing.AllocsPerRun(100, func() { l.Match(value) }); n != 0 {
			t.Errorf("%s allocates %v times", text, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	details := []byte(strings.Repeat("PID|1||4711^^^HOSP&1.2.3&ISO||Grundmann^Erika^^^Dr.||19700101|F|||Hauptstr. 1^^Musterstadt|| ", 6))
	accents := []byte(strings.ReplaceAll(string(details), "Hauptstr.", "Hauptstraße"))
	for _, c := range []struct {
		name, question string
		value          []byte
	}{
		{"id", "patient.id:P1000000", []byte("P1000001^^^HOSP&1.2.3&ISO")},
		{"name", `user.name:"erika meier"`, []byte("Grundmann^Erika^^^Dr.")},
		{"phrase", `"patient merged"`, details},
		{"phrase-accents", `"patient merged"`, accents},
		{"fuzzy", "~mergde", details},
	} {
		b.Run(c.name, func(b *testing.B) {
			l := leaf(b, c.question)
			b.SetBytes(int64(len(c.value)))
			b.ReportAllocs()
			for b.Loop() {
				if l.Match(c.value) {
					b.Fatal("found what is not there")
				}
			}
		})
	}
}
