package ldapconf

import "testing"

func TestAsked(t *testing.T) {
	for name, want := range map[string]string{
		"dicomhostname": attrHost, "USERCERTIFICATE;BINARY": attrCertificate, "userCertificate": attrCertificate,
		"dcmKeyStorePin": "", "userCertificate;lang-en": "", "": "",
	} {
		if got, ok := asked(name); got != want || ok != (want != "") {
			t.Errorf("%q was asked for as %q, %v", name, got, ok)
		}
	}
}

// DNs are equal whatever their case and the blanks around commas, and children are told by them.
func TestKeys(t *testing.T) {
	const dn = "cn=Audit Logger,dicomDeviceName=a\\,b,cn=Devices"
	for _, other := range []string{dn, "CN=audit logger, DICOMDEVICENAME=A\\2Cb, cn=devices", "cn = Audit Logger,dicomDeviceName=a\\,b,cn=Devices"} {
		if key(other) != key(dn) {
			t.Errorf("%q has the key %q, not %q", other, key(other), key(dn))
		}
		if !childOf(other, "dicomDeviceName=A\\,B,cn=devices") || childOf(other, "cn=Devices") || childOf(other, "") {
			t.Errorf("%q is not told as a child", other)
		}
	}
	if key("no DN") != "no dn" || childOf("no DN", "") || below("cn=a", "cn", "b,c") != "cn=b\\,c,cn=a" {
		t.Error("what is no DN, or has a comma")
	}
}
