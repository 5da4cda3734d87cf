package trust

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

var (
	errNoPassword = errors.New(`its key is encrypted, and no password is given: name the file that has it, or decrypt it with "openssl pkey" and keep it readable for this program alone`)
	errEncryption = errors.New(`its key is encrypted in a way that can't be read: convert it with "openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY -out NEW"`)
)

// decryptPEM gives b with its encrypted keys decrypted.
func decryptPEM(b []byte, password string) ([]byte, error) {
	var out []byte
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return out, nil
		}
		block, err := decryptBlock(block, password)
		if err != nil {
			return nil, err
		}
		out = append(out, pem.EncodeToMemory(block)...)
	}
}

// decryptBlock decrypts a key of PKCS#8 (RFC 5958 section 3) or of OpenSSL's older form (RFC
// 1421), and gives all else as it is.
func decryptBlock(block *pem.Block, password string) (*pem.Block, error) {
	// Anybody's header may be longer than PEM's writer takes.
	plain := &pem.Block{Type: block.Type, Bytes: block.Bytes}
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" && password != "":
		plain.Type = "PRIVATE KEY"
		plain.Bytes, err = decryptPKCS8(block.Bytes, password)
	case block.Headers["DEK-Info"] != "" && password != "":
		//lint:ignore SA1019 what it warns of, no integrity, is that of the file
		plain.Bytes, err = x509.DecryptPEMBlock(block, []byte(password)) //nolint:staticcheck // as above
		if err != nil {
			err = errPassword
		}
	case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
		err = errNoPassword
	default:
		return block, nil
	}
	if err == nil && !isSequence(plain.Bytes) {
		err = errPassword
	}
	return plain, err
}

// isSequence says whether b is one sequence in DER, as every key is: what a wrong password
// gives has a right padding now and then, and that hardly ever.
func isSequence(b []byte) bool {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(b, &v)
	return err == nil && len(rest) == 0 && v.Class == asn1.ClassUniversal && v.Tag == asn1.TagSequence
}

// encryptedKey is PKCS#8's EncryptedPrivateKeyInfo by the scheme PBES2 (RFC 8018 appendix A.4).
type encryptedKey struct {
	Scheme struct {
		ID   asn1.ObjectIdentifier
		Both struct{ Derivation, Encryption pkix.AlgorithmIdentifier }
	}
	Data []byte
}

// pbkdf2Params are those of PBKDF2 (RFC 8018 appendix A.2).
type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// prfs are the pseudo random functions by their object identifiers; without one it is the first.
var prfs = []struct {
	id  string
	new func() hash.Hash
}{
	{"1.2.840.113549.2.7", sha1.New},
	{"1.2.840.113549.2.8", sha256.New224},
	{"1.2.840.113549.2.9", sha256.New},
	{"1.2.840.113549.2.10", sha512.New384},
	{"1.2.840.113549.2.11", sha512.New},
}

// ciphers are those in CBC mode by their object identifiers, with the length of their key.
var ciphers = map[string]struct {
	key int
	new func(key []byte) (cipher.Block, error)
}{
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
}

// decryptPKCS8 gives the PKCS#8 key that der has encrypted.
func decryptPKCS8(der []byte, password string) ([]byte, error) {
	var k encryptedKey
	if _, err := asn1.Unmarshal(der, &k); err != nil || !k.Scheme.ID.Equal(oidPBES2) {
		return nil, errEncryption
	}
	by := &k.Scheme.Both
	scheme, known := ciphers[by.Encryption.Algorithm.String()]
	var derived pbkdf2Params
	_, err := asn1.Unmarshal(by.Derivation.Parameters.FullBytes, &derived)
	if !known || err != nil || !by.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, errEncryption
	}
	if derived.Iterations < 1 || derived.Iterations > maxIterations {
		return nil, fmt.Errorf("%w, since its password would have to be hashed too often", errEncryption)
	}
	prf := prfs[0].new
	if id := derived.PRF.Algorithm.String(); id != "" {
		prf = nil
		for _, p := range prfs {
			if p.id == id {
				prf = p.new
			}
		}
	}
	if prf == nil {
		return nil, errEncryption
	}
	key, err := pbkdf2.Key(prf, password, derived.Salt, derived.Iterations, scheme.key)
	if err != nil {
		return nil, errEncryption
	}
	block, err := scheme.new(key)
	if err != nil {
		return nil, errEncryption
	}
	return decryptCBC(block, by.Encryption.Parameters.FullBytes, k.Data)
}

// decryptCBC decrypts data and takes the padding of PKCS#7 away.
func decryptCBC(block cipher.Block, params, data []byte) ([]byte, error) {
	var iv []byte
	size := block.BlockSize()
	if _, err := asn1.Unmarshal(params, &iv); err != nil || len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errEncryption
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	n := int(plain[len(plain)-1])
	if n < 1 || n > size {
		return nil, errPassword
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return nil, errPassword
		}
	}
	return plain[:len(plain)-n], nil
}
