package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/config"
	"arr/trust"
	"arr/trust/ldapconf"
)

func ldapCommand() *cli.Command {
	check := &cli.Command{
		Name:  "check",
		Usage: "say what the directory says of a device, and why not more",
		UsageText: "arr ldap check --ldap URL --ldap-device NAME [FLAGS]\n\n" +
			"Says where the device takes audit messages in, if it is a repository, and where its audit\n" +
			"loggers send them to, if it has any; with the suites, versions and certificates that count, and\n" +
			"what was passed over and why. It exits with 1 where the device is neither.\n\n" +
			"Example:\n   arr ldap check --ldap ldaps://ldap.example/dc=dcm4che,dc=org --ldap-device dcm4chee-arc",
		Flags: append(directoryFlags(),
			&cli.StringFlag{Name: "format", Value: "text", Usage: "print as `FORMAT`: text or json"}),
		Action: checkDirectory,
	}
	ldif := &cli.Command{
		Name:  "ldif",
		Usage: "print what the directory lacks for an archive to send here over TLS, or write it",
		UsageText: "arr ldap ldif --ldap URL --ldap-device NAME --archive NAME --host HOST [FLAGS]\n\n" +
			"Prints as LDIF the repository's device with its connection and certificate, and the changes that\n" +
			"the archive's audit logger, connection and trust need. What is right already is left out, so that a\n" +
			"second time there is nothing. --apply writes it, as the user of --ldap-bind-dn.\n\n" +
			"Example:\n   arr ldap ldif --ldap ldaps://ldap.example --ldap-device arr --archive dcm4chee-arc --host arr.example \\\n" +
			"      --ldap-bind-dn cn=admin,dc=dcm4che,dc=org --ldap-password-file /etc/arr/ldap-password --apply",
		Flags: append(directoryFlags(),
			&cli.StringFlag{Name: "archive", Usage: "the device that shall send is `NAME`"},
			&cli.StringFlag{Name: "host", Usage: "it reaches the repository by `HOST`, which its certificate carries"},
			&cli.IntFlag{Name: "port", Value: 6514, Usage: "it sends to `PORT`"},
			dataFlag(),
			&cli.StringFlag{Name: "certificate", Usage: "have the certificates in `FILE` (PEM or DER) believed, not arr's own CA in the data directory"},
			&cli.BoolFlag{Name: "client-auth", Usage: "have the repository ask for the archive's certificate"},
			&cli.BoolFlag{Name: "apply", Usage: "write the changes into the directory"}),
		Action: planDirectory,
	}
	return &cli.Command{
		Name:  "ldap",
		Usage: "look at an archive's LDAP directory, or make it send here",
		UsageText: "arr ldap check --ldap URL --ldap-device NAME [FLAGS]\n" +
			"arr ldap ldif --ldap URL --ldap-device NAME --archive NAME --host HOST [FLAGS]\n\n" +
			"The directory holds the DICOM configuration (PS3.15 Annex H) as dcm4che writes it.\n\n" +
			"Example:\n   arr ldap check --ldap ldaps://ldap.example --ldap-device arr",
		Subcommands: []*cli.Command{check, ldif},
		Action: func(c *cli.Context) error {
			return &exitError{exitUsage, errors.New(`say what to do: "arr ldap check" or "arr ldap ldif"`)}
		},
	}
}

// directoryPrefix is what the settings of a directory begin with.
const directoryPrefix = "ldap"

// directoryFlags are the flags of arr serve that name a directory, for other commands.
func directoryFlags() (flags []cli.Flag) {
	for _, f := range configFlags() {
		if strings.HasPrefix(f.Names()[0], directoryPrefix) {
			flags = append(flags, f)
		}
	}
	return flags
}

// directoryConfig reads the flags of directoryFlags and the environment.
func directoryConfig(c *cli.Context) (*config.Config, error) {
	var environ []string
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "ARR_LDAP") {
			environ = append(environ, kv)
		}
	}
	cfg, err := config.Load(config.Sources{Environ: environ, Flags: givenFlags(c, directoryPrefix)})
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return cfg, nil
}

// namedDirectory is directoryConfig and the directory, for who can do nothing without.
func namedDirectory(c *cli.Context) (*config.Config, ldapconf.Directory, error) {
	cfg, err := directoryConfig(c)
	if err != nil {
		return nil, ldapconf.Directory{}, err
	}
	if c.NArg() > 0 || cfg.LDAP == "" {
		return nil, ldapconf.Directory{}, &exitError{exitUsage, errors.New("arr ldap takes no arguments, but --ldap URL and --ldap-device NAME")}
	}
	d, err := directoryOf(cfg)
	if err != nil {
		return nil, d, &exitError{exitUsage, err}
	}
	return cfg, d, nil
}

// planDirectory is arr ldap ldif.
func planDirectory(c *cli.Context) error {
	cfg, d, err := namedDirectory(c)
	if err != nil {
		return err
	}
	w := ldapconf.Wanted{Device: cfg.LDAPDevice, Archive: c.String("archive"), Host: c.String("host"), Port: c.Int("port"), ClientAuth: c.Bool("client-auth")}
	switch {
	case w.Archive == "":
		return &exitError{exitUsage, errors.New("which device shall send is not said: give --archive NAME, such as dcm4chee-arc")}
	case w.Host == "":
		return &exitError{exitUsage, errors.New("where arr is reached is not said: give --host NAME, one that its certificate carries")}
	case w.Port < 1 || w.Port > 65535:
		return &exitError{exitUsage, fmt.Errorf("%d is no port: give --port from 1 to 65535", w.Port)}
	}
	if w.Certificates, err = certificatesToBelieve(c); err != nil {
		return &exitError{exitFailed, err}
	}
	changes, notes, err := d.Plan(c.Context, w, time.Now())
	if err != nil {
		return &exitError{exitFailed, err}
	}
	if !c.Bool("apply") {
		return ldapconf.WriteLDIF(c.App.Writer, changes, notes)
	}
	var b strings.Builder
	for _, n := range notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	err = d.Apply(c.Context, changes, func(change ldapconf.Change) {
		verb := "changed"
		if change.Add != nil {
			verb = "added"
		}
		fmt.Fprintf(&b, "%-7s  %s\n", verb, audit.Visible(change.DN+": "+change.Why))
	})
	if len(changes) == 0 {
		b.WriteString("nothing to change\n")
	}
	if _, writeErr := io.WriteString(c.App.Writer, b.String()); err == nil {
		err = writeErr
	}
	if err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

// certificatesToBelieve are those by which archives believe arr.
func certificatesToBelieve(c *cli.Context) ([]*x509.Certificate, error) {
	file := c.String("certificate")
	if file == "" {
		file = filepath.Join(dataDir(c), keysDir, "ca.pem")
	}
	certs, err := trust.Store{File: file}.Certificates()
	if err != nil {
		return nil, fmt.Errorf("%w: name arr's data directory with --data, or the certificate with --certificate", err)
	}
	return certs, nil
}

// endpoint is where a connection leads, as arr emit takes it.
func endpoint(t ldapconf.Transport, host string, port int) string {
	return string(t) + "://" + net.JoinHostPort(host, strconv.Itoa(port))
}
