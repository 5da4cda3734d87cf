package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/trust"
	"arr/trust/ldapconf"
)

// directoryReport is what arr ldap check prints.
type directoryReport struct {
	Device     string              `json:"device"`
	Directory  string              `json:"directory"`
	Repository roleReport          `json:"repository"`
	Sender     roleReport          `json:"sender"`
	Believed   []certificateReport `json:"believed"`
	Notes      []string            `json:"notes"`
}

// roleReport is what the device does as a repository or as a sender, or why it does nothing.
type roleReport struct {
	Connections []connectionReport `json:"connections"`
	Problem     string             `json:"problem,omitempty"`
}

// connectionReport is a connection that is listened at, or a pair that is sent by.
type connectionReport struct {
	Connection string `json:"connection"`
	// From is the own connection, Logger the audit logger and Repository the device of who is
	// sent to.
	From       string `json:"from,omitempty"`
	Logger     string `json:"logger,omitempty"`
	Repository string `json:"repository,omitempty"`
	Address    string `json:"address"`
	Bind       string `json:"bind,omitempty"`
	// Suites and Versions are those that are spoken, Lacking those that are listed and not.
	Suites     []string `json:"suites,omitempty"`
	Versions   []string `json:"versions,omitempty"`
	Lacking    []string `json:"lacking,omitempty"`
	Weakness   string   `json:"weakness,omitempty"`
	ClientAuth bool     `json:"clientAuth,omitempty"`
	CheckName  bool     `json:"checkName,omitempty"`
	Problem    string   `json:"problem,omitempty"`
}

type certificateReport struct {
	DN       string    `json:"dn"`
	Subject  string    `json:"subject"`
	NotAfter time.Time `json:"notAfter"`
}

func checkDirectory(c *cli.Context) error {
	cfg, d, err := namedDirectory(c)
	if err != nil {
		return err
	}
	format := c.String("format")
	if format != "text" && format != "json" {
		return &exitError{exitUsage, fmt.Errorf("ldap check: --format %s: write text or json", format)}
	}
	s, err := d.Read(c.Context, cfg.LDAPDevice, time.Now())
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("ldap check: %w", err)}
	}
	r, found := newDirectoryReport(s)
	r.Directory = d.Address
	if format == "json" {
		err = r.writeJSON(c.App.Writer)
	} else {
		err = r.writeText(c.App.Writer)
	}
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("ldap check: printing: %w", err)}
	}
	if !found {
		return &exitError{code: exitNothing}
	}
	return nil
}

// newDirectoryReport says what the device is, and whether it is anything.
func newDirectoryReport(s *ldapconf.Snapshot) (r *directoryReport, found bool) {
	r = &directoryReport{Device: s.Device, Notes: []string{}, Believed: []certificateReport{}}
	said := map[string]bool{}
	note := func(notes []string) {
		for _, n := range notes {
			if !said[n] {
				said[n] = true
				r.Notes = append(r.Notes, n)
			}
		}
	}
	receiver, err := s.Receiver()
	r.Repository = roleReport{Connections: []connectionReport{}, Problem: problem(err)}
	for _, l := range receiver.Listeners {
		r.Repository.Connections = append(r.Repository.Connections, listenerReport(l))
	}
	note(receiver.Notes)
	sender, senderErr := s.Sender()
	r.Sender = roleReport{Connections: []connectionReport{}, Problem: problem(senderErr)}
	for _, route := range sender.Routes {
		r.Sender.Connections = append(r.Sender.Connections, routeReport(route))
	}
	note(sender.Notes)
	for _, c := range sender.Believed {
		r.Believed = append(r.Believed, certificateReport{c.DN, c.Subject.String(), c.NotAfter.UTC()})
	}
	return r, err == nil || senderErr == nil
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func listenerReport(l ldapconf.Listener) connectionReport {
	r := connectionReport{Connection: l.Name, Bind: l.Address, Address: endpoint(l.Transport, l.Host, l.Port), ClientAuth: l.NeedClientCert}
	if l.Transport == ldapconf.TLS {
		r.spoken(l.Suites, orVersions(l.Versions, trust.Profile{}), l.Versions)
	}
	return r
}

func routeReport(route ldapconf.Route) connectionReport {
	r := connectionReport{
		Connection: route.Remote, From: route.Own, Logger: route.Logger, Repository: route.Repository,
		Address: endpoint(route.Transport, route.Host, route.Port), CheckName: route.CheckName,
	}
	if route.Transport == ldapconf.TLS {
		r.spoken(route.Suites, route.Versions, route.Versions)
	}
	return r
}

// spoken says what of suites and versions is spoken. Of those that are lacking, what nobody
// listed is not worth a word.
func (r *connectionReport) spoken(suites, versions, listed []string) {
	p, lacking, err := trust.Offered(ldapProfile, suites, versions)
	r.Problem, r.Weakness = problem(err), p.Weakness()
	for _, s := range suites {
		if !slices.Contains(lacking, s) {
			r.Suites = append(r.Suites, s)
		}
	}
	if err == nil {
		r.Versions = p.Versions()
	}
	for _, name := range lacking {
		if slices.Contains(suites, name) || slices.Contains(listed, name) {
			r.Lacking = append(r.Lacking, name)
		}
	}
}

func (r *directoryReport) writeJSON(w io.Writer) error {
	e := json.NewEncoder(escapedJSON{w})
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *directoryReport) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Device %q in %s\n", r.Device, r.Directory)
	b.WriteString("\nAs a repository\n")
	r.Repository.write(&b)
	b.WriteString("\nAs a sender\n")
	r.Sender.write(&b)
	b.WriteString("\nIt believes\n")
	for _, c := range r.Believed {
		fmt.Fprintf(&b, "  %s, until %s (%s)\n", audit.Visible(c.Subject), c.NotAfter.Format(time.DateOnly), audit.Visible(c.DN))
	}
	if len(r.Believed) == 0 {
		b.WriteString("  no certificate by the directory: what flags say counts\n")
	}
	if len(r.Notes) > 0 {
		b.WriteString("\nPassed over\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *roleReport) write(b *strings.Builder) {
	for _, c := range r.Connections {
		if c.Logger != "" {
			fmt.Fprintf(b, "  %q sends to %s, device %q (from connection %q to %q)\n", c.Logger, audit.Visible(c.Address), c.Repository, c.From, c.Connection)
		} else {
			fmt.Fprintf(b, "  it listens at %s, and senders reach it by %s (connection %q)\n", audit.Visible(c.Bind), audit.Visible(c.Address), c.Connection)
		}
		c.write(b)
	}
	if r.Problem != "" {
		fmt.Fprintf(b, "  %s\n", audit.Visible(r.Problem))
	}
}

func (r *connectionReport) write(b *strings.Builder) {
	line := func(name string, values ...string) {
		if text := strings.Join(values, " "); text != "" {
			fmt.Fprintf(b, "    %-19s  %s\n", name, audit.Visible(text))
		}
	}
	line("versions", r.Versions...)
	line("suites", r.Suites...)
	line("not spoken by arr", r.Lacking...)
	line("no longer safe", r.Weakness)
	if r.Bind != "" && len(r.Versions) > 0 {
		line("client certificates", map[bool]string{true: "required", false: "not asked for"}[r.ClientAuth])
	}
	line("problem", r.Problem)
}
