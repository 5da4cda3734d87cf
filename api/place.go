package api

import (
	"context"
	"net"
	"net/http"
)

// MaxConns is how many connections an address should take at a time, which leaves the store
// its files. Beyond that one has
// to make room for who comes.
const MaxConns = 128

// maxWork is how many requests of one address may be at work at once, of which each keeps
// its connection. All other connections can make room, so that somebody who asks for
// health or metrics always gets one.
const maxWork = MaxConns - 16

// Marker is a listener that wants to know which of its connections are busy, so that only
// idle ones make room for others.
type Marker interface {
	Busy(net.Conn)
	Idle(net.Conn)
}

// place is an address that is served.
type place struct {
	work   slots
	marker Marker // nil where connections never make room
}

// guest is a connection of a place. Its requests come one after the other.
type guest struct {
	place *place
	conn  net.Conn
	// working says that a request of its is at work.
	working bool
}

type guestKey struct{}

// welcome notes in a connection's context whose it is.
func (p *place) welcome(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, guestKey{}, &guest{place: p, conn: conn})
}

// guestOf gives the connection that a request came by, nil where Serve does not serve it.
func guestOf(ctx context.Context) *guest {
	g, _ := ctx.Value(guestKey{}).(*guest)
	return g
}

// begin takes the connection to work; it reports whether there is room. end undoes it.
func (g *guest) begin(ctx context.Context) bool {
	g.working = g.place.work.take(ctx, maxWork, 0)
	g.resume()
	return g.working
}

func (g *guest) end() {
	g.pause()
	g.working = false
	g.place.work.give()
}

// pause says that the connection waits for its client, resume that it no longer does.
func (g *guest) pause() {
	if g != nil && g.working && g.place.marker != nil {
		g.place.marker.Idle(g.conn)
	}
}

func (g *guest) resume() {
	if g != nil && g.working && g.place.marker != nil {
		g.place.marker.Busy(g.conn)
	}
}

// atWork has at most maxWork requests at once at each address, and their connections
// keep their places meanwhile.
func atWork(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if g := guestOf(r.Context()); g != nil {
			if !g.begin(r.Context()) {
				overloaded(w)
				return
			}
			defer g.end()
		}
		h(w, r)
	}
}

// overloaded refuses a request whose turn does not come.
func overloaded(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	refuse(w, http.StatusServiceUnavailable, busy)
}
