package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"arr/config"
	"arr/trust"
)

// banner tells whoever started the server where it listens, whom to trust, and what to
// write into rsyslog's configuration to send here.
func banner(w io.Writer, cfg *config.Config, source *trust.Source, l *listeners) error {
	var b strings.Builder
	p := l.ports(os.Getpid(), cfg.Data)
	b.WriteString(purpose(p) + "\n\n")
	line := func(name string, values ...string) {
		if len(values) > 0 {
			fmt.Fprintf(&b, "  %-8s %s\n", name, strings.Join(values, " "))
		}
	}
	line("TLS", p.TLS...)
	line("UDP", p.UDP...)
	line("TCP", p.TCP...)
	for i, a := range p.HTTP {
		line("HTTP", scheme(cfg.HTTP[i])+a)
	}
	for i, a := range p.Metrics {
		line("metrics", scheme(cfg.Metrics[i])+a+"/metrics")
	}
	line("data", cfg.Data)
	if l.noUDP514 != nil {
		b.WriteString(allow514(l.noUDP514))
	}
	ca, own := source.CA()
	if own {
		b.WriteString("\nIts CA, to install with whoever sends over TLS:\n\n")
		line("PEM", ca.PEM)
		line("PKCS#12", ca.PKCS12, "(password "+ca.Password+")")
		line("SHA-256", ca.SHA256)
	}
	b.WriteString(rsyslogLines(cfg, p, own))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("printing where the server listens: %w", err)
	}
	return nil
}

// scheme is how the URLs of an HTTP address begin.
func scheme(l config.Listener) string {
	if l.TLS {
		return "https://"
	}
	return "http://"
}

// purpose is what a server with these listeners is there for.
func purpose(p ports) string {
	if len(p.TLS)+len(p.UDP)+len(p.TCP) == 0 {
		return "arr answers questions. It takes no audit messages in: tls, udp and tcp are off."
	}
	return "arr takes audit messages in."
}

// allow514 says why UDP port 514 was not taken and how it can be.
func allow514(err error) string {
	if !errors.Is(err, syscall.EACCES) {
		return fmt.Sprintf("\nUDP port 514 could not be taken, 5514 was: %v.\n", err)
	}
	return fmt.Sprintf("\nUDP port 514 is for privileged programs; 5514 was taken. To allow 514, do one of these\n"+
		"and start again:\n\n"+
		"  setcap cap_net_bind_service=+ep %s\n"+
		"  sysctl -w net.ipv4.ip_unprivileged_port_start=514\n", program())
}

// program is where this program lies.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return "arr"
	}
	return path
}

// rsyslogTemplate is RFC 5424's header and the message. The template that rsyslog has for
// it would add a line feed to every frame.
const rsyslogTemplate = `template(name="arr" type="string"
           string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% %MSGID% %STRUCTURED-DATA% %msg%")`

// rsyslogLines are the lines that have rsyslog send its audit messages here: unescaped,
// unshortened and octet counted, spooled while the server is away.
func rsyslogLines(cfg *config.Config, p ports, ownCA bool) string {
	addresses, overTLS := p.TLS, true
	if len(addresses) == 0 {
		addresses, overTLS = p.TCP, false
	}
	if len(addresses) == 0 {
		return ""
	}
	host, port, err := net.SplitHostPort(addresses[0])
	if err != nil {
		return ""
	}
	// A name is what rsyslog compares with the certificate, whatever the target.
	name := serverName(cfg)
	switch ip := net.ParseIP(host); {
	case ip == nil || ip.IsUnspecified():
		host = name
	case ip.IsLoopback():
		host, name = "localhost", "localhost"
	}
	global := []string{fmt.Sprintf("maxMessageSize=\"%dk\"", cfg.MaxFrame>>10), `parser.escapeControlCharactersOnReceive="off"`}
	action := []string{
		fmt.Sprintf("type=\"omfwd\" target=%q port=%q protocol=\"tcp\"", host, port),
		`TCP_Framing="octet-counted" template="arr"`,
		`queue.type="LinkedList" queue.filename="arr" queue.saveOnShutdown="on" action.resumeRetryCount="-1"`,
	}
	intro := "To send from rsyslog, write this into its configuration, the first statement at the top"
	if overTLS {
		global = append(global, `defaultNetstreamDriverCAFile="/etc/rsyslog.d/arr-ca.pem"`)
		if cfg.Clients(cfg.TLS[0]).Auth == config.RequireClients {
			global = append(global, `defaultNetstreamDriverCertFile="/etc/rsyslog.d/client.pem" defaultNetstreamDriverKeyFile="/etc/rsyslog.d/client.key"`)
		}
		action = append(action, fmt.Sprintf("StreamDriver=\"ossl\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=%q", name))
		intro += ".\nIt needs the package rsyslog-openssl"
		if ownCA {
			intro += ", and ca.pem as /etc/rsyslog.d/arr-ca.pem"
		}
	}
	return fmt.Sprintf("\n%s:\n\n  global(%s)\n\n  %s\n  if $msg contains \"<AuditMessage\" then action(%s)\n\n",
		intro, strings.Join(global, "\n         "), rsyslogTemplate, strings.Join(action, "\n         "))
}

// serverName is a name that the server's own certificate carries.
func serverName(cfg *config.Config) string {
	if len(cfg.TLSName) > 0 {
		return cfg.TLSName[0]
	}
	return cmp.Or(hostname(), "localhost")
}
