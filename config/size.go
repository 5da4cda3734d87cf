package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units of sizes, the largest first.
var units = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// ParseSize reads a whole number of bytes, KiB, MiB or GiB.
func ParseSize(s string) (int64, error) {
	digits, scale := s, int64(1)
	for _, u := range units {
		if before, ok := strings.CutSuffix(s, u.name); ok {
			digits, scale = strings.TrimSpace(before), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || int64(n) > math.MaxInt64/scale {
		return 0, fmt.Errorf("%q is not a size: write a whole number of bytes, or with KiB, MiB or GiB after it", s)
	}
	return int64(n) * scale, nil
}

// formatSize gives n as ParseSize reads it, in the largest unit that gives a whole number.
func formatSize(n int64) string {
	for _, u := range units {
		if n != 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
