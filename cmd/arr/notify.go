package main

import (
	"fmt"
	"net"
	"os"
)

// notify tells systemd how the service does (sd_notify(3)): "READY=1", "STOPPING=1".
// It does nothing where no supervisor asked for it.
func notify(state string) error {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", address)
	if err == nil {
		_, err = conn.Write([]byte(state))
		conn.Close()
	}
	if err != nil {
		return fmt.Errorf("telling the supervisor %s: %w", state, err)
	}
	return nil
}
