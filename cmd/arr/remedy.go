package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// withRemedy adds to what kept a connection from being made, or ended it, what to do about it.
func withRemedy(err error) error {
	remedy := refusalRemedy(err)
	switch {
	case isA[x509.HostnameError](err):
		remedy = "send to a name that the certificate has; arr serve takes more with --tls-name"
	case isA[tls.RecordHeaderError](err):
		remedy = "nothing speaks TLS there: send to the port for TLS, or to tcp://"
	case errors.Is(err, syscall.ECONNREFUSED):
		remedy = "nothing listens there: see that the repository runs and has this port"
	}
	if remedy == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, remedy)
}

// What to do about a repository that refuses a handshake.
const (
	noneInCommon = "it has no cipher suite in common with this sender, or wants a client's certificate " +
		"(\"arr cert inspect HOST:PORT\" shows what it asks for): choose another --tls-profile, or give --cert and --key, or --tls-keystore"
	otherVersion   = "it speaks no version of TLS that this sender offers: choose another --tls-profile, or --tls-min and --tls-max"
	certificateDue = "it wants a client's certificate from one of the CAs that it names (\"arr cert inspect HOST:PORT\" lists them): " +
		"give such a one with --cert and --key, or --tls-keystore"
	notBelieved = "it does not believe this sender's certificate: have that or its CA installed there (its log says why), or give another one"
)

// refusals are the alerts of RFC 8446 section 6.2 by which a peer refuses a handshake.
var refusals = map[tls.AlertError]string{
	40:  noneInCommon,
	42:  notBelieved,
	43:  notBelieved,
	44:  notBelieved,
	45:  notBelieved,
	46:  notBelieved,
	48:  notBelieved,
	49:  notBelieved,
	70:  otherVersion,
	71:  noneInCommon,
	116: certificateDue,
}

// refusalRemedy says what to do about a peer's alert, "" about any other error. crypto/tls
// gives an alert as an error of a type of its own, which has the text of tls.AlertError.
func refusalRemedy(err error) string {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return ""
	}
	for alert, remedy := range refusals {
		if op.Err.Error() == alert.Error() {
			return remedy
		}
	}
	return ""
}

func isA[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}
