package ldapconf

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

// maxEntries is how many entries one search may give: a device has some connections.
const maxEntries = 1000

// Read fetches a device and what it refers to. now is when. The error says what could not be
// reached or found, and which devices there are.
func (d *Directory) Read(ctx context.Context, name string, now time.Time) (*Snapshot, error) {
	return d.read(ctx, now, name)
}

// read fetches several devices, of which only the first has to be there.
func (d *Directory) read(ctx context.Context, now time.Time, names ...string) (*Snapshot, error) {
	s := newSnapshot(d.Base, names[0])
	s.Read = now
	err := d.visit(ctx, func(l *ldap.Conn) error {
		r := reading{conn: l, snapshot: s}
		if err := r.root(); err != nil {
			return err
		}
		for i, name := range names {
			found, err := r.device(s.deviceDN(name))
			if err != nil {
				return err
			}
			if !found && i == 0 {
				return r.noDevice(name)
			}
		}
		return r.references()
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// reading is one visit that fills a snapshot.
type reading struct {
	conn     *ldap.Conn
	snapshot *Snapshot
}

// search adds what it finds to the snapshot. Nothing there is no error.
func (r *reading) search(base string, scope int, filter string, names ...string) (dns []string, err error) {
	if len(names) == 0 {
		names = attributes
	}
	request := ldap.NewSearchRequest(base, scope, ldap.DerefAlways, maxEntries, 0, false, filter, names, nil)
	result, err := r.conn.Search(request)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) || ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidDNSyntax) {
		return nil, nil
	}
	if ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultStrongAuthRequired,
		ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultOperationsError) { // the last is Active Directory's
		return nil, fmt.Errorf("searching %s for %s: %w: let the user read it, or name one who may with --ldap-bind-dn", base, filter, err)
	}
	if err != nil {
		return nil, fmt.Errorf("searching %s for %s: %w", base, filter, err)
	}
	for _, found := range result.Entries {
		if !utf8.ValidString(found.DN) {
			continue // it is none (RFC 4514), and a copy could not hold it
		}
		e := newEntry(found.DN)
		for _, a := range found.Attributes {
			if name, ok := asked(a.Name); ok {
				e.set(name, a.Values...)
			}
		}
		r.snapshot.add(e)
		dns = append(dns, found.DN)
	}
	return dns, nil
}

// root finds the configuration, and so where the devices are.
func (r *reading) root() error {
	filter := "(&(objectClass=" + classRoot + ")(cn=DICOM Configuration))"
	roots, err := r.search(r.snapshot.Base, ldap.ScopeWholeSubtree, filter, attrClass)
	if err != nil {
		return err
	}
	if len(roots) != 1 {
		return fmt.Errorf("below %s there are %d entries \"cn=DICOM Configuration\" that can be read, and there must be one: "+
			"correct the base in --ldap, or let the user read it", r.snapshot.Base, len(roots))
	}
	r.snapshot.devices = "cn=Devices," + roots[0]
	return nil
}

// device fetches a device and what lies right below it.
func (r *reading) device(dn string) (found bool, err error) {
	if r.snapshot.entry(dn) != nil && r.snapshot.entry(dn).is(classDevice) {
		return true, nil
	}
	dns, err := r.search(dn, ldap.ScopeBaseObject, "(objectClass="+classDevice+")")
	if err != nil || len(dns) == 0 {
		return false, err
	}
	filter := "(|(objectClass=" + classConnection + ")(objectClass=" + classLogger + ")(objectClass=" + classRepository + "))"
	_, err = r.search(dn, ldap.ScopeSingleLevel, filter)
	return true, err
}

// references fetches the repositories that loggers lead to, then the certificates.
func (r *reading) references() error {
	s := r.snapshot
	for _, k := range slices.Clone(s.order) {
		for _, dn := range s.entries[k].all(attrRepository) {
			if _, err := r.device(dn); err != nil {
				return err
			}
		}
	}
	for _, k := range slices.Clone(s.order) {
		for _, dn := range s.entries[k].all(attrAuthorized) {
			if s.entry(dn) != nil {
				continue
			}
			if _, err := r.search(dn, ldap.ScopeBaseObject, "(objectClass=*)", attrClass, attrCertificate); err != nil {
				return err
			}
		}
	}
	return nil
}

// noDevice says that there is none of this name, and which there are.
func (r *reading) noDevice(name string) error {
	var names []string
	other := reading{conn: r.conn, snapshot: newSnapshot("", "")}
	// Where they can't be listed, that there is none of this name is what people need to know.
	dns, _ := other.search(r.snapshot.devices, ldap.ScopeSingleLevel, "(objectClass="+classDevice+")", attrDevice)
	for _, dn := range dns {
		names = append(names, fmt.Sprintf("%q", other.snapshot.entry(dn).first(attrDevice)))
	}
	slices.Sort(names)
	if len(names) == 0 {
		return fmt.Errorf("there is no device %q below %s, nor any other that can be read", name, r.snapshot.devices)
	}
	return fmt.Errorf("there is no device %q below %s: there are %s", name, r.snapshot.devices, strings.Join(names, ", "))
}
