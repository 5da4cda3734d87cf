package config

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/BurntSushi/toml"
)

const preamble = `# The configuration of arr serve, as it is in effect. A setting that nobody has made
# stands with its default behind a #. Flags override the environment, the environment
# overrides a file like this one, and that the defaults.
`

// WriteTOML writes the configuration with its manual. Load reads the same configuration
// from it, but for the key "config".
func (c *Config) WriteTOML(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(preamble)
	texts := manual()
	for _, s := range Settings() {
		b.WriteByte('\n')
		// The manual speaks of keys, and so does its first word here.
		text := s.Key + strings.TrimPrefix(texts[s.field], s.field)
		for line := range strings.Lines(text) {
			b.WriteString(strings.TrimRight("# "+strings.ReplaceAll(line, "\t", "    "), " \n") + "\n")
		}
		fmt.Fprintf(&b, "# Flag --%s, environment %s. Set by %s.\n", s.Key, s.Env(), c.setBy(s.Key))
		line, err := s.line(c)
		if err != nil {
			return err
		}
		if s.Key == fileKey || !c.Given(s.Key) {
			b.WriteByte('#')
		}
		b.WriteString(line)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("printing the configuration: %w", err)
	}
	return nil
}

func (c *Config) setBy(key string) string {
	if o := c.origins[key]; o != "" {
		return o
	}
	return "nobody"
}

// line is the setting as TOML has it.
func (s *Setting) line(c *Config) (string, error) {
	var value any
	switch values := s.get(c); {
	case s.Repeated:
		value = append([]string{}, values...)
	case s.Switch:
		value = values[0] == "true"
	default:
		value = values[0]
	}
	var b strings.Builder
	if err := toml.NewEncoder(&b).Encode(map[string]any{s.Key: value}); err != nil {
		return "", fmt.Errorf("printing the setting %s: %w", s.Key, err)
	}
	return b.String(), nil
}
