package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// fromFile reads the settings in a TOML file.
func fromFile(settings []Setting, path string) (map[string]given, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return fromTOML(settings, path, string(b))
}

func fromTOML(settings []Setting, path, text string) (map[string]given, error) {
	var table map[string]any
	meta, err := toml.Decode(text, &table)
	if err != nil {
		if at, ok := errors.AsType[toml.ParseError](err); ok {
			return nil, fmt.Errorf("line %d of %s: not TOML: %s", at.Position.Line, path, at.Message)
		}
		return nil, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	var keys []string
	for i := range settings {
		keys = append(keys, settings[i].Key)
	}
	found := map[string]given{}
	for _, k := range meta.Keys() {
		key := k[0] // of a table, of which there is none, the name
		origin := fmt.Sprintf("line %d of %s", lineOf(text, key), path)
		i := slices.Index(keys, key)
		switch {
		case i < 0:
			return nil, fmt.Errorf("%s: %q is not a setting: did you mean %q?", origin, key, nearest(key, keys))
		case key == fileKey:
			return nil, fmt.Errorf("%s (%s): it can't stand in the file itself: name the file with --%s or %s", key, origin, key, settings[i].Env())
		}
		values, ok := plain(table[key], settings[i].Repeated)
		if !ok || len(values) == 0 && settings[i].fallback != nil {
			return nil, fmt.Errorf("%s (%s): its value is of the wrong kind: write %s", key, origin, settings[i].example())
		}
		found[key] = given{values, origin}
	}
	return found, nil
}

// plain gives what a TOML value holds as it would be written in a flag.
func plain(v any, repeated bool) (values []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case bool:
		return []string{strconv.FormatBool(v)}, true
	case int64:
		return []string{strconv.FormatInt(v, 10)}, true
	case []any:
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			values = append(values, s)
		}
		return values, repeated
	}
	return nil, false
}

// example is what a setting looks like in a file.
func (s *Setting) example() string {
	switch {
	case s.Switch:
		return s.Key + " = true, or false"
	case s.Repeated:
		return s.Key + ` = ["...", "..."]`
	}
	return s.Key + ` = "..."`
}

// lineOf finds the line that sets a key or begins the table of this name: TOML's reader
// does not say. It is 1 for a key that is written in a way nobody would.
func lineOf(text, key string) int {
	n := 0
	for line := range strings.Lines(text) {
		n++
		name := strings.TrimLeft(strings.TrimSpace(line), "[ \t")
		if end := strings.IndexAny(name, "=.]"); end >= 0 {
			name = name[:end]
		}
		if strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return n
		}
	}
	return 1
}
