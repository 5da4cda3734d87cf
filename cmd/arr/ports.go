package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"arr/store/durable"
)

// portsFile stands in the data directory while the server listens everywhere.
const portsFile = "ports.json"

// ports are the addresses that a server really listens at, for programs that had it
// pick them.
type ports struct {
	PID     int      `json:"pid"`
	TLS     []string `json:"tls"`
	UDP     []string `json:"udp"`
	TCP     []string `json:"tcp"`
	HTTP    []string `json:"http"`
	Metrics []string `json:"metrics"`
	// Socket is the file that local commands talk through.
	Socket string `json:"socket"`
}

// write puts p into dir at once: who sees the file sees all of it.
func (p ports) write(dir string) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("writing down the ports: %w", err)
	}
	if err := durable.WriteFile(filepath.Join(dir, portsFile), append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing down the ports: %w", err)
	}
	return nil
}

// removePorts takes away what write wrote, or what a server that was killed left.
func removePorts(dir string) error {
	if err := os.Remove(filepath.Join(dir, portsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the old list of ports: %w", err)
	}
	return nil
}
