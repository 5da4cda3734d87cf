package ldapconf_test

import (
	"slices"
	"strings"
	"testing"

	"arr/trust/ldapconf"
)

// archive is a device that audits to the repository of receiver_test.go.
const archive = `
dn: dicomDeviceName=archive,DEVICES
objectClass: dicomDevice
dicomDeviceName: archive
dicomInstalled: TRUE

dn: cn=own,dicomDeviceName=archive,DEVICES
objectClass: dicomNetworkConnection
objectClass: dcmNetworkConnection
cn: own
dicomHostname: archive.example
OWN

dn: cn=Audit Logger,dicomDeviceName=archive,DEVICES
objectClass: dcmAuditLogger
cn: Audit Logger
dicomNetworkConnectionReference: cn=OWN, dicomDeviceName=archive,DEVICES
LOGGER
`

const leadsTo = "dcmAuditRecordRepositoryDeviceReference: dicomDeviceName=arr,DEVICES\n"

func TestSender(t *testing.T) {
	route := ldapconf.Route{Logger: "Audit Logger", Repository: "arr", Own: "own", Remote: "syslog-tls",
		Transport: ldapconf.TLS, Host: "arr.example", Port: 6514, Suites: []string{"B"}, Versions: []string{"TLSv1.2"}}
	with := func(edit func(*ldapconf.Route)) *ldapconf.Route {
		r := route
		edit(&r)
		return &r
	}
	const ownTLS = "dcmProtocol: SYSLOG_TLS\ndicomTLSCipherSuite: C\ndicomTLSCipherSuite: B\n"
	tests := []struct {
		name, own, logger, repository string
		want                          *ldapconf.Route
		notes                         []string
	}{
		{"TLS", ownTLS, leadsTo, fill("CONNECTION", overTLS), &route, nil},
		{"a name that is checked", ownTLS + "dcmTLSEndpointIdentificationAlgorithm: HTTPS\n", leadsTo, fill("CONNECTION", overTLS),
			with(func(r *ldapconf.Route) { r.CheckName = true }), nil},
		{"UDP", "dcmProtocol: SYSLOG_UDP\n", leadsTo, fill("CONNECTION", "dicomPort: 514\ndcmProtocol: SYSLOG_UDP\n"),
			with(func(r *ldapconf.Route) { r.Transport, r.Port, r.Suites, r.Versions = ldapconf.UDP, 514, nil, nil }), nil},
		{"TCP", "dcmProtocol: SYSLOG_TLS\n", leadsTo, fill("CONNECTION", "dicomPort: 601\ndcmProtocol: SYSLOG_TLS\n"),
			with(func(r *ldapconf.Route) { r.Transport, r.Port, r.Suites, r.Versions = ldapconf.TCP, 601, nil, nil }), nil},
		{"protocols that differ", "dcmProtocol: SYSLOG_UDP\n", leadsTo, fill("CONNECTION", overTLS), nil, []string{"it is for SYSLOG_UDP, the other one for SYSLOG_TLS"}},
		{"suites here alone", ownTLS, leadsTo, fill("CONNECTION", "dicomPort: 601\ndcmProtocol: SYSLOG_TLS\n"), nil, []string{"one has cipher suites"}},
		{"no common suite", "dcmProtocol: SYSLOG_TLS\ndicomTLSCipherSuite: C\n", leadsTo, fill("CONNECTION", overTLS), nil, []string{"no cipher suite in common: C here, A B there"}},
		{"no common version", ownTLS + "dcmTLSProtocol: TLSv1\n", leadsTo, fill("CONNECTION", overTLS), nil,
			[]string{"no version of TLS in common (dcmTLSProtocol): TLSv1 here, TLSv1.2 there"}},
		{"not installed here", ownTLS + "dicomInstalled: FALSE\n", leadsTo, fill("CONNECTION", overTLS), nil, []string{"it is not installed, since it has dicomInstalled FALSE"}},
		{"not installed there", ownTLS, leadsTo, fill("INSTALLED", "FALSE", "CONNECTION", overTLS), nil,
			[]string{`nothing is sent there: it is not installed, since its device "arr"`}},
		{"no port there", ownTLS, leadsTo, fill("CONNECTION", "dcmProtocol: SYSLOG_TLS\n"), nil, []string{"nothing is sent there: it has no dicomPort"}},
		{"not syslog", "", leadsTo, fill("CONNECTION", "dicomPort: 104\n"), nil, []string{"they are for DICOM, not for syslog"}},
		{"the logger not installed", ownTLS, leadsTo + "dicomInstalled: FALSE", fill("CONNECTION", overTLS), nil, []string{"cn=Audit Logger", "dicomInstalled FALSE"}},
		{"no reference", ownTLS, "", fill("CONNECTION", overTLS), nil, []string{"it has no dcmAuditRecordRepositoryDeviceReference"}},
		{"a reference that leads nowhere", ownTLS, strings.ReplaceAll(leadsTo, "arr", "gone"), fill("CONNECTION", overTLS), nil, []string{"leads to no device: correct it"}},
		{"no repository", ownTLS, leadsTo, "dn: dicomDeviceName=arr,DEVICES\nobjectClass: dicomDevice\ndicomDeviceName: arr\n", nil,
			[]string{`it is no repository: it needs a child "cn=Audit Record Repository"`}},
	}
	for _, test := range tests {
		text := strings.NewReplacer("OWN\n", test.own+"\n", "LOGGER", test.logger).Replace(archive) + test.repository
		s, err := snapshot(t, "archive", text).Sender()
		if (err != nil) != (test.want == nil) {
			t.Errorf("%s: error %v, notes %q", test.name, err, s.Notes)
		}
		if test.want != nil && (len(s.Routes) != 1 || !equal(s.Routes[0], *test.want)) {
			t.Errorf("%s:\n got %+v\nwant %+v", test.name, s.Routes, *test.want)
		}
		if lacking := missing(s.Notes, test.notes); lacking != nil {
			t.Errorf("%s: notes %q lack %q", test.name, s.Notes, lacking)
		}
	}
	s, err := snapshot(t, "arr", fill("CONNECTION", overTLS)).Sender()
	if err == nil || !strings.Contains(err.Error(), "is no sender: it has no child of class dcmAuditLogger") {
		t.Errorf("a device without loggers: %v, notes %q", err, s.Notes)
	}
}

func equal(a, b ldapconf.Route) bool {
	return a.Logger == b.Logger && a.Repository == b.Repository && a.Own == b.Own && a.Remote == b.Remote && a.Transport == b.Transport &&
		a.Host == b.Host && a.Port == b.Port && a.CheckName == b.CheckName && slices.Equal(a.Suites, b.Suites) && slices.Equal(a.Versions, b.Versions)
}

// The repository's connections are gone through first, as dcm4che does.
func TestSenderOrder(t *testing.T) {
	text := strings.NewReplacer("OWN\n", "dcmProtocol: SYSLOG_UDP\n\n", "LOGGER", leadsTo+
		"dicomNetworkConnectionReference: cn=second,dicomDeviceName=archive,DEVICES\n").Replace(archive) + `
dn: cn=second,dicomDeviceName=archive,DEVICES
objectClass: dicomNetworkConnection
objectClass: dcmNetworkConnection
cn: second
dicomHostname: archive.example
dcmProtocol: SYSLOG_TLS
dicomTLSCipherSuite: A
` + fill("CONNECTION", overTLS, "REPOSITORY", "dicomNetworkConnectionReference: cn=udp,dicomDeviceName=arr,DEVICES") + `
dn: cn=udp,dicomDeviceName=arr,DEVICES
objectClass: dicomNetworkConnection
objectClass: dcmNetworkConnection
cn: udp
dicomHostname: arr.example
dicomPort: 514
dcmProtocol: SYSLOG_UDP
`
	s, err := snapshot(t, "archive", text).Sender()
	if err != nil || len(s.Routes) != 1 || s.Routes[0].Own != "second" || s.Routes[0].Transport != ldapconf.TLS {
		t.Errorf("%+v, %v", s.Routes, err)
	}
}
