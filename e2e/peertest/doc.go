// Package peertest finds the programs of others that tests drive or compare with: rsyslog,
// openssl, keytool.
//
// In comes a program's name, which stands in scripts/peers.txt with the Debian packages that
// have it; out goes where it is. It is the system's where that has the program and all that
// is needed beside it, else what scripts/install-peers.sh has fetched and unpacked below
// bin/peers. Where there is neither the test skips and names the package. The package never
// fetches or installs anything, and nothing but tests imports it.
package peertest
