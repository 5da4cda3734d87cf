package main

import "fmt"

// plural writes a number of things: "1 record", "2 records".
func plural[N int | int64 | uint64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
