package ldapconf

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Snapshot is what a directory held about a device at one moment: the device, what lies right
// below it, and the devices and certificates that it refers to.
type Snapshot struct {
	// Base is the DN that was searched below, Device the device's name.
	Base, Device string
	// Read is when.
	Read time.Time

	// devices is the DN of the entry that all devices lie below.
	devices string
	// entries are by key, order is that in which they were read.
	entries map[string]*Entry
	order   []string
}

func newSnapshot(base, device string) *Snapshot {
	return &Snapshot{Base: base, Device: device, entries: map[string]*Entry{}}
}

func (s *Snapshot) add(e *Entry) {
	k := key(e.DN)
	if s.entries[k] == nil {
		s.order = append(s.order, k)
	}
	s.entries[k] = e
}

func (s *Snapshot) entry(dn string) *Entry { return s.entries[key(dn)] }

// deviceDN is where a device of this name lies.
func (s *Snapshot) deviceDN(name string) string { return below(s.devices, attrDevice, name) }

// children gives the entries of a class right below another, in the order they were read.
func (s *Snapshot) children(dn, class string) (found []*Entry) {
	for _, k := range s.order {
		if e := s.entries[k]; e.is(class) && childOf(e.DN, dn) {
			found = append(found, e)
		}
	}
	return found
}

// equal says whether two snapshots hold the same.
func (s *Snapshot) equal(o *Snapshot) bool {
	return o != nil && s.Base == o.Base && s.Device == o.Device && s.devices == o.devices &&
		maps.EqualFunc(s.entries, o.entries, func(a, b *Entry) bool {
			return a.DN == b.DN && maps.EqualFunc(a.attributes, b.attributes, slices.Equal)
		})
}

// The file that a Snapshot is kept in: JSON, so that people can read it. What is no text
// stands under binary.
type copyFile struct {
	Version int         `json:"version"`
	Base    string      `json:"base"`
	Device  string      `json:"device"`
	Devices string      `json:"devices"`
	Read    time.Time   `json:"read"`
	Entries []copyEntry `json:"entries"`
	// Sum is over all else, so that a bit that a disk flips is no address or certificate.
	Sum string `json:"sum,omitempty"`
}

// sum is what Sum should be: SHA-256, in hex, of the file without it, as compact JSON.
func (f copyFile) sum() (string, error) {
	f.Sum = ""
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("writing a copy of the directory: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b)), nil
}

type copyEntry struct {
	DN         string              `json:"dn"`
	Attributes map[string][]string `json:"attributes,omitempty"`
	Binary     map[string][][]byte `json:"binary,omitempty"`
}

// copyVersion is that of the file's format. The first one has no sum.
const copyVersion = 2

// Encode gives the snapshot as Decode reads it.
func (s *Snapshot) Encode() ([]byte, error) {
	f := copyFile{Version: copyVersion, Base: s.Base, Device: s.Device, Devices: s.devices, Read: s.Read.UTC()}
	for _, k := range s.order {
		e := s.entries[k]
		c := copyEntry{DN: e.DN, Attributes: map[string][]string{}, Binary: map[string][][]byte{}}
		for name, values := range e.attributes {
			if !strings.HasSuffix(name, ";binary") && utf8.ValidString(strings.Join(values, "")) {
				c.Attributes[name] = values
				continue
			}
			for _, v := range values {
				c.Binary[name] = append(c.Binary[name], []byte(v))
			}
		}
		f.Entries = append(f.Entries, c)
	}
	var err error
	if f.Sum, err = f.sum(); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a copy of the directory: %w", err)
	}
	return append(b, '\n'), nil
}

// Decode reads what Encode wrote. The error says why it is no such file.
func Decode(b []byte) (*Snapshot, error) {
	var f copyFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("it is no copy of a directory: %w", err)
	}
	if f.Version < 1 || f.Version > copyVersion {
		return nil, fmt.Errorf("it has the format version %d, and this program reads up to %d", f.Version, copyVersion)
	}
	if sum, err := f.sum(); f.Version > 1 && (err != nil || sum != f.Sum) {
		return nil, errors.New("it is not as it was written: its sum is another")
	}
	if d.More() {
		return nil, errors.New("something stands behind it")
	}
	s := newSnapshot(f.Base, f.Device)
	s.devices, s.Read = f.Devices, f.Read
	for _, c := range f.Entries {
		e := newEntry(c.DN)
		if s.entry(c.DN) != nil {
			return nil, errors.New("it has an entry twice")
		}
		for name, values := range c.Attributes {
			e.set(name, values...)
		}
		for name, values := range c.Binary {
			var texts []string
			for _, v := range values {
				texts = append(texts, string(v))
			}
			e.set(name, texts...)
		}
		s.add(e)
	}
	return s, nil
}
