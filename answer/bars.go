package answer

import (
	"bufio"
	"strconv"
	"strings"
	"time"

	"arr/audit"
	"arr/query"
)

// bars is a table of buckets, with a bar chart beside the counts on a terminal.
type bars struct {
	plain
	out    *bufio.Writer
	plan   *query.Plan
	width  int
	labels []string
	counts []int64
}

// longestBar is the longest bar in columns, widestLabel the widest value beside it.
const (
	longestBar  = 40
	widestLabel = 60
)

func (b *bars) bucket(k query.Bucket) error {
	name := k.Value
	switch {
	case b.plan.Kind == query.Histogram:
		name = b.period(k.Time)
	case b.plan.Fields == audit.Fields(audit.FieldOutcome):
		name = outcomeWord(name)
	case b.plan.Fields == audit.Fields(audit.FieldAction):
		name = actionWord(name)
	}
	b.labels = append(b.labels, audit.Visible(name))
	b.counts = append(b.counts, k.Count)
	return nil
}

// period names an hour, day or month; hours have their zone, since one comes twice
// when clocks are set back.
func (b *bars) period(us int64) string {
	t := time.UnixMicro(us).In(zoneOf(b.plan))
	switch b.plan.Interval {
	case query.Month:
		return t.Format("2006-01")
	case query.Day:
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04 MST")
}

func (b *bars) close() error {
	if len(b.labels) == 0 {
		return nil
	}
	most, labelWidth := int64(1), 0
	for i, c := range b.counts {
		most = max(most, c)
		labelWidth = max(labelWidth, Columns(b.labels[i]))
	}
	if b.width > 0 {
		labelWidth = min(labelWidth, widestLabel, b.width/2)
	}
	countWidth := len(strconv.FormatInt(most, 10))
	room := min(b.width-labelWidth-countWidth-4, longestBar)
	var line []byte
	for i, c := range b.counts {
		name := b.labels[i]
		if b.width > 0 {
			name = Fit(name, labelWidth)
		}
		line = append(Pad(line[:0], name, labelWidth), "  "...)
		count := strconv.FormatInt(c, 10)
		line = append(append(line, strings.Repeat(" ", countWidth-len(count))...), count...)
		if bar := chartBar(c, most, room); bar != "" {
			line = append(append(line, "  "...), bar...)
		}
		if _, err := b.out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// chartBar draws count's share of most in eighths of a column; what is not nothing
// shows.
func chartBar(count, most int64, room int) string {
	if room <= 0 || count <= 0 {
		return ""
	}
	eighths := max(int(float64(count)/float64(most)*float64(room)*8), 1)
	bar := strings.Repeat("█", eighths/8)
	if part := eighths % 8; part > 0 {
		bar += string(rune('█' + 8 - part))
	}
	return bar
}

// zoneOf is the zone that a plan's hours, days and months begin in.
func zoneOf(p *query.Plan) *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}
