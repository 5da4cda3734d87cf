package main

import (
	"os"
	"path/filepath"
	"strings"

	"arr/config"
	"arr/trust"
)

// password finds a store's password: in the file that was named, in the environment, or
// among systemd's credentials. key is as "tls-keystore-password".
func password(key, file string) trust.Password {
	if file != "" {
		return trust.Password{File: file}
	}
	if text := os.Getenv(passwordVariable(key)); text != "" {
		return trust.Password{Text: text}
	}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" {
		path := filepath.Join(dir, key)
		if _, err := os.Stat(path); err == nil {
			return trust.Password{File: path}
		}
	}
	return trust.Password{}
}

// passwordVariable is the environment variable of a store's password.
func passwordVariable(key string) string {
	return "ARR_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
}

func keystore(cfg *config.Config) trust.Store {
	return trust.Store{
		File:        cfg.TLSKeystore,
		Alias:       cfg.TLSKeystoreAlias,
		Password:    password("tls-keystore-password", cfg.TLSKeystorePasswordFile),
		KeyPassword: password("tls-keystore-key-password", cfg.TLSKeystoreKeyPasswordFile),
	}
}

// believed is the store of whom an address believes. PEM has no use for the password.
func believed(cfg *config.Config, file string) trust.Store {
	return trust.Store{File: file, Password: password("tls-truststore-password", cfg.TLSTruststorePasswordFile)}
}
