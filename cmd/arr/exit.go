package main

import (
	"errors"
	"fmt"
	"io"

	"arr/audit"
)

// What arr exits with. 0 is success, and for a question: something was found.
const (
	exitNothing    = 1 // nothing found
	exitUsage      = 2 // the command line, the configuration or the question is wrong
	exitIntegrity  = 3 // stored data is damaged
	exitRefused    = 4 // the server refused
	exitIncomplete = 5 // the answer lacks what could not be read
	exitFailed     = 6 // could not be asked, answered or done
)

// exitError is how a command ends with a code other than 0. Without err nothing is
// printed: the code says it all.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage gives err the code exitUsage, unless it has one.
func usage(err error) error {
	if _, has := errors.AsType[*exitError](err); err == nil || has {
		return err
	}
	return &exitError{exitUsage, err}
}

// report prints err for people and gives the exit code: exitFailed where err does
// not carry one.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	code := exitFailed
	if e, ok := errors.AsType[*exitError](err); ok {
		code = e.code
	}
	if text := err.Error(); text != "" {
		// Where standard error is closed, the code has to do.
		_, _ = fmt.Fprintln(stderr, "arr:", audit.VisibleLines(text))
	}
	return code
}
