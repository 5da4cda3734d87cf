// Package e2e tries the real binary as its users would: it starts arr serve on a
// directory of its own, sends to it with arr emit, with rsyslog, logger and openssl where
// package peertest finds them, kills it, fills its disk, and asks it questions.
//
// In comes the environment: the tests run where ARR_E2E is set, as `make e2e` does, and
// skip elsewhere; ARR_SHARED names the directory of third-party samples, which tests that
// need it skip without. The package holds tests alone and never imports a room that the
// binary has: what it knows, it knows from outside.
package e2e
