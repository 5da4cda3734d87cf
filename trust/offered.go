package trust

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// javaVersions are Java's names of versions, from TLS 1.0 on.
var javaVersions = []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// Offered gives the profile called name of the suites and versions that somebody lists in
// Java's names, as "SSL_RSA_WITH_3DES_EDE_CBC_SHA" and "TLSv1.2". Where a version between others
// is missing, those before it are left out, since crypto/tls speaks all between two. Lacking are
// the suites and versions that are not spoken. The error says that none is left.
func Offered(name string, suites, listed []string) (p Profile, lacking []string, err error) {
	p = Profile{Name: name}
	var usable [tls.VersionTLS13 - tls.VersionTLS10 + 1]bool
	for _, name := range suites {
		i := slices.IndexFunc(tlsSuites(), func(s *tls.CipherSuite) bool { return s.Name == ianaName(name) })
		if i < 0 {
			lacking = append(lacking, name)
			continue
		}
		suite := tlsSuites()[i]
		for _, v := range suite.SupportedVersions {
			usable[v-tls.VersionTLS10] = true
		}
		if !slices.Contains(suite.SupportedVersions, tls.VersionTLS13) {
			p.Suites = append(p.Suites, suite.ID)
		}
	}
	var spoken [len(usable)]bool
	for _, v := range listed {
		i := slices.Index(javaVersions, v)
		if i < 0 || !usable[i] {
			lacking = append(lacking, v)
			continue
		}
		spoken[i] = true
	}
	for i := len(spoken) - 1; i >= 0; i-- {
		v := tls.VersionTLS10 + uint16(i)
		switch {
		case !spoken[i]:
		case p.Max == 0:
			p.Min, p.Max = v, v
		case p.Min == v+1:
			p.Min = v
		default:
			lacking = append(lacking, javaVersions[i])
		}
	}
	if p.Max == 0 {
		return p, lacking, fmt.Errorf("none of its suites (%s) can be spoken in one of its versions (%s): add a suite as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and the version TLSv1.2",
			strings.Join(suites, " "), strings.Join(listed, " "))
	}
	return p, lacking, nil
}

// Versions gives the profile's versions in Java's names.
func (p Profile) Versions() []string {
	if p.Name == "" {
		p = profiles[0]
	}
	return javaVersions[p.Min-tls.VersionTLS10 : p.Max-tls.VersionTLS10+1]
}

// ianaName is a suite's name where Java has one of its own.
func ianaName(name string) string {
	if rest, ok := strings.CutPrefix(name, "SSL_"); ok {
		return "TLS_" + rest
	}
	return name
}
