package api

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exposition is a page in Prometheus' text format, version 0.0.4.
type exposition struct{ b []byte }

// family begins the samples of one metric.
func (e *exposition) family(name, kind, help string) {
	e.b = append(e.b, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kind+"\n"...)
}

// sample writes one value; labels come in pairs of name and value.
func (e *exposition) sample(name string, value float64, labels ...string) {
	e.b = append(e.b, name...)
	for i := 0; i < len(labels); i += 2 {
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		e.b = append(append(e.b, separator), labels[i]...)
		e.b = append(e.b, `="`...)
		e.b = append(e.b, labelEscaper.Replace(strings.ToValidUTF8(labels[i+1], "\uFFFD"))...)
		e.b = append(e.b, '"')
	}
	if len(labels) > 0 {
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ' ')
	e.b = append(e.b, number(value)...)
	e.b = append(e.b, '\n')
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func (e *exposition) counter(name, help string, value float64) {
	e.family(name, "counter", help)
	e.sample(name, value)
}

func (e *exposition) gauge(name, help string, value float64) {
	e.family(name, "gauge", help)
	e.sample(name, value)
}

// counters writes one sample for each key of values, in the keys' order.
func (e *exposition) counters(name, help, label string, values map[string]uint64) {
	e.family(name, "counter", help)
	names := make([]string, 0, len(values))
	for k := range values {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		e.sample(name, float64(values[k]), label, k)
	}
}

// histogram writes a latency; Prometheus' buckets are cumulative.
func (e *exposition) histogram(name, help string, l Latency) {
	e.family(name, "histogram", help)
	total := uint64(0)
	for i, n := range l.Counts {
		total += n
		le := "+Inf"
		if i < len(l.Bounds) {
			le = number(l.Bounds[i])
		}
		e.sample(name+"_bucket", float64(total), "le", le)
	}
	if len(l.Counts) <= len(l.Bounds) {
		e.sample(name+"_bucket", float64(total), "le", "+Inf")
	}
	e.sample(name+"_sum", l.Sum)
	e.sample(name+"_count", float64(total))
}

// seconds is a time as Prometheus has it: seconds since the Unix epoch.
func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
