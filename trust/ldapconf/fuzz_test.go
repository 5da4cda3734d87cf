package ldapconf

import (
	"net"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzEntries has whatever a directory may hold be read: it never fails for more than a
// reason, what is found can be used, the copy gives the same, and a plan leaves nothing to do.
func FuzzEntries(f *testing.F) {
	f.Fuzz(func(t *testing.T, text, device string) {
		if !utf8.ValidString(text) || !utf8.ValidString(device) {
			return // names are UTF-8 (RFC 4514), and others are not taken from a directory
		}
		s := entriesOf(text, device)
		copied, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(copied)
		if err != nil {
			t.Fatalf("what was encoded can't be decoded: %v", err)
		}
		if !again.equal(s) {
			t.Fatal("the copy holds something else")
		}
		receiver, err := s.Receiver()
		if (err == nil) != (len(receiver.Listeners) > 0) {
			t.Fatalf("error %v, and %d listeners", err, len(receiver.Listeners))
		}
		for _, l := range receiver.Listeners {
			if _, port, err := net.SplitHostPort(l.Address); err != nil || port == "0" || (l.Transport == TLS) != (len(l.Suites) > 0) {
				t.Fatalf("listener %+v", l)
			}
		}
		sender, err := s.Sender()
		if (err == nil) != (len(sender.Routes) > 0) {
			t.Fatalf("error %v, and %d routes", err, len(sender.Routes))
		}
		for _, r := range sender.Routes {
			if r.Port < 1 || (r.Transport == TLS) != (len(r.Suites) > 0 && len(r.Versions) > 0) {
				t.Fatalf("route %+v", r)
			}
		}
		for _, n := range slices.Concat(receiver.Notes, sender.Notes) {
			if strings.ContainsAny(n, "\n\r\x1b") {
				t.Fatalf("note %q", n)
			}
		}
		planTwice(t, s)
	})
}

// entriesOf is a snapshot of entries that are written a line an attribute, the DN first, which
// lacks what lies above the devices.
func entriesOf(text, device string) *Snapshot {
	s := newSnapshot(DefaultBase, device)
	s.devices = "cn=Devices"
	for block := range strings.SplitSeq(text, "\n\n") {
		dn, rest, _ := strings.Cut(block, "\n")
		e := newEntry(dn + ",cn=Devices")
		for line := range strings.SplitSeq(rest, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			e.set(name, append(e.all(name), strings.ReplaceAll(value, "^", "cn=Devices"))...)
		}
		s.add(e)
	}
	return s
}

// FuzzDecode has whatever may stand in a copy's file be read.
func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		copied, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Decode(copied); err != nil || !again.equal(s) {
			t.Fatalf("the copy holds something else: %v", err)
		}
	})
}

// planTwice applies what is planned for the snapshot's device, and plans again.
func planTwice(t *testing.T, s *Snapshot) {
	w := Wanted{Device: "arr", Archive: s.Device, Host: "arr.example", Port: 6514, ClientAuth: true}
	changes, _, err := s.plan(w)
	if err != nil {
		return
	}
	if again, _, err := s.with(changes).plan(w); err != nil || len(again) > 0 {
		t.Fatalf("a second plan: %+v, %v", again, err)
	}
}
