package ldapconf_test

import (
	"slices"
	"strings"
	"testing"

	"arr/trust/ldapconf"
)

// repository is a device with one connection, at the places that tests fill in.
const repository = `
dn: dicomDeviceName=arr,DEVICES
objectClass: dicomDevice
dicomDeviceName: arr
dicomInstalled: INSTALLED
MORE

dn: CN=Syslog-TLS, dicomDeviceName=ARR,DEVICES
objectClass: dicomNetworkConnection
objectClass: CLASS
cn: syslog-tls
dicomHostname: arr.example
CONNECTION

dn: cn=Audit Record Repository,dicomDeviceName=arr,DEVICES
objectClass: dcmAuditRecordRepository
cn: Audit Record Repository
dicomNetworkConnectionReference: cn=syslog-tls,dicomDeviceName=arr,DEVICES
REPOSITORY
`

func fill(pairs ...string) string {
	text := strings.NewReplacer(pairs...).Replace(repository)
	return strings.NewReplacer("INSTALLED", "TRUE", "CLASS", "dcmNetworkConnection", "MORE\n", "\n", "CONNECTION", "", "REPOSITORY", "").Replace(text)
}

const overTLS = "dicomPort: 6514\ndcmProtocol: SYSLOG_TLS\ndicomTLSCipherSuite: A\ndicomTLSCipherSuite: B\n"

func TestReceiver(t *testing.T) {
	tls := ldapconf.Listener{Name: "syslog-tls", Transport: ldapconf.TLS, Address: "arr.example:6514", Host: "arr.example",
		Suites: []string{"A", "B"}, NeedClientCert: true}
	with := func(edit func(*ldapconf.Listener)) ldapconf.Listener {
		l := tls
		edit(&l)
		return l
	}
	tests := []struct {
		name, text string
		want       []ldapconf.Listener
		off        []ldapconf.Transport
		notes      []string
	}{
		{"TLS", fill("CONNECTION", overTLS), []ldapconf.Listener{tls}, nil, nil},
		{"versions, no client certificate", fill("CONNECTION", overTLS+"dcmTLSProtocol: TLSv1.3\ndcmTLSNeedClientAuth: FALSE\n"),
			[]ldapconf.Listener{with(func(l *ldapconf.Listener) { l.Versions, l.NeedClientCert = []string{"TLSv1.3"}, false })}, nil, nil},
		{"an address to bind", fill("CONNECTION", overTLS+"dcmBindAddress: 192.0.2.1\n"),
			[]ldapconf.Listener{with(func(l *ldapconf.Listener) { l.Address = "192.0.2.1:6514" })}, nil, nil},
		{"all addresses", fill("CONNECTION", overTLS+"dcmBindAddress: 0.0.0.0\n"),
			[]ldapconf.Listener{with(func(l *ldapconf.Listener) { l.Address = ":6514" })}, nil, nil},
		{"plain, since without suites", fill("CONNECTION", "dicomPort: 601\ndcmProtocol: SYSLOG_TLS\n"),
			[]ldapconf.Listener{{Name: "syslog-tls", Transport: ldapconf.TCP, Address: "arr.example:601", Host: "arr.example"}}, nil, []string{"it is plain TCP"}},
		{"UDP", fill("CONNECTION", "dicomPort: 514\ndcmProtocol: SYSLOG_UDP\n"),
			[]ldapconf.Listener{{Name: "syslog-tls", Transport: ldapconf.UDP, Address: "arr.example:514", Host: "arr.example"}}, nil, nil},
		{"installed by itself", fill("CONNECTION", overTLS+"dicomInstalled: TRUE\n"), []ldapconf.Listener{tls}, nil, nil},
		{"not installed", fill("CONNECTION", overTLS+"dicomInstalled: FALSE\n"), nil, []ldapconf.Transport{ldapconf.TLS},
			[]string{"CN=Syslog-TLS, dicomDeviceName=ARR," + devices + ": it is not installed, since it has dicomInstalled FALSE"}},
		{"its device not installed", fill("INSTALLED", "FALSE", "CONNECTION", overTLS+"dicomInstalled: TRUE\n"), nil, []ldapconf.Transport{ldapconf.TLS},
			[]string{`it is not installed, since its device "arr" has dicomInstalled FALSE`}},
		{"the repository not installed", fill("REPOSITORY", "dicomInstalled: FALSE", "CONNECTION", overTLS), nil, []ldapconf.Transport{ldapconf.TLS},
			[]string{"cn=Audit Record Repository,dicomDeviceName=arr," + devices + ": it has dicomInstalled FALSE"}},
		{"no port", fill("CONNECTION", "dcmProtocol: SYSLOG_UDP\n"), nil, []ldapconf.Transport{ldapconf.UDP}, []string{"it has no dicomPort from 1 to 65535"}},
		{"a port out of range", fill("CONNECTION", "dicomPort: 65536\ndcmProtocol: SYSLOG_UDP\n"), nil, []ldapconf.Transport{ldapconf.UDP}, []string{"it has no dicomPort"}},
		{"another protocol", fill("CONNECTION", "dicomPort: 104\n"), nil, nil, []string{"it is for DICOM, not for syslog: set dcmProtocol to SYSLOG_TLS or SYSLOG_UDP"}},
		{"without the auxiliary class", fill("CLASS", "top", "CONNECTION", overTLS), nil, nil,
			[]string{"its dcm attributes are passed over, as dcm4che does: add the object class dcmNetworkConnection", "it is for DICOM"}},
		{"a reference that leads nowhere", fill("CONNECTION", overTLS, "REPOSITORY", "dicomNetworkConnectionReference: cn=gone,dicomDeviceName=arr,DEVICES"),
			[]ldapconf.Listener{tls}, nil, []string{"cn=gone,dicomDeviceName=arr," + devices + " is no connection of the device: correct it"}},
		{"a trust store", fill("MORE", "objectClass: dcmDevice\ndcmTrustStoreURL: file:/cacerts", "CONNECTION", overTLS), []ldapconf.Listener{tls}, nil,
			[]string{"dcmTrustStoreURL is not read"}},
	}
	for _, test := range tests {
		r, err := snapshot(t, "arr", test.text).Receiver()
		if (err != nil) != (len(test.want) == 0) {
			t.Errorf("%s: error %v", test.name, err)
		}
		if len(r.Listeners) != len(test.want) {
			t.Errorf("%s: listeners %+v", test.name, r.Listeners)
			continue
		}
		for i, want := range test.want {
			got := r.Listeners[i]
			if got.Name != want.Name || got.Transport != want.Transport || got.Address != want.Address || got.Host != want.Host ||
				got.NeedClientCert != want.NeedClientCert || !slices.Equal(got.Suites, want.Suites) || !slices.Equal(got.Versions, want.Versions) {
				t.Errorf("%s:\n got %+v\nwant %+v", test.name, got, want)
			}
		}
		if !slices.Equal(r.Off, test.off) {
			t.Errorf("%s: off %v", test.name, r.Off)
		}
		if lacking := missing(r.Notes, test.notes); lacking != nil || len(r.Notes) != len(test.notes) {
			t.Errorf("%s: notes %q lack %q", test.name, r.Notes, lacking)
		}
	}
}

// The certificates are those of the entries that the device refers to, each with where it
// comes from; what can't be read is said.
func TestReceiverBelieves(t *testing.T) {
	pacs, viewer := certificate(t, "pacs"), certificate(t, "viewer")
	text := fill("CONNECTION", overTLS, "MORE", "dicomAuthorizedNodeCertificateReference: dicomDeviceName=pacs,DEVICES\n"+
		"dicomAuthorizedNodeCertificateReference: dicomDeviceName=empty,DEVICES\ndicomAuthorizedNodeCertificateReference: dicomDeviceName=gone,DEVICES") + `
dn: dicomDeviceName=pacs,DEVICES
objectClass: pkiUser
userCertificate;binary:: ` + der(pacs) + `
userCertificate;binary:: ` + der(viewer) + `
userCertificate;binary:: AAAA

dn: dicomDeviceName=empty,DEVICES
objectClass: dicomDevice
`
	r, err := snapshot(t, "arr", text).Receiver()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Believed) != 2 || !r.Believed[0].Equal(pacs) || !r.Believed[1].Equal(viewer) || r.Believed[1].DN != "dicomDeviceName=pacs,"+devices {
		t.Errorf("believed are %v", r.Believed)
	}
	if lacking := missing(r.Notes, []string{"certificate 3 of its userCertificate;binary can't be read", "dicomDeviceName=empty," + devices + ": it has no userCertificate;binary",
		"dicomDeviceName=gone," + devices + " leads to no entry"}); lacking != nil {
		t.Errorf("notes %q lack %q", r.Notes, lacking)
	}
}

func TestNoReceiver(t *testing.T) {
	for device, want := range map[string]string{
		"other": `the directory has no device "other"`,
		"arr":   `the device "arr" is no repository: it needs a child "cn=Audit Record Repository"`,
	} {
		_, err := snapshot(t, device, "dn: dicomDeviceName=arr,DEVICES\nobjectClass: dicomDevice\ndicomDeviceName: arr\n").Receiver()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", device, err)
		}
	}
}
