//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package emitter

import "os"

// lockFile opens a file. The standard library has no lock that ends with the process
// here, so nothing keeps a second process away.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
