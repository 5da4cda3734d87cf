package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"arr/api"
	"arr/audit"
	"arr/config"
	"arr/store"
	"arr/trust"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "take audit messages in, keep them, and answer questions about them",
		UsageText: "arr serve [FLAGS]\n\n" +
			"Needs nothing but a directory. At its first start it makes a CA and certificates there, and\n" +
			"prints how to send to it. It runs until SIGTERM or SIGINT; SIGHUP has it read the files of\n" +
			"certificates and the LDAP directory again. \"arr config\" says what every setting means.\n\n" +
			"Examples:\n" +
			"   arr serve --data ./data\n" +
			"   arr serve --config /etc/arr/arr.toml\n" +
			"   arr serve --tls :6514 --tls :6515,client-ca=/etc/arr/ca.pem,client-auth=require --udp off",
		Flags: configFlags(),
		Action: func(c *cli.Context) error {
			cfg, err := loadConfig(c)
			if err != nil {
				return err
			}
			return runServer(c, cfg)
		},
	}
}

// newLog makes the log that all rooms write to.
func newLog(c *cli.Context, cfg *config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(escapedJSON{c.App.ErrWriter}, options))
	}
	return slog.New(slog.NewTextHandler(c.App.ErrWriter, options))
}

// escapedJSON writes texts of JSON, one a call, with hidden characters escaped.
type escapedJSON struct{ to io.Writer }

func (e escapedJSON) Write(text []byte) (int, error) {
	if _, err := e.to.Write(audit.EscapeJSON(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// runServer opens the data directory and everything else in the order in which each needs
// the one before, runs until c's context ends, and closes it in reverse.
func runServer(c *cli.Context, cfg *config.Config) (err error) {
	log := newLog(c, cfg)
	// What is printed is read elsewhere, too.
	if cfg.Data, err = filepath.Abs(cfg.Data); err != nil {
		return fmt.Errorf("looking for the data directory: %w", err)
	}
	if !cfg.DataOnNetwork {
		if err := refuseNetwork(cfg.Data, unix.Statfs); err != nil {
			return err
		}
	}
	if err := checkTrust(cfg); err != nil {
		return &exitError{exitUsage, err}
	}
	limitMemory(int64(cfg.MaxFrame))
	st, err := openData(c.Context, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, closeStore(st)); err == nil {
			log.Info("stopped", slog.Uint64("records", st.Stats().Records))
		}
	}()
	if err := removePorts(cfg.Data); err != nil {
		return err
	}
	source, err := trust.Open(trustOptions(cfg, log))
	if err != nil {
		return err
	}
	directory, err := openDirected(c.Context, cfg, source, log)
	if err != nil {
		return err
	}
	l, err := openListeners(c.Context, cfg, source, directory)
	if err != nil {
		return err
	}
	s := newServer(cfg, log, st, source, l)
	s.follow(directory)
	return s.run(c.Context, func() error {
		if err := l.ports(os.Getpid(), cfg.Data).write(cfg.Data); err != nil {
			return err
		}
		if err := banner(c.App.Writer, cfg, source, l); err != nil {
			return err
		}
		return notify("READY=1")
	})
}

// closeStore may be called again: only the first call does anything.
func closeStore(st *store.Store) error {
	if err := st.Close(); err != nil {
		return fmt.Errorf("closing the data directory: %w", err)
	}
	return nil
}

// readerPatience is how long a command may hold the directory's lock for reading.
const readerPatience = 10 * time.Second

// openData opens the data directory. Where a command reads it just now, it waits for
// that; where a server has it, it does not.
func openData(ctx context.Context, cfg *config.Config, log *slog.Logger) (*store.Store, error) {
	options := storeOptions()
	options.Zone = cfg.Zone
	options.Log = log
	for waited := time.Duration(0); ; waited += serverPoll {
		st, err := store.Open(cfg.Data, options)
		if err == nil {
			return st, nil
		}
		if !errors.Is(err, store.ErrInUse) || waited >= readerPatience {
			return nil, cantOpen(err)
		}
		if conn, dialErr := api.DialSocket(ctx, cfg.Data); dialErr == nil {
			conn.Close()
			return nil, cantOpen(err)
		}
		select {
		case <-time.After(serverPoll):
		case <-ctx.Done():
			return nil, cantOpen(err)
		}
	}
}
