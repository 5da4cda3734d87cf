package trust_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"

	"arr/trust"
)

func TestOffered(t *testing.T) {
	const gcm, des, cbc, tls13 = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "SSL_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256"
	tests := []struct {
		name             string
		suites, versions []string
		min, max         uint16
		ids              []uint16
		lacking          []string
		weak             bool
	}{
		{"as dcm4che has it by default", []string{cbc, des}, []string{"TLSv1.2"}, tls.VersionTLS12, tls.VersionTLS12,
			[]uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, nil, true},
		{"modern", []string{gcm, tls13}, []string{"TLSv1.2", "TLSv1.3"}, tls.VersionTLS12, tls.VersionTLS13,
			[]uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, nil, false},
		{"a version without a suite", []string{gcm}, []string{"TLSv1", "TLSv1.2", "TLSv1.3"}, tls.VersionTLS12, tls.VersionTLS12,
			[]uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, []string{"TLSv1", "TLSv1.3"}, false},
		{"a version missing between", []string{cbc}, []string{"TLSv1", "TLSv1.2"}, tls.VersionTLS12, tls.VersionTLS12,
			[]uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, []string{"TLSv1"}, true},
		{"what is not spoken", []string{gcm, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"}, []string{"SSLv3", "TLSv1.2"}, tls.VersionTLS12, tls.VersionTLS12,
			[]uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, []string{"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "SSLv3"}, false},
		{"TLS 1.3 alone", []string{tls13}, []string{"TLSv1.2", "TLSv1.3"}, tls.VersionTLS13, tls.VersionTLS13, nil, []string{"TLSv1.2"}, false},
	}
	for _, test := range tests {
		p, lacking, err := trust.Offered("ldap", test.suites, test.versions)
		if err != nil || p.Min != test.min || p.Max != test.max || !slices.Equal(p.Suites, test.ids) {
			t.Errorf("%s: %+v, %v", test.name, p, err)
		}
		if !slices.Equal(lacking, test.lacking) || (p.Weakness() != "") != test.weak || p.Name != "ldap" {
			t.Errorf("%s: lacking %q, weak %q", test.name, lacking, p.Weakness())
		}
	}
	_, lacking, err := trust.Offered("ldap", []string{"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"}, []string{"TLSv1.2"})
	if err == nil || !strings.Contains(err.Error(), "add a suite as") || len(lacking) != 2 {
		t.Errorf("nothing left: lacking %q, error %v", lacking, err)
	}
	if v := (trust.Profile{}).Versions(); !slices.Equal(v, []string{"TLSv1.2", "TLSv1.3"}) {
		t.Errorf("the default's versions: %q", v)
	}
}
