package query

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
)

// matcher says whether a value, plain text, satisfies. It allocates nothing for a value
// in ASCII.
type matcher = func(value []byte) bool

// normalOf is normal for what a question asks.
func normalOf(asked string) []byte { return normal([]byte(asked)) }

// matchWhole is satisfied by the value that has this normal form.
func matchWhole(asked []byte) matcher {
	return func(v []byte) bool { return equalNormal(v, asked) }
}

func equalNormal(v, asked []byte) bool {
	if bytes.Equal(v, asked) {
		return true
	}
	return !isNormal(v) && bytes.Equal(normal(v), asked)
}

// isNormal says that normal surely leaves v as it is.
func isNormal(v []byte) bool {
	return len(v) == 0 || v[0] > ' ' && v[len(v)-1] > ' ' && isASCII(v)
}

func matchWholePrefix(asked []byte) matcher {
	return func(v []byte) bool { return bytes.HasPrefix(normal(v), asked) }
}

// matchFolded compares like matchWhole, but A to Z in any case.
func matchFolded(asked []byte, prefix bool) matcher {
	asked = appendASCIILower(nil, asked)
	return func(v []byte) bool {
		v = normal(v)
		if len(v) < len(asked) || !prefix && len(v) > len(asked) {
			return false
		}
		for i, c := range asked {
			if asciiLower(v[i]) != c {
				return false
			}
		}
		return true
	}
}

// matchCX is satisfied by an id of type CX in which asked is the whole, a repetition,
// or of a repetition the id, alone or with its authority: id^^^authority as
// written, id^^^namespace or id^^^universal id. A question of the form
// id^^^&universal id&type finds the universal id beside a namespace too.
func matchCX(asked []byte) matcher {
	id, authority, _ := bytes.Cut(asked, []byte("^^^"))
	id = trim(id)
	if bytes.IndexByte(authority, '^') >= 0 {
		authority = nil
	}
	if p := bytes.Split(authority, []byte{'&'}); len(p) == 3 && len(p[0]) == 0 {
		authority = p[1]
	}
	return func(v []byte) bool {
		if equalNormal(v, asked) {
			return true
		}
		if bytes.IndexByte(v, '^') < 0 && bytes.IndexByte(v, '~') < 0 {
			return false
		}
		return eachRepetition(normal(v), func(rep []byte) bool {
			if bytes.Equal(rep, asked) {
				return true
			}
			own := trim(component(rep, 0))
			if isNoID(own) {
				return false
			}
			return bytes.Equal(own, asked) ||
				len(authority) > 0 && bytes.Equal(own, id) && isAuthority(trim(component(rep, 3)), authority)
		})
	}
}

// isAuthority says whether asked names the assigning authority: all of it, its
// namespace or its universal id.
func isAuthority(authority, asked []byte) bool {
	if bytes.Equal(authority, asked) {
		return true
	}
	namespace, rest, _ := bytes.Cut(authority, []byte{'&'})
	universal, _, _ := bytes.Cut(rest, []byte{'&'})
	return bytes.Equal(namespace, asked) || bytes.Equal(universal, asked)
}

func eachRepetition(v []byte, fn func(rep []byte) bool) bool {
	for len(v) > 0 {
		var rep []byte
		rep, v, _ = bytes.Cut(v, []byte{'~'})
		if rep = trim(rep); len(rep) > 0 && fn(rep) {
			return true
		}
	}
	return false
}

func matchCXPrefix(asked []byte) matcher {
	return func(v []byte) bool {
		v = normal(v)
		return bytes.HasPrefix(v, asked) ||
			eachRepetition(v, func(rep []byte) bool { return bytes.HasPrefix(rep, asked) })
	}
}

// matchOrder is satisfied by an id that stands between low and high by its bytes; nil is
// no bound. Each repetition's id counts where repeated is set.
func matchOrder(low, high []byte, withLow, withHigh, repeated bool) matcher {
	in := func(id []byte) bool {
		if low != nil {
			if c := bytes.Compare(id, low); c < 0 || c == 0 && !withLow {
				return false
			}
		}
		if high != nil {
			if c := bytes.Compare(id, high); c > 0 || c == 0 && !withHigh {
				return false
			}
		}
		return true
	}
	if !repeated {
		return func(v []byte) bool {
			v = normal(v)
			return len(v) > 0 && in(v)
		}
	}
	return func(v []byte) bool {
		return eachRepetition(normal(v), func(rep []byte) bool {
			id := trim(component(rep, 0))
			return !isNoID(id) && in(id)
		})
	}
}

// matchAddress compares a sender's address and port. An address alone is satisfied by
// any port.
func matchAddress(asked string) matcher {
	if a, err := netip.ParseAddrPort(asked); err == nil {
		return matchWhole([]byte(a.String()))
	}
	host := strings.TrimSuffix(strings.TrimPrefix(asked, "["), "]")
	if a, err := netip.ParseAddr(host); err == nil {
		host = a.String()
	}
	wanted := []byte(host)
	return func(v []byte) bool { return bytes.Equal(v, wanted) || bytes.Equal(hostOf(v), wanted) }
}

func matchAddressPrefix(asked string) matcher {
	wanted := []byte(strings.TrimPrefix(asked, "["))
	return func(v []byte) bool { return bytes.HasPrefix(bytes.TrimPrefix(v, []byte{'['}), wanted) }
}

// hostOf is an address without its port and an IPv6 address's brackets.
func hostOf(address []byte) []byte {
	i := bytes.LastIndexByte(address, ':')
	if i < 0 {
		return address
	}
	host := address[:i]
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host
}

// digestOf reads a fingerprint as people copy it: hex in any case, with colons or blanks
// between the bytes or none.
func digestOf(asked string) (string, bool) {
	s := strings.NewReplacer(":", "", " ", "").Replace(strings.ToLower(asked))
	_, err := hex.DecodeString(s[:len(s)&^1])
	return s, s != "" && err == nil
}
