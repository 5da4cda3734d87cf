package ldapconf_test

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"arr/trust"
	"arr/trust/ldapconf"
	"arr/trust/ldapconf/ldaptest"
)

func wanted(t testing.TB) ldapconf.Wanted {
	return ldapconf.Wanted{Device: "arr", Archive: "dcm4chee-arc", Host: "arr.example", Port: 6514,
		Certificates: []*x509.Certificate{certificate(t, "arr's CA")}}
}

func admin(t testing.TB, s *ldaptest.Server) ldapconf.Directory {
	d := directory(t, s.LDAPS, s)
	d.BindDN, d.Password = ldaptest.Admin, trust.Password{File: s.PasswordFile}
	return d
}

// sends fails the test unless the archive finds the repository over TLS, and the repository
// finds itself.
func sends(t *testing.T, d ldapconf.Directory, w ldapconf.Wanted) {
	t.Helper()
	snap, err := d.Read(t.Context(), w.Archive, read)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := snap.Sender()
	if err != nil {
		t.Fatal(err, sender.Notes)
	}
	r := sender.Routes[0]
	if r.Transport != ldapconf.TLS || r.Host != w.Host || r.Port != w.Port || r.Repository != w.Device ||
		len(r.Suites) != 4 || !slices.Contains(r.Suites, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256") || !slices.Equal(r.Versions, []string{"TLSv1.2"}) {
		t.Errorf("route %+v", r)
	}
	if len(sender.Believed) != 1 || !sender.Believed[0].Equal(w.Certificates[0]) {
		t.Errorf("the archive believes %v", sender.Believed)
	}
	if snap, err = d.Read(t.Context(), w.Device, read); err != nil {
		t.Fatal(err)
	}
	receiver, err := snap.Receiver()
	if err != nil {
		t.Fatal(err)
	}
	if l := receiver.Listeners[0]; l.Address != ":6514" || l.NeedClientCert != w.ClientAuth || len(l.Suites) != 6 {
		t.Errorf("listener %+v", l)
	}
}

// What is planned for a stock archive can be printed and loaded, or applied; then the archive
// finds the repository, and nothing is left to do.
func TestPlanStockArchive(t *testing.T) {
	for _, apply := range []bool{true, false} {
		s := ldaptest.Start(t)
		d, w := admin(t, s), wanted(t)
		changes, notes, err := d.Plan(t.Context(), w, read)
		if err != nil || len(changes) != 6 {
			t.Fatalf("%d changes, notes %q, error %v", len(changes), notes, err)
		}
		if lacking := missing(notes, []string{"keytool -importcert", "it has no dcmAuditLoggerRetryInterval"}); lacking != nil {
			t.Errorf("notes %q lack %q", notes, lacking)
		}
		if apply {
			var did []string
			if err := d.Apply(t.Context(), changes, func(c ldapconf.Change) { did = append(did, c.DN) }); err != nil || len(did) != len(changes) {
				t.Fatalf("%q, %v", did, err)
			}
		} else {
			var ldif bytes.Buffer
			if err := ldapconf.WriteLDIF(&ldif, changes, notes); err != nil {
				t.Fatal(err)
			}
			s.Modify(ldif.String())
		}
		sends(t, d, w)
		if changes, _, err := d.Plan(t.Context(), w, read); err != nil || len(changes) > 0 {
			t.Errorf("a second time: %+v, %v", changes, err)
		}
		// A new certificate and port are the only changes then.
		w.Certificates, w.Port = []*x509.Certificate{certificate(t, "arr's CA")}, 6515
		changes, _, err = d.Plan(t.Context(), w, read)
		if err != nil || len(changes) != 2 || len(changes[0].Modify) != 1 || len(changes[1].Modify) != 1 {
			t.Errorf("%+v, %v", changes, err)
		}
	}
}

// An anonymous user may not write.
func TestApplyRefused(t *testing.T) {
	s := ldaptest.Start(t)
	d := directory(t, s.LDAPS, s)
	changes, _, err := d.Plan(t.Context(), wanted(t), read)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Apply(t.Context(), changes, func(c ldapconf.Change) { t.Errorf("%s is changed", c.DN) })
	if err == nil || !strings.Contains(err.Error(), "writing dicomDeviceName=arr,"+devices) || !strings.Contains(err.Error(), "--ldap-bind-dn") {
		t.Errorf("error %v", err)
	}
}

// Archives that are not as delivered: each is made to send, or it is said what hinders it.
func TestPlanOtherArchives(t *testing.T) {
	const arc = "dicomDeviceName=dcm4chee-arc," + devices
	modify := func(dn, change string) string { return "dn: " + dn + "\nchangetype: modify\n" + change + "\n\n" }
	tests := []struct {
		name, ldif string
		edit       func(*ldapconf.Wanted)
		notes      []string
		err        string
		finds      bool
	}{
		{"without a trust store", modify(arc, "delete: dcmTrustStoreURL"), nil, []string{"Java's own no longer"}, "", true},
		{"without a logger", "dn: cn=Audit Logger," + arc + "\nchangetype: delete\n", nil, nil, "", true},
		{"without a connection for TLS", modify("cn=syslog-tls,"+arc, "replace: dcmProtocol\ndcmProtocol: DICOM"), nil, nil, "", true},
		{"without the reference to it", modify("cn=Audit Logger,"+arc, "delete: dicomNetworkConnectionReference\ndicomNetworkConnectionReference: cn=syslog-tls,"+arc), nil, nil, "", true},
		{"old versions alone", modify("cn=syslog-tls,"+arc, "add: dcmTLSProtocol\ndcmTLSProtocol: TLSv1"), nil, nil, "", true},
		{"a logger that is not installed", modify("cn=Audit Logger,"+arc, "add: dicomInstalled\ndicomInstalled: FALSE"), nil, nil, "", true},
		{"an archive that is not installed", modify(arc, "replace: dicomInstalled\ndicomInstalled: FALSE"), nil, []string{"the archive still finds no repository", `its device "dcm4chee-arc"`}, "", false},
		{"client certificates", "", func(w *ldapconf.Wanted) { w.ClientAuth = true }, []string{"it has no userCertificate;binary, so the repository can't believe it"}, "", true},
		{"a repository with UDP, too", "", func(w *ldapconf.Wanted) { w.Device = "logstash" },
			[]string{`the archive will send to logstash by udp first, from its connection "syslog" to "syslog": set dicomInstalled of one of them to FALSE`}, "", false},
		{"no archive", "", func(w *ldapconf.Wanted) { w.Archive = "arc" }, nil, `there is no device "arc"`, false},
		{"one name for both", "", func(w *ldapconf.Wanted) { w.Device = "DCM4CHEE-ARC" }, nil, "the same device name", false},
	}
	for _, test := range tests {
		s := ldaptest.Start(t)
		d, w := admin(t, s), wanted(t)
		if test.ldif != "" {
			s.Modify(test.ldif)
		}
		if test.edit != nil {
			test.edit(&w)
		}
		changes, notes, err := d.Plan(t.Context(), w, read)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v", test.name, err)
			}
			continue
		}
		if err == nil {
			err = d.Apply(t.Context(), changes, func(ldapconf.Change) {})
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if lacking := missing(notes, test.notes); lacking != nil {
			t.Errorf("%s: notes %q lack %q", test.name, notes, lacking)
		}
		if test.finds {
			sends(t, d, w)
		}
		if changes, _, err := d.Plan(t.Context(), w, read); err != nil || len(changes) > 0 {
			t.Errorf("%s: a second time: %+v, %v", test.name, changes, err)
		}
	}
}

// Text that would be read otherwise is written in base64, and long lines are folded.
func TestWriteLDIF(t *testing.T) {
	changes := []ldapconf.Change{
		{DN: "cn=Müller", Why: "a reason", Add: []ldapconf.Attribute{{Name: "cn", Values: []string{" a", "a ", ":a", "", strings.Repeat("a", 100)}}}},
		{DN: "cn=a", Why: "another", Modify: []ldapconf.Modification{
			{Attribute: ldapconf.Attribute{Name: "cn", Values: []string{"b"}}},
			{Replace: true, Attribute: ldapconf.Attribute{Name: "sn", Values: []string{"c"}}},
		}},
	}
	var b bytes.Buffer
	if err := ldapconf.WriteLDIF(&b, changes, []string{"mind"}); err != nil {
		t.Fatal(err)
	}
	want := `version: 1
# note: mind

# a reason
dn:: Y249TcO8bGxlcg==
changetype: add
cn:: IGE=
cn:: YSA=
cn:: OmE=
cn: 
cn: ` + strings.Repeat("a", 72) + "\n " + strings.Repeat("a", 28) + `

# another
dn: cn=a
changetype: modify
add: cn
cn: b
-
replace: sn
sn: c
-
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
}
