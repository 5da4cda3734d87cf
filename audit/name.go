package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// What a sender writes may be of any size. Where it is a key, of which there are many, a name
// of more than MaxName bytes is its first namePrefix ones and a hash of the whole.
const (
	MaxName    = 128
	namePrefix = 64
	nameHash   = 16
)

// Name returns what a sender's text is counted under: at most MaxName bytes of valid UTF-8,
// without NUL. The name of a name is itself.
func Name(text string) string {
	if len(text) <= MaxName && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	short := text[:min(len(text), MaxName+1)]
	clean := strings.ReplaceAll(strings.ToValidUTF8(short, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) <= MaxName && len(clean) <= MaxName {
		return clean
	}
	sum := sha256.Sum256([]byte(text))
	end := min(namePrefix, len(clean))
	for end < len(clean) && !utf8.RuneStart(clean[end]) {
		end--
	}
	return clean[:end] + "…" + hex.EncodeToString(sum[:nameHash])
}
