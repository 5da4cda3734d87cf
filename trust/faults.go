package trust

import (
	"fmt"
	"slices"
	"strings"
)

// Ways are those in which ITI-19 has a certificate checked; 0 is all.
type Ways uint8

// The ways.
const (
	ByChain     Ways = 1 << iota // its chain ends at a CA that is installed
	ByInstalled                  // it is itself installed
)

var wayNames = []string{"chain", "installed"}

// WaysNamed has the ways of some names: "chain", "installed".
func WaysNamed(names []string) (Ways, error) {
	bits, err := named(names, wayNames, "way to believe a certificate")
	return Ways(bits), err
}

// Faults are what old certificates are refused for, unless they are installed themselves.
type Faults uint8

// The faults.
const (
	FaultSHA1       Faults = 1 << iota // it, or one above it, is signed with SHA-1
	FaultCNOnly                        // where a name is compared: it stands in the subject alone
	FaultSelfSigned                    // it is signed by itself, so that anybody can make its like
	FaultExpired                       // it, or one above it, has expired
)

var faultNames = []string{"sha1", "cn-only", "self-signed", "expired"}

// FaultsNamed has the faults of some names: "sha1", "cn-only", "self-signed", "expired".
func FaultsNamed(names []string) (Faults, error) {
	bits, err := named(names, faultNames, "fault of certificates")
	return Faults(bits), err
}

// String gives the names that FaultsNamed reads.
func (f Faults) String() string {
	var names []string
	for i, name := range faultNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// named has a bit for each name, in the order of all.
func named(names, all []string, what string) (bits uint8, err error) {
	for _, name := range names {
		i := slices.Index(all, name)
		if i < 0 {
			return 0, fmt.Errorf("%q is no %s: write one of %s", name, what, strings.Join(all, ", "))
		}
		bits |= 1 << i
	}
	return bits, nil
}
