package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/config"
	"arr/emitter"
	"arr/parser"
	"arr/query"
)

// lane is the way of audit messages of one dialect to the repositories that are to have
// them so.
type lane struct {
	dialect      emitter.Dialect
	repositories []emitter.Repository
}

// lanes reads the repositories of --to and how each wants to have what.
func lanes(c *cli.Context, header emitter.Header, speak *speaker, directory *directedSender) ([]lane, error) {
	to := c.StringSlice("to")
	if len(to) == 0 && directory != nil {
		to = []string{toDirectory}
	}
	if len(to) == 0 {
		return nil, errors.New("where audit messages go is not said: give --to tls://host:6514, or --ldap and --ldap-device")
	}
	var err error
	if header.Dialect, err = emitter.ParseDialect(c.String("dialect")); err != nil {
		return nil, fmt.Errorf("--dialect: %w", err)
	}
	var all []lane
	var names []string
	for _, text := range to {
		found, err := repositories(text, header, speak, directory)
		if err != nil {
			return nil, fmt.Errorf("--to: %w", err)
		}
		for _, r := range found {
			if slices.Contains(names, r.Name) {
				return nil, fmt.Errorf("--to %s is given twice", r.To)
			}
			names = append(names, r.Name)
			at := slices.IndexFunc(all, func(l lane) bool { return l.dialect == r.Header.Dialect })
			if at < 0 {
				at, all = len(all), append(all, lane{dialect: r.Header.Dialect})
			}
			all[at].repositories = append(all[at].repositories, r)
		}
	}
	return all, nil
}

// repositories reads a value of --to: one repository, or those that the directory leads to.
func repositories(text string, header emitter.Header, speak *speaker, directory *directedSender) (all []emitter.Repository, err error) {
	if !isDirectory(text) {
		r, err := parseRepository(text, header)
		if err != nil {
			return nil, err
		}
		r.Dialer.TLS = speak.to(r.To.Host)
		return []emitter.Repository{r}, nil
	}
	for _, d := range directory.destinations() {
		r, err := parseRepository(d.to.String()+strings.TrimPrefix(text, toDirectory), header)
		if err != nil {
			return nil, err
		}
		r.Name, r.Dialer.TLS = d.name, d.tls
		all = append(all, r)
	}
	return all, nil
}

// repositorySettings may follow the URL of --to after commas, the last of them being the
// last in any case, since a question may hold commas.
var repositorySettings = []struct {
	key string
	set func(r *emitter.Repository, value string) error
}{
	{"dialect", func(r *emitter.Repository, value string) (err error) {
		r.Header.Dialect, err = emitter.ParseDialect(value)
		return err
	}},
	{"spool-size", func(r *emitter.Repository, value string) (err error) {
		r.MaxBytes, err = config.ParseSize(value)
		return positive(r.MaxBytes, err)
	}},
	{"spool-age", func(r *emitter.Repository, value string) (err error) {
		r.MaxAge, err = parseAge(value)
		return positive(int64(r.MaxAge), err)
	}},
	{"pipelined", func(r *emitter.Repository, value string) (err error) {
		r.MaxPipelined, err = strconv.Atoi(value)
		return positive(int64(r.MaxPipelined), err)
	}},
	{"linger", func(r *emitter.Repository, value string) (err error) {
		r.NeverEnds = true
		r.Dialer.Linger, err = time.ParseDuration(value)
		return positive(int64(r.Dialer.Linger), err)
	}},
	{onlyKey, func(r *emitter.Repository, value string) (err error) {
		r.Wants, err = wants(value, r)
		return err
	}},
}

const onlyKey = "only"

// repositoryManual says what the settings are.
const repositoryManual = `Settings of a repository follow its URL after commas:

   dialect=NAME     instead of --dialect
   spool-size=SIZE  how much may wait for it on disk (default 1GiB); more is refused and counted
   spool-age=AGE    give up what waited for longer, as 30d or 12h (default never)
   pipelined=N      end the connection after N messages to learn whether they arrived; 1 sends each
                    on a connection of its own (default 65536, or what comes in some seconds)
   linger=TIME      for a repository that never ends a connection: messages count as arrived when
                    it said nothing against them for this long, as 2s
   only=QUESTION    only what this question finds, as arr query has it; stands last`

// parseRepository reads a value of --to.
func parseRepository(text string, header emitter.Header) (emitter.Repository, error) {
	url, rest, more := strings.Cut(text, ",")
	to, err := emitter.ParseTarget(url)
	if err != nil {
		return emitter.Repository{}, err
	}
	r := emitter.Repository{Name: repositoryName(to), To: to, Header: header}
	var seen []string
	for more {
		var setting string
		if strings.HasPrefix(rest, onlyKey+"=") {
			setting, more = rest, false
		} else {
			setting, rest, more = strings.Cut(rest, ",")
		}
		key, value, _ := strings.Cut(setting, "=")
		if slices.Contains(seen, key) {
			return r, fmt.Errorf("%s stands there twice: leave one", key)
		}
		seen = append(seen, key)
		if err := setRepository(&r, key, value); err != nil {
			return r, err
		}
	}
	return r, nil
}

func setRepository(r *emitter.Repository, key, value string) error {
	var keys []string
	for _, s := range repositorySettings {
		if s.key != key {
			keys = append(keys, s.key)
			continue
		}
		if err := s.set(r, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	}
	return fmt.Errorf("%q is not a setting of a repository: write one of %s", key, strings.Join(keys, ", "))
}

// positive refuses what can be read but makes no sense.
func positive(n int64, err error) error {
	if err == nil && n <= 0 {
		return errors.New("write more than 0")
	}
	return err
}

// parseAge reads a duration, which may be in days.
func parseAge(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write one as 30d or 12h", s)
	}
	return d, nil
}

// repositoryName is what the spool of a target is called.
func repositoryName(to emitter.Target) string {
	return spoolName(to.Network + "-" + to.Host + "-" + to.Port)
}

// spoolName is a text with nothing in it that a file's name should not have.
func spoolName(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
}

// wants gives what says whether a question finds a message, as it would in the repository. One goroutine
// uses it at a time.
func wants(question string, r *emitter.Repository) (func(*audit.Message) bool, error) {
	plan, err := query.Compile(query.Question{Text: question}, query.Env{Now: time.Now(), Zone: time.Local})
	if err != nil {
		return nil, err
	}
	p := parser.New(parser.Options{Zone: time.Local})
	var xml []byte
	var record audit.Record
	return func(m *audit.Message) bool {
		xml = emitter.AppendXML(xml[:0], m, r.Header.Dialect)
		record.Frame = r.Header.Append(record.Frame[:0], xml)
		p.Parse(&record)
		return plan.Match(&record)
	}, nil
}

// forsaken gives the spools in dir that belong to none of the lines' repositories.
func forsaken(dir string, lines []*auditLine) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.spool"))
	if err != nil {
		return nil // dir holds what Glob takes for a pattern
	}
	var all []string
	for _, f := range files {
		spool := filepath.Dir(f)
		if !slices.Contains(all, spool) && !slices.ContainsFunc(lines, func(l *auditLine) bool { return l.has(filepath.Base(spool)) }) {
			all = append(all, spool)
		}
	}
	return all
}

// has says whether a repository of a name is one of the line's.
func (l *auditLine) has(name string) bool {
	return slices.ContainsFunc(l.repositories, func(r emitter.Repository) bool { return r.Name == name })
}
