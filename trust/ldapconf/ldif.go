package ldapconf

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"arr/audit"
)

// Change is one entry to add or to modify.
type Change struct {
	DN string
	// Why says in words what it is for.
	Why string
	// Add are the attributes of a new entry; nil where Modify changes one.
	Add []Attribute
	// Modify are changes of attributes.
	Modify []Modification
}

// Attribute is one with its values, which are text or, of certificates, DER.
type Attribute struct {
	Name   string
	Values []string
}

// Modification adds values to an attribute, or replaces those that it has.
type Modification struct {
	Replace bool
	Attribute
}

// WriteLDIF writes changes as LDIF (RFC 2849), with notes and each one's reason as comments.
func WriteLDIF(w io.Writer, changes []Change, notes []string) error {
	var b strings.Builder
	b.WriteString("version: 1\n")
	for _, n := range notes {
		fmt.Fprintf(&b, "# note: %s\n", audit.Visible(n))
	}
	for _, c := range changes {
		fmt.Fprintf(&b, "\n# %s\n", audit.Visible(c.Why))
		line(&b, "dn", c.DN)
		if c.Add != nil {
			b.WriteString("changetype: add\n")
			for _, a := range c.Add {
				a.lines(&b)
			}
			continue
		}
		b.WriteString("changetype: modify\n")
		for _, m := range c.Modify {
			verb := "add"
			if m.Replace {
				verb = "replace"
			}
			line(&b, verb, m.Name)
			m.lines(&b)
			b.WriteString("-\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("printing the entries: %w", err)
	}
	return nil
}

func (a *Attribute) lines(b *strings.Builder) {
	for _, v := range a.Values {
		line(b, a.Name, v)
	}
}

// ldifWidth is after how many bytes a line goes on in the next.
const ldifWidth = 76

// line writes a name and its value, in base64 where text would not be read alike.
func line(b *strings.Builder, name, value string) {
	text := name + ": " + value
	if !safe(value) {
		text = name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	for limit := ldifWidth; len(text) > limit; limit = ldifWidth - 1 {
		b.WriteString(text[:limit] + "\n ")
		text = text[limit:]
	}
	b.WriteString(text + "\n")
}

// safe says whether a value is a SAFE-STRING of RFC 2849 that no editor shortens.
func safe(value string) bool {
	if value == "" {
		return true
	}
	if strings.ContainsAny(value[:1], " :<") || strings.HasSuffix(value, " ") {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// apply makes one change in the directory.
func (c *Change) apply(l *ldap.Conn) error {
	if c.Add != nil {
		request := ldap.NewAddRequest(c.DN, nil)
		for _, a := range c.Add {
			request.Attribute(a.Name, a.Values)
		}
		return l.Add(request)
	}
	request := ldap.NewModifyRequest(c.DN, nil)
	for _, m := range c.Modify {
		if m.Replace {
			request.Replace(m.Name, m.Values)
		} else {
			request.Add(m.Name, m.Values)
		}
	}
	return l.Modify(request)
}

// with gives the snapshot as it is once changes were made.
func (s *Snapshot) with(changes []Change) *Snapshot {
	after := newSnapshot(s.Base, s.Device)
	after.devices, after.Read = s.devices, s.Read
	for _, k := range s.order {
		e := newEntry(s.entries[k].DN)
		for name, values := range s.entries[k].attributes {
			e.set(name, values...)
		}
		after.add(e)
	}
	for _, c := range changes {
		e := after.entry(c.DN)
		if e == nil {
			e = newEntry(c.DN)
			after.add(e)
		}
		for _, a := range c.Add {
			e.set(a.Name, a.Values...)
		}
		for _, m := range c.Modify {
			values := m.Values
			if !m.Replace {
				values = append(append([]string{}, e.all(m.Name)...), values...)
			}
			e.set(m.Name, values...)
		}
	}
	return after
}
