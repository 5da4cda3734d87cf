package config

import (
	"cmp"
	"log/slog"
	"time"
)

// Config is what arr serve runs with. Each field's comment is what "arr config"
// prints above its key, and its first sentence is what "arr serve --help" says.
type Config struct {
	// Data is the directory that everything is kept in. It is made if it does not
	// exist. One server runs on a directory at a time. All else that lies in it is
	// arr's business: to copy it safely, see the README.
	Data string

	// File is a TOML file with settings. Its keys are the names of the flags. It can
	// be named by its flag or in the environment, not in the file itself.
	File string

	// TLS are the addresses to take syslog over TLS at (RFC 5425). An address is
	// HOST:PORT; without a host it means all the machine's addresses, and port 0 has
	// the system pick one. "off" takes none. Settings of one address follow it after
	// commas:
	//
	//	client-ca=FILE            whose client certificates are believed, as tls-client-ca says
	//	client-auth=require       refuse who shows no certificate; "optional" asks for one and is
	//	                          the default where there is a client-ca; "none" does not ask
	//	client-verify=chain       believe certificates that lead to a CA in client-ca alone;
	//	                          "installed" those alone that stand in it themselves; without
	//	                          it both are
	//	allow=WHO|WHO...          of those that are believed let in but these, as tls-allow says
	//	crl=FILE|FILE...          certificate revocation lists, as tls-crl says
	//	tolerate=FAULT|FAULT...   let certificates that are not installed have the faults sha1 (a
	//	                          signature with SHA-1), expired, cn-only (for a name in allow: it
	//	                          stands in the subject alone), self-signed (no matter who made it)
	//	profile=NAME              speak the TLS profile NAME, as tls-profile says; whoever can do no
	//	                          better than an old one gets a port of its own
	//	proxy=NETWORK|NETWORK...  believe PROXY protocol headers from these (10.0.0.0/8, 192.0.2.1)
	//
	// A comma in a value has a backslash in front.
	TLS []Listener

	// UDP are the addresses to take syslog datagrams at (RFC 5426). Where nobody
	// chose one and the system keeps port 514 for others, 5514 is taken instead.
	UDP []Listener

	// TCP are the addresses to take syslog over plain TCP at (RFC 6587). The setting
	// "proxy" may follow after a comma, as for tls.
	TCP []Listener

	// HTTP are the addresses to answer questions at. As long as there is no access
	// control they must be of the loopback. With "tls=on" after a comma HTTPS is spoken
	// there, with the certificates that tls has; client-ca, client-auth, client-verify,
	// allow, crl, tolerate and profile may follow, as for tls.
	HTTP []Listener

	// Metrics are the addresses to show nothing but /metrics, /healthz and /readyz
	// at. They are shown at http's addresses, too; these are for monitoring from
	// other machines. The settings of http's addresses may follow after commas.
	Metrics []Listener

	// TLSCert are PEM files with the server's certificate, then those that lead to
	// its CA. Several (an EC and an RSA one) are offered as the sender can use them.
	// Without any, arr makes a CA and certificates of its own and keeps them in the
	// directory keys under data. The files are read again when they change.
	TLSCert []string

	// TLSKey are PEM files with the keys of tls-cert, in the same order. They can be
	// left out where the key is in the certificate's file.
	TLSKey []string

	// TLSKeyPasswordFile is a file with the password of tls-key, where that is encrypted.
	// Without it the environment variable ARR_TLS_KEY_PASSWORD or systemd's credential
	// tls-key-password has it.
	TLSKeyPasswordFile string

	// TLSClientCA is a PEM file with the certificates of CAs whose client
	// certificates are believed. Certificates of clients themselves may stand in it,
	// too: then those are believed as they are. It holds for the addresses of tls
	// that name no client-ca of their own, and makes them ask for certificates.
	TLSClientCA string

	// TLSKeystore is a file with keys and their certificates, PKCS#12, JKS or PEM, in place of
	// tls-cert. What it is is told by its first bytes. All of its keys are offered as the
	// sender can use them. It is read again when it changes.
	TLSKeystore string

	// TLSKeystorePasswordFile is a file with the password of tls-keystore. Without it the
	// environment variable ARR_TLS_KEYSTORE_PASSWORD or systemd's credential
	// tls-keystore-password has it.
	TLSKeystorePasswordFile string

	// TLSKeystoreKeyPasswordFile is a file with the password of the keys. It is needed where
	// that is not tls-keystore's. The variable is ARR_TLS_KEYSTORE_KEY_PASSWORD, the credential
	// tls-keystore-key-password.
	TLSKeystoreKeyPasswordFile string

	// TLSKeystoreAlias is the alias of the one key to take from tls-keystore. Without it all
	// are.
	TLSKeystoreAlias string

	// TLSTruststore is a file with certificates that are believed, PKCS#12 or JKS. It takes
	// the place of tls-client-ca, and does what that does.
	TLSTruststore string

	// TLSTruststorePasswordFile is a file with the password of tls-truststore, and of each
	// client-ca that is a store. Without it the environment variable
	// ARR_TLS_TRUSTSTORE_PASSWORD or systemd's credential tls-truststore-password has it.
	TLSTruststorePasswordFile string

	// TLSAllow are the clients that may connect of those that are believed. Each is written
	// as sha256:FINGERPRINT (as arr cert inspect prints it), as subject:CN=pacs,O=Hospital, or as
	// name:HOST with one of its certificate's alternative names. Without any, all that are
	// believed may. Who shows no certificate is let in or not as client-auth says.
	TLSAllow []string

	// TLSCRL are files with certificate revocation lists, PEM or DER. They are read again when
	// they change. Certificates that are installed themselves are not looked up there.
	TLSCRL []string

	// TLSName are names and addresses that senders reach this server by, for
	// certificates of its own. The machine's host name and addresses are known
	// without.
	TLSName []string

	// TLSProfile is the TLS profile of addresses without their own. The profiles of PS3.15
	// Annex B, each less the DHE, CCM and Camellia suites, which arr
	// has not:
	//
	//	bcp195          B.12: TLS 1.2 and 1.3, forward secrecy, authenticated encryption
	//	nondowngrading  B.10: TLS 1.2 and 1.3, the ECDHE_RSA AES-GCM suites
	//	extended        B.11: TLS 1.2, the ECDHE AES-GCM suites
	//	bcp195-2015     B.9: TLS 1.0 to 1.3; not safe
	//	aes             B.3: TLS 1.0 to 1.2, TLS_RSA_WITH_AES_128_CBC_SHA or 3DES; not safe
	//	basic           B.1: TLS 1.0 to 1.2, 3DES; not safe
	TLSProfile string

	// TLSSuites are the cipher suites of TLS 1.2 and before in place of the others. They have the
	// names that IANA gave them, and hold for addresses without a profile of their own. The
	// suites of TLS 1.3 can't be chosen.
	TLSSuites []string

	// TLSMin is the first version of TLS that is spoken. It holds for addresses without a
	// profile of their own. One of 1.0, 1.1, 1.2, 1.3.
	TLSMin string

	// TLSMax is the last version of TLS that is spoken, as tls-min is the first.
	TLSMax string

	// LDAP is the URL of an LDAP directory that says how syslog is taken in. It is
	// ldaps://HOST/BASE, or ldap://HOST/BASE, which speaks StartTLS; BASE is the DN that the
	// DICOM configuration lies below, and dc=dcm4che,dc=org if it is missing. Where the
	// directory's ldap-device has connections for syslog over TLS, UDP or TCP, their
	// addresses take the place of tls, udp and tcp, and their suites, versions, client
	// authentication and trust that of tls-suites, tls-min, tls-max, tls-client-ca and the like; what
	// it does not say is as set here. A copy is kept under data and used while the directory
	// is away. It is read again every five minutes and on SIGHUP.
	LDAP string

	// LDAPDevice is the device that arr is in the directory of ldap.
	LDAPDevice string

	// LDAPBindDN is the DN of the user that the directory is read as. Without one it is read
	// anonymously.
	LDAPBindDN string

	// LDAPPasswordFile is a file with the password of ldap-bind-dn. Without it the environment
	// variable ARR_LDAP_PASSWORD or systemd's credential ldap-password has it.
	LDAPPasswordFile string

	// LDAPCA is a file with the CAs that the certificate of ldap may come from. PEM or DER;
	// without it they are those that the machine believes.
	LDAPCA string

	// LDAPPlain lets ldap:// do without TLS. Then whoever is on the way reads the password,
	// and may have arr believe other certificates.
	LDAPPlain bool

	// MaxFrame is the size up to which a syslog frame is kept whole. Of a longer one
	// the rest is cut off, with a finding. Bytes, or with a unit: KiB, MiB.
	MaxFrame int64

	// Zone is the time zone of event times that carry none. A name as Europe/Vienna,
	// UTC, or Local for the machine's.
	Zone *time.Location

	// LogFormat is the format of the log on standard error, text or json. The log
	// never holds a patient's data.
	LogFormat string

	// LogLevel is the least severe level that is logged. One of debug, info, warn,
	// error.
	LogLevel slog.Level

	// DataOnNetwork lets data lie on NFS or CIFS. Their locks and fsync are not to be
	// relied on everywhere: records that were reported as stored may be lost.
	DataOnNetwork bool

	// origins says where each setting that is not at its default comes from, by its
	// key.
	origins map[string]string
	ignored []string
}

// Given says whether somebody set the key, be it to its default.
func (c *Config) Given(key string) bool { return c.origins[key] != "" }

// Ignored names environment variables that look like settings and are none, and what
// they may have been meant to be.
func (c *Config) Ignored() []string { return c.ignored }

// Clients gives whose certificates an address of TLS asks for and believes, by its own
// settings and those for all addresses. Auth is never "".
func (c *Config) Clients(l Listener) Clients {
	clients := l.Clients
	clients.CA = cmp.Or(l.CA, c.TLSClientCA, c.TLSTruststore)
	if len(clients.Allow) == 0 {
		clients.Allow = c.TLSAllow
	}
	if len(clients.CRL) == 0 {
		clients.CRL = c.TLSCRL
	}
	if clients.Auth == "" {
		clients.Auth = NoClients
		if clients.CA != "" {
			clients.Auth = OptionalClients
		}
	}
	return clients
}
