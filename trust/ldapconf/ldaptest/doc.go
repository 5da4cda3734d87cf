// Package ldaptest starts a directory for tests: OpenLDAP's slapd on a directory of its own,
// with the DICOM configuration schema and what an archive's first installation leaves in it.
//
// In come changes as LDIF, by way of OpenLDAP's own ldapmodify; out go the addresses, for
// LDAPS and StartTLS with a certificate of its own. Where slapd or ldapmodify is not
// installed, the test skips and says so. It ends with the test and never touches the
// machine's own directory.
package ldaptest
