package emitter_test

import (
	"context"
	"crypto/tls"
	"log"
	"os"
	"strconv"
	"time"

	"arr/audit"
	"arr/emitter"
)

// An archive that loses no audit message: each is on disk when Log returns, and leaves
// the disk once the repository has it.
func ExampleLogger() {
	target, err := emitter.ParseTarget("tls://arr.example:6514")
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "spool") // a real one stays: /var/spool/pacs/audit
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	logger, err := emitter.Open(emitter.Options{
		Dir: dir,
		Repositories: []emitter.Repository{{
			Name:   "hospital",
			To:     target,
			Dialer: emitter.Dialer{TLS: &tls.Config{MinVersion: tls.VersionTLS12}},
			Header: emitter.Header{Hostname: "pacs.example", App: "pacs", ProcID: strconv.Itoa(os.Getpid())},
		}},
		Notify: func(e emitter.Event) { log.Printf("repository %s is %s: %v", e.Repository, e.Kind, e.Err) },
	})
	if err != nil {
		log.Fatal(err)
	}

	builder := emitter.Builder{Source: audit.AuditSource{ID: "pacs"}}
	message, err := builder.UserAuthentication(true, emitter.Person("jane", "192.0.2.7"))
	if err != nil {
		log.Fatal(err) // it would not be as the standard has it
	}
	if err := logger.Log(message); err != nil {
		log.Print(err) // the disk is full or fails: the archive goes on
	}

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := logger.Close(ctx); err != nil { // what has not arrived waits for the next start
		log.Print(err)
	}
}
