package receiver

import "testing"

func TestReassemblyFailures(t *testing.T) {
	for snmp, want := range map[string]uint64{
		"Ip: Forwarding ReasmFails FragOKs\nIp: 2 17 0\nUdp: ReasmFails\nUdp: 3\n": 17,
		"Ip: Forwarding\nIp: 2\n":          0,
		"Ip: Forwarding ReasmFails\n":      0,
		"Ip: Forwarding ReasmFails\nIp: 2": 0,
		"Ip: ReasmFails\nIp: x\n":          0,
		"":                                 0,
	} {
		if got := ipReasmFails([]byte(snmp)); got != want {
			t.Errorf("%q: %d, want %d", snmp, got, want)
		}
	}
	if got := ip6ReasmFails([]byte("Ip6InReceives \t3\nIp6ReasmFails \t4\n")); got != 4 {
		t.Errorf("v6: %d", got)
	}
	if got := ip6ReasmFails(nil); got != 0 {
		t.Errorf("v6, nothing: %d", got)
	}
}
