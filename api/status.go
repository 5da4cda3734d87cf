package api

import (
	"net/http"
	"time"
)

// Status is the answer of GET /api/v1/status. Rates are records a second.
type Status struct {
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Now     time.Time `json:"now"`
	Ready   bool      `json:"ready"`
	// Reason says why records can't be taken in.
	Reason       string            `json:"reason,omitempty"`
	Rates        Rates             `json:"rates"`
	Received     []Transport       `json:"received"`
	Connections  int64             `json:"connections"`
	Refused      map[string]uint64 `json:"refused"`
	Lost         map[string]uint64 `json:"lost"`
	Classes      map[string]int64  `json:"classes"`
	Store        StoreStatus       `json:"store"`
	Sources      []Source          `json:"sources"`
	Trouble      []Trouble         `json:"trouble"`
	Certificates []Certificate     `json:"certificates"`
	// Directory is nil where no LDAP directory is read.
	Directory *Directory   `json:"ldap,omitempty"`
	Clock     *ClockStatus `json:"clock,omitempty"`
}

// Rates are how many records a second were stored in the last minute, hour and day, or
// since the process began where that is later: Seconds ago.
type Rates struct {
	Seconds float64 `json:"seconds"`
	Minute  float64 `json:"minute"`
	Hour    float64 `json:"hour"`
	Day     float64 `json:"day"`
}

// StoreStatus is what is on disk, in bytes where no other unit is named.
type StoreStatus struct {
	Records  uint64 `json:"records"`
	Unsealed int    `json:"unsealed"`
	Segments int    `json:"segments"`
	Blocks   int    `json:"blocks"`
	Damages  int64  `json:"damages"`
	// NamesBehind is how many records the index of names does not speak for yet,
	// NamesDropped how many times it was found damaged.
	NamesBehind  uint64 `json:"namesBehind,omitempty"`
	NamesDropped int    `json:"namesDropped,omitempty"`
	// Bytes and Free are 0 where the disk could not be looked at.
	Bytes int64 `json:"bytes"`
	Free  int64 `json:"free"`
	// Full says that nothing can be written since the disk is full, whatever is free.
	Full bool `json:"full,omitempty"`
	// DaysUntilFull is nil where nothing arrives.
	DaysUntilFull *float64 `json:"daysUntilFull"`
}

// ClockStatus is what the kernel says of the clock.
type ClockStatus struct {
	Synchronised    bool    `json:"synchronised"`
	MaxErrorSeconds float64 `json:"maxErrorSeconds"`
}

func (s *Server) serveStatus(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	// A client that left needs no status.
	_ = encode(w, s.Status())
}

// Status gathers what GET /api/v1/status answers.
func (s *Server) Status() *Status {
	receiving, storing, now := s.Receiving(), s.Storing(), s.now()
	st := &Status{
		Version:      s.Version,
		Started:      s.Started,
		Now:          now,
		Ready:        true,
		Connections:  receiving.Open,
		Refused:      counts(receiving.Refused),
		Lost:         counts(receiving.Lost),
		Classes:      map[string]int64{},
		Sources:      append([]Source{}, s.sources()...),
		Trouble:      append([]Trouble{}, receiving.Trouble...),
		Received:     append([]Transport{}, receiving.Transports...),
		Certificates: []Certificate{},
		Store: StoreStatus{Records: storing.Records, Unsealed: storing.Memtable, Segments: storing.Segments,
			Blocks: storing.Blocks, Damages: storing.Damages, NamesBehind: storing.NamesBehind, NamesDropped: storing.NamesDropped, Full: storing.Full},
	}
	if err := s.notReady(); err != nil {
		st.Ready, st.Reason = false, err.Error()
	}
	st.Rates.Seconds = s.growth.span(now).Seconds()
	st.Rates.Minute = s.growth.rate(now, storing.Records, time.Minute)
	st.Rates.Hour = s.growth.rate(now, storing.Records, time.Hour)
	st.Rates.Day = s.growth.rate(now, storing.Records, 24*time.Hour)
	if s.disk.Load() == nil {
		s.measure()
	}
	if d := s.diskNow(); d != nil {
		st.Store.Bytes, st.Store.Free = d.Bytes, d.Free
		if d.DaysUntilFull >= 0 {
			st.Store.DaysUntilFull = &d.DaysUntilFull
		}
	}
	for i := range st.Sources {
		for class, n := range st.Sources[i].Classes {
			st.Classes[class] += n
		}
	}
	if s.Certificates != nil {
		st.Certificates = append(st.Certificates, s.Certificates()...)
	}
	if s.Directory != nil {
		st.Directory = s.Directory()
	}
	if synchronised, maxError, known := clockState(); known {
		st.Clock = &ClockStatus{synchronised, maxError}
	}
	return st
}

// counts is never nil, which JSON would write as null.
func counts(m map[string]uint64) map[string]uint64 {
	if m == nil {
		return map[string]uint64{}
	}
	return m
}
