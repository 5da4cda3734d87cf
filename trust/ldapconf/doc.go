// Package ldapconf reads and writes the DICOM application configuration (PS3.15 Annex H) in an
// LDAP directory, in the schema that dcm4che gave it.
//
// In come a directory's address and the name of a device in it; out goes a Snapshot, which is
// the entries that matter to the device, and what they mean: to a repository, the connections
// that it listens at and whose certificates it believes (Receiver); to a sender, the repository
// that its audit logger leads to (Sender). Both are found as dcm4che finds them: a connection is
// installed if it and its device are, TLS is spoken where there are suites, certificates are
// userCertificate;binary of the entries that dicomAuthorizedNodeCertificateReference names. What
// is passed over is said in notes, each with its entry and what to change there. Out go also the
// Changes that make an archive send to a repository (Plan), as LDIF or applied.
//
// A Source keeps the last Snapshot that could be used, in memory and in a file, so that a
// directory that is away stops nothing, and reads again on an interval and when asked.
//
// The package asks for no attribute but those it reads: passwords that stand in a directory are
// never fetched. It reads no key store and no trust store that a device names, since those are
// files of another machine, follows no referral, and knows nothing of what crypto/tls can do.
package ldapconf
