package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"arr/api"
)

// defaultData is the data directory where neither --data nor ARR_DATA names one.
const defaultData = "/var/lib/arr"

func dataFlag() cli.Flag {
	return &cli.StringFlag{Name: "data", EnvVars: []string{"ARR_DATA"}, Value: defaultData, Usage: "the data directory `DIR`"}
}

func dataDir(c *cli.Context) string { return c.String("data") }

// client asks a running server, over the socket in its data directory or over HTTP.
type client struct {
	http *http.Client
	// base is what requests' paths follow, name what people call the server.
	base, name string
}

// serverFlags say which server to ask instead of a data directory, and how to reach it.
func serverFlags() []cli.Flag {
	server := &cli.StringFlag{Name: "server", Usage: "ask the server at `URL` instead of a data directory"}
	return append([]cli.Flag{server}, repositoryTLS.flags("the server")...)
}

// newClient makes a client of the server that --server names, or where it names none, of
// the one that the data directory is open in. Nothing is asked yet.
func newClient(c *cli.Context) (*client, error) {
	server, dir := c.String("server"), dataDir(c)
	if server == "" {
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return api.DialSocket(ctx, dir) }
		return &client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}, base: "http://arr", name: dir}, nil
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &exitError{exitUsage, errors.New("--server takes a URL such as http://localhost:8080")}
	}
	speak, err := repositoryTLS.client(c)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	transport := &http.Transport{TLSClientConfig: speak.to(u.Hostname())}
	return &client{http: &http.Client{Transport: transport}, base: strings.TrimSuffix(u.String(), "/"), name: server}, nil
}

// noServer says whether an error of a client means that no server runs, as against one
// that runs and does not answer.
func noServer(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}

// refusal is a server's answer that is none: what RFC 9457 calls a problem.
type refusal struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Part is the member of the request that is at fault, Offset and Length where in
	// it, Near the name that was perhaps meant.
	Part   string `json:"part"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	Near   string `json:"near"`
	// Complete is false where what was asked for may be stored and can't be read.
	Complete *bool `json:"complete"`
}

func (r *refusal) Error() string {
	if r.Detail == "" {
		return strings.ToLower(r.Title)
	}
	return r.Detail
}

// code is what a command that was refused exits with.
func (r *refusal) code() int {
	if r.Complete != nil && !*r.Complete {
		return exitIncomplete
	}
	switch r.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return exitUsage
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMisdirectedRequest:
		return exitRefused
	case http.StatusNotFound, http.StatusNotAcceptable:
		return exitNothing
	}
	return exitFailed
}

// get asks for a path, its query included. The error is as do gives it.
func (c *client) get(ctx context.Context, path string) (*http.Response, error) {
	return c.do(ctx, http.MethodGet, path, nil)
}

// ask asks a question. The error is as do gives it.
func (c *client) ask(ctx context.Context, q *api.Request) (*http.Response, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("write the question as JSON: %w", err)
	}
	return c.do(ctx, http.MethodPost, "/api/v1/query", bytes.NewReader(body))
}

// do sends a request and gives the answer, whose body the caller closes. The error is a
// *refusal, or wraps what kept the server from answering (see noServer).
func (c *client) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("ask the server of %s: %w", c.name, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		// The library's error repeats the method and a URL that means nothing here.
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("ask the server of %s: %w", c.name, err)
	}
	if resp.StatusCode < http.StatusBadRequest {
		return resp, nil
	}
	defer resp.Body.Close()
	r := &refusal{}
	// What is no problem's JSON came from something that is no arr; its status will do.
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(r); err != nil || r.Title == "" {
		r.Title = resp.Status
	}
	r.Status = resp.StatusCode
	return nil, r
}
