// Package trust keeps the keys and certificates that arr serves TLS with, and says
// whose certificates are believed.
//
// In come a directory for keys, the names that the server is reached by, or files that
// somebody gave, PEM, PKCS#12 or JKS, told apart by their first bytes; out go a
// *tls.Config for each listener, the local CA for people to install, and how long
// everything lasts. A Listener's Terms may come from elsewhere, too, as from an LDAP directory
// (package ldapconf), and be replaced while it is served.
//
// Where no files are given, a Source makes its own: a local CA (EC P-256, 10
// years) and two server certificates (EC P-256 and RSA 2048, 2 years), since old
// archives offer RSA alone. They are:
//
//	ca.pem          the CA's certificate, for whoever shall trust this server
//	ca.p12          the same as a PKCS#12 trust store for Java, password "changeit"
//	ca-key.pem      the CA's key, mode 0600
//	server-ec.pem   key and certificate, mode 0600
//	server-rsa.pem  key and certificate, mode 0600
//
// The CA's key and name are never replaced, since that would break everybody who installed
// it; its certificate is made anew with them where it is not valid yet, as where the clock
// was ahead when it was made. The key may be moved away: then server certificates last as
// long as they last.
//
// Whom to believe is ITI-19 (Authenticate Node), for clients and for servers: a certificate is
// accepted if it is itself installed, or if its chain ends at an installed CA, which a
// certificate is by its own word alone: one of X.509 version 1 has none. No extended key
// usage is asked for, and of clients no name, as the profile demands. What an installed
// certificate itself says, its dates included, is not judged: who installed it has. Faults of
// old chains are passed over where somebody said so. Revocation lists hold for chains; a list
// of those allowed may leave out others that are believed.
//
// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption are spoken (DICOM
// PS3.15 B.12, BCP 195), unless somebody chose another Profile of Annex B; those that are no
// longer safe are warned of.
//
// A Source re-reads files that were given once a minute and on Reload. One that can't
// be used is refused and logged once; what was loaded before stays. The package does
// no networking, and it never writes outside its directory.
package trust
