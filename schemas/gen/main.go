package main

import (
	"fmt"
	"os"
)

// output is the file that is generated.
const output = "zz_generated_grammars.go"

func main() {
	text, err := generate(os.DirFS("."))
	if err == nil {
		err = os.WriteFile(output, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
