package receiver

import (
	"bytes"
	"os"
	"strconv"
)

// reassembly counts the IP packets whose fragments did not all come, by what
// Linux shows of its own counters. They are the whole host's: a fragment has no
// port.
type reassembly struct{ base uint64 }

func (r *reassembly) start() { r.base = reassemblyFailures() }

func (r *reassembly) failed() uint64 {
	n := reassemblyFailures()
	return n - min(n, r.base)
}

// reassemblyFailures is 0 where the kernel does not show them.
func reassemblyFailures() uint64 {
	v4, err4 := os.ReadFile("/proc/net/snmp")
	v6, err6 := os.ReadFile("/proc/net/snmp6")
	var n uint64
	if err4 == nil {
		n += ipReasmFails(v4)
	}
	if err6 == nil {
		n += ip6ReasmFails(v6)
	}
	return n
}

// ipReasmFails reads ReasmFails out of /proc/net/snmp, which has for each protocol
// a line of names and a line of numbers.
func ipReasmFails(snmp []byte) uint64 {
	var names [][]byte
	for line := range bytes.Lines(snmp) {
		f := bytes.Fields(line)
		if len(f) == 0 || string(f[0]) != "Ip:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i := range min(len(names), len(f)) {
			if string(names[i]) == "ReasmFails" {
				return number(f[i])
			}
		}
	}
	return 0
}

// ip6ReasmFails reads Ip6ReasmFails out of /proc/net/snmp6: a name and a number a
// line.
func ip6ReasmFails(snmp6 []byte) uint64 {
	for line := range bytes.Lines(snmp6) {
		if f := bytes.Fields(line); len(f) == 2 && string(f[0]) == "Ip6ReasmFails" {
			return number(f[1])
		}
	}
	return 0
}

func number(b []byte) uint64 {
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
