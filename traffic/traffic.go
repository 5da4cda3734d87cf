package traffic

import "time"

// Options say what a Generator's hospital is like. The zero value is a hospital
// of 3,000 users and 40,000 patients that sends a message every second from
// 1 January 2026 on.
type Options struct {
	// Start is the time of the first event.
	Start time.Time
	// Interval is the mean time between two events; nights and weekends are
	// quieter than days. Spread N messages over a period by period/N.
	Interval time.Duration
	// Users and Patients are how many people there are. The known ones are
	// always among them.
	Users, Patients int
}

// openVisits is how many patients' stories go on side by side.
const openVisits = 256

// backgroundPerMille of the messages belong to no patient: logins and the like.
const backgroundPerMille = 100

// Generator makes frames. It is for one goroutine; several generators with
// different seeds make the traffic of several hospitals.
type Generator struct {
	rnd       source
	clock     clock
	people    people
	forms     forms
	landscape landscape
	visits    [openVisits]visit
	begun     int // visits so far
	m         moment
}

// New makes a generator. Generators with equal seeds and options make equal
// frames.
func New(seed uint64, o Options) *Generator {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Interval <= 0 {
		o.Interval = time.Second
	}
	if o.Users <= 0 {
		o.Users = 3000
	}
	if o.Patients <= 0 {
		o.Patients = 40000
	}
	g := &Generator{
		rnd:       source{state: seed},
		clock:     clock{at: o.Start.UnixMicro(), interval: max(1, o.Interval.Microseconds())},
		people:    newPeople(seed, o.Users, o.Patients),
		forms:     newForms(),
		landscape: newLandscape(),
	}
	for i := range g.visits {
		v := &g.visits[i]
		if i < len(KnownPatients) {
			v.begin(g, i)
			continue
		}
		v.begin(g, g.people.pick(&g.rnd))
		v.step = g.rnd.below(len(v.script))
	}
	return g
}

// Next appends the next frame to dst: one syslog message without transport
// framing.
func (g *Generator) Next(dst []byte) []byte {
	m := &g.m
	g.clock.advance(&g.rnd)
	m.at = time.UnixMicro(g.clock.at).UTC()
	m.lag = time.Duration(5+g.rnd.below(60)) * time.Millisecond
	m.control++
	var e event
	if g.rnd.below(1000) < backgroundPerMille {
		e = background[g.rnd.below(len(background))]
		m.visit = &g.visits[g.rnd.below(openVisits)]
		m.user = &g.people.users[g.rnd.below(len(g.people.users))]
	} else {
		v := &g.visits[g.rnd.below(openVisits)]
		if v.step == len(v.script) {
			v.begin(g, g.people.pick(&g.rnd))
		}
		e = v.script[v.step]
		v.step++
		m.visit = v
		m.user = v.team[min(g.rnd.below(len(v.team)), g.rnd.below(len(v.team)))]
	}
	m.system = g.landscape.sender(e, m.visit, &g.rnd)
	m.outcome = "0"
	if g.rnd.below(100) == 0 && mayFail[e] {
		m.outcome = "4"
	}
	return g.forms[m.system.style][e].fill(dst, m)
}
