package receiver

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"arr/audit"
)

// cutStream shows a framer a stream of which each read brings as many bytes as
// step says, and gives the frames, each with its flags before it.
func cutStream(tb testing.TB, stream []byte, limit int, countedOnly bool, step func() int) []string {
	tb.Helper()
	f := framer{max: limit, countedOnly: countedOnly}
	var frames []string
	r, w, need := 0, 0, 1
	for w < len(stream) && f.mode != modeDone {
		w = min(w+max(step(), 1), len(stream))
		for w-r >= need && f.mode != modeDone {
			var p piece
			p, need = f.next(stream[r:w])
			if need > 0 {
				if need <= w-r {
					tb.Fatalf("need %d bytes, shown %d", need, w-r)
				}
				break
			}
			need = 1
			if p.size <= 0 || p.size > w-r || len(p.frame) > min(p.size, limit) {
				tb.Fatalf("piece of %d bytes with a frame of %d out of %d", p.size, len(p.frame), w-r)
			}
			if !bytes.Contains(stream[r:r+p.size], p.frame) {
				tb.Fatal("a frame that is no part of the stream")
			}
			if len(p.frame) > 0 {
				frames = append(frames, fmt.Sprintf("%d %s", p.flags, p.frame))
			}
			r += p.size
		}
	}
	if frame, flags := f.end(stream[r:w]); len(frame) > 0 {
		frames = append(frames, fmt.Sprintf("%d %s", flags, frame))
	}
	return frames
}

const (
	truncated = audit.FlagTruncated
	cut       = audit.FlagCutAtClose
	unframed  = audit.FlagUnframed
)

func TestFramer(t *testing.T) {
	const limit = 60
	long := strings.Repeat("x", 2*limit)
	for name, c := range map[string]struct {
		stream string
		tcp    []string // what comes of it over TCP
		tls    []string // and over TLS, where that differs
	}{
		"counted":                 {"3 abc4 defg", []string{"0 abc", "0 defg"}, nil},
		"counted with LF in it":   {"3 a\nb2 \n\n", []string{"0 a\nb", "0 \n\n"}, nil},
		"counted, LF between":     {"3 abc\n3 def\n", []string{"0 abc", "0 def"}, nil},
		"counted, CR LF between":  {"3 abc\r\n3 def\r\n", []string{"0 abc", "0 def"}, nil},
		"lines":                   {"<1>a\n<2>b\n", []string{"0 <1>a", "0 <2>b"}, nil},
		"CR is kept":              {"<1>a\r\n<2>b\x00\n", []string{"0 <1>a\r", "0 <2>b\x00"}, nil},
		"empty lines":             {"\n\n<1>a\n\n\r\n<2>b\n\n", []string{"0 <1>a", "0 <2>b"}, nil},
		"mixed":                   {"3 abc<1>x\n3 def", []string{"0 abc", "0 <1>x", "0 def"}, nil},
		"text":                    {"hello\n3 abc", []string{"0 hello", "0 abc"}, []string{"4 hello\n3 abc"}},
		"text behind a line":      {"<1>a\nhello\n", []string{"0 <1>a", "0 hello"}, nil},
		"digits and no blank":     {"2024-01-02 a\n", []string{"0 2024-01-02 a"}, []string{"4 2024-01-02 a\n"}},
		"zero":                    {"0 abc", []string{"4 0 abc"}, nil},
		"leading zero":            {"03 abc", []string{"4 03 abc"}, nil},
		"zero in a line":          {"03-04 a\n", []string{"0 03-04 a"}, []string{"4 03-04 a\n"}},
		"eleven digits":           {"00000000003 abc", []string{"4 00000000003 abc"}, nil},
		"endless digits":          {"1" + strings.Repeat("0", limit), []string{fmt.Sprintf("%d 1%s", unframed|truncated, strings.Repeat("0", limit-1))}, nil},
		"fault behind good":       {"3 abc0 x", []string{"0 abc", "4 0 x"}, nil},
		"ten digits":              {"9999999999 abc", []string{"2 abc"}, nil},
		"cut in a length":         {"3 abc12", []string{"0 abc", "2 12"}, nil},
		"cut behind a length":     {"3 abc12 ", []string{"0 abc"}, nil},
		"cut in a frame":          {"3 abc4 d", []string{"0 abc", "2 d"}, nil},
		"cut in a line":           {"<1>a\n<2>b", []string{"0 <1>a", "2 <2>b"}, nil},
		"lone CR":                 {"\r", []string{"2 \r"}, nil},
		"counted at the limit":    {"60 " + long[:60] + "1 b", []string{"0 " + long[:60], "0 b"}, nil},
		"counted over the limit":  {"61 " + long[:61] + "1 b", []string{"1 " + long[:60], "0 b"}, nil},
		"line at the limit":       {"<" + long[:59] + "\n<1>b\n", []string{"0 <" + long[:59], "0 <1>b"}, nil},
		"line over the limit":     {"<" + long[:60] + "\n<1>b\n", []string{"1 <" + long[:59], "0 <1>b"}, nil},
		"long line, cut":          {"<" + long, []string{"1 <" + long[:59]}, nil},
		"unframed at the limit":   {"0 " + long[:58], []string{"4 0 " + long[:58]}, nil},
		"unframed over the limit": {"0 " + long[:59], []string{"5 0 " + long[:58]}, nil},
	} {
		if c.tls == nil {
			c.tls = c.tcp
		}
		checkFrames(t, name, c.stream, limit, false, c.tcp)
		checkFrames(t, name+" over TLS", c.stream, limit, true, c.tls)
	}
}

func TestFramerJoinsLines(t *testing.T) {
	const doc = "<85>1 - - - - - - <?xml version=\"1.0\"?>\n<AuditMessage>\n  <EventIdentification/>\n</AuditMessage>"
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"indented":              {doc + "\n<2>b\n", []string{"0 " + doc, "0 <2>b"}},
		"on one line":           {"<1><AuditMessage></AuditMessage>\n<2>b\n", []string{"0 <1><AuditMessage></AuditMessage>", "0 <2>b"}},
		"CR LF":                 {"<1><AuditMessage>\r\n</AuditMessage>\r\nx\n", []string{"0 <1><AuditMessage>\r\n</AuditMessage>\r", "0 x"}},
		"prefix":                {"<1><a:AuditMessage\nx='1'>\n</a:AuditMessage>\nx\n", []string{"0 <1><a:AuditMessage\nx='1'>\n</a:AuditMessage>", "0 x"}},
		"blank lines":           {"<AuditMessage>\n\n  </AuditMessage >\n\nx\n", []string{"0 <AuditMessage>\n\n  </AuditMessage >", "0 x"}},
		"no header":             {"<?xml version='1.0'?>\n<!-- a\nb -->\n<AuditMessage>\n</AuditMessage>\nx\n", []string{"0 <?xml version='1.0'?>\n<!-- a\nb -->\n<AuditMessage>\n</AuditMessage>", "0 x"}},
		"PRI begins another":    {"<1><AuditMessage>\n<a>\n<23>b\n", []string{"0 <1><AuditMessage>\n<a>", "0 <23>b"}},
		"element is no PRI":     {"<AuditMessage>\n<1a>\n<1234>\n<a>\n</AuditMessage>\n", []string{"0 <AuditMessage>\n<1a>\n<1234>\n<a>\n</AuditMessage>"}},
		"declaration begins":    {"<AuditMessage>\n<?xml version='1.0'?>\n<AuditMessage>\n</AuditMessage>\n", []string{"0 <AuditMessage>", "0 <?xml version='1.0'?>\n<AuditMessage>\n</AuditMessage>"}},
		"another root begins":   {"<AuditMessage>\n<AuditMessageX>\n<AuditMessage>\n</AuditMessage>\n", []string{"0 <AuditMessage>\n<AuditMessageX>", "0 <AuditMessage>\n</AuditMessage>"}},
		"comment first":         {"<1><!-- a -->\n<!-- b -->\n<AuditMessage>\n</AuditMessage>\nx\n", []string{"0 <1><!-- a -->\n<!-- b -->\n<AuditMessage>\n</AuditMessage>", "0 x"}},
		"other document":        {"<?xml version='1.0'?>\n<foo>\n</foo>\n", []string{"0 <?xml version='1.0'?>", "0 <foo>", "0 </foo>"}},
		"name without a tag":    {"<1>AuditMessage failed\nx\n", []string{"0 <1>AuditMessage failed", "0 x"}},
		"other name":            {"<1><AuditMessages>\nx\n", []string{"0 <1><AuditMessages>", "0 x"}},
		"counted is not joined": {"14 <AuditMessage>2 ab", []string{"0 <AuditMessage>", "0 ab"}},
		"cut":                   {"<AuditMessage>\n<a/>\n", []string{"2 <AuditMessage>\n<a/>"}},
		"cut in a PRI":          {"<AuditMessage>\n<1", []string{"2 <AuditMessage>\n<1"}},
	} {
		checkFrames(t, name, c.stream, 200, false, c.want)
	}
}

// An audit message that was cut before its end tag, or that lacks its LF, ends where what can
// only be another frame begins, counted or not.
func TestFramerEndsCutMessages(t *testing.T) {
	const next, whole = "<85>1 - <AuditMessage>x</AuditMessage>", "<85>1 - <AuditMessage></AuditMessage>"
	counted := fmt.Sprintf("%d %s", len(next), next)
	for name, c := range map[string]struct{ cut, next string }{
		"in a line":                      {"<85>1 - <AuditMessage><a b='", next},
		"in a later line":                {"<85>1 - <AuditMessage>\n<a b='", next},
		"behind a line":                  {"<85>1 - <AuditMessage>\n<a/>\n", next},
		"behind a declaration":           {"<85>1 - <?xml version='1.0'?>\n", next},
		"in a blank":                     {"<85>1 - <AuditMessage> ", next},
		"behind what looks like another": {"<85>1 - <AuditMessage> <8512>1 <8>2 <>1 <85>1x", next},
		"without its LF":                 {whole, next},
	} {
		want := "0 " + strings.TrimSuffix(c.cut, "\n")
		checkFrames(t, name+", lines", c.cut+next+"\n"+whole+"\n", 200, false, []string{want, "0 " + next, "0 " + whole})
		checkFrames(t, name+", counted", c.cut+counted+counted+whole+"\n", 200, false, []string{want, "0 " + next, "0 " + next, "0 " + whole})
		checkFrames(t, name+", over TLS", c.cut+counted+whole+"\n", 200, true, []string{want, "0 " + next, "0 " + whole})
	}
	for name, line := range map[string]string{
		"no audit message":  "<85>1 - app: got 12 <85>1 - and went on",
		"no header":         "<85>1 - <AuditMessage><a/>12 <85>2 - <85> 1 <8>1</AuditMessage>",
		"no header's blank": "<85>1 - <AuditMessage><a/>12 <85>1</AuditMessage>",
	} {
		checkFrames(t, name, line+"\n"+next+"\n", 200, false, []string{"0 " + line, "0 " + next})
	}
	// A length with more digits than one may have, or with a zero before it, is the cut
	// message's.
	for _, count := range []string{"12345678901 ", "023 "} {
		checkFrames(t, count, "<85>1 - <AuditMessage>"+count+next+"\n", 200, false, []string{"0 <85>1 - <AuditMessage>" + count, "0 " + next})
	}
	// Behind what is kept of a long one the rest is skipped up to there.
	long := "<85>1 - <AuditMessage>\n" + strings.Repeat("<a/>", 50)
	for _, behind := range []string{counted, next + "\n", "\n" + counted} {
		checkFrames(t, "long, then "+behind, long+behind, 60, false, []string{"1 " + long[:60], "0 " + next})
	}
}

func TestFramerSkipsTheRestOfAJoinedFrame(t *testing.T) {
	const limit = 40
	body := strings.Repeat("<a b='c'/>\n", 10)
	for name, behind := range map[string]string{
		"end tag":         body + "</AuditMessage>\n",
		"end tag and not": body + "</AuditMessage>" + strings.Repeat("x", 3*maxTag) + "\n",
		"PRI":             body,
	} {
		stream := "<1><AuditMessage>\n" + behind + "<2>b\n"
		checkFrames(t, name, stream, limit, false, []string{"1 " + stream[:limit], "0 <2>b"})
	}
}

func checkFrames(t *testing.T, name, stream string, limit int, countedOnly bool, want []string) {
	t.Helper()
	for _, step := range []int{len(stream), 1, 2, 3, 7} {
		got := cutStream(t, []byte(stream), limit, countedOnly, func() int { return step })
		if !slices.Equal(got, want) {
			t.Errorf("%s, %d bytes a read:\n got %q\nwant %q", name, step, got, want)
		}
	}
}

func FuzzFramer(f *testing.F) {
	for _, s := range []string{
		"3 abc\n<1>a\r\n0 x",
		"<1><AuditMessage>\n <a/>\n</AuditMessage>\n<2>b\n12 ",
		"<1>1 <AuditMessage>\n <a/>9 <1>1 hello<AuditMessage>12 <85>1 ",
		"<?xml version='1.0'?>\n<a:AuditMessage x='" + strings.Repeat("y", 80) + "'>\n</a:AuditMessage>z\n\n5 hello99999999999",
	} {
		f.Add([]byte(s), uint16(30), false, []byte{1, 5, 2})
		f.Add([]byte(s), uint16(500), true, []byte{3})
	}
	f.Fuzz(func(t *testing.T, stream []byte, limit uint16, countedOnly bool, steps []byte) {
		whole := cutStream(t, stream, int(limit)+1, countedOnly, func() int { return len(stream) })
		i := 0
		pieces := cutStream(t, stream, int(limit)+1, countedOnly, func() int {
			if len(steps) == 0 {
				return 1
			}
			i++
			return int(steps[i%len(steps)])
		})
		if !slices.Equal(whole, pieces) {
			t.Errorf("in one read %q, in pieces %q", whole, pieces)
		}
	})
}

func BenchmarkFramer(b *testing.B) {
	frame := "<85>1 - - - - - - <AuditMessage>" + strings.Repeat("x", 1750) + "</AuditMessage>"
	for name, one := range map[string]string{
		"counted": fmt.Sprintf("%d %s", len(frame), frame),
		"lines":   frame + "\n",
	} {
		b.Run(name, func(b *testing.B) {
			stream := []byte(strings.Repeat(one, 500))
			b.SetBytes(int64(len(one)))
			f := framer{max: 16 << 20}
			r := 0
			for b.Loop() {
				p, need := f.next(stream[r:])
				if need > 0 {
					b.Fatal("no frame")
				}
				if r += p.size; r == len(stream) {
					r = 0
				}
			}
		})
	}
}
