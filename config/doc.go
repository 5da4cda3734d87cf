// Package config is the configuration of arr serve: one struct, whose fields'
// comments are its manual.
//
// In come, each overriding the one before: the defaults, a TOML file, environment
// variables and flags. A key is spelled alike everywhere: max-frame in the file is
// ARR_MAX_FRAME in the environment and --max-frame on the command line. Out goes a
// Config that was checked as a whole, and its text as TOML that gives the same Config
// again.
//
// A key that is none, or a value that its key does not take, is an error that says
// where it stands, what is wrong and what to write instead; nothing is guessed or
// passed over.
//
// The package opens no file but the one it is given, and does not look whether
// addresses can be bound or certificates be read: that is the business of who uses
// them.
package config
