// Package arr is the root of the module and holds no code. docs/architecture.md says
// which rooms there are, what each may import, and how a frame goes through them; the
// test beside this file keeps that table, and the rules of the linter, true to the code.
package arr
