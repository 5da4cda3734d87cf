package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"arr/traffic"
)

// question is the body of POST /api/v1/query, as far as it is used here.
type question struct {
	Question  string `json:"question"`
	Limit     int    `json:"limit,omitempty"`
	Count     bool   `json:"count,omitempty"`
	By        string `json:"by,omitempty"`
	Top       int    `json:"top,omitempty"`
	Histogram string `json:"histogram,omitempty"`
}

// reply is what an answer holds that matters here.
type reply struct {
	lines    [][]byte
	complete bool
	count    int
	seconds  float64
}

// ask starts a server on the filled directory and times its answers.
func (b *bench) ask() error {
	s, err := startServer(b.arr, b.dir)
	if err != nil {
		return err
	}
	defer s.kill()
	patient, err := s.somePatient()
	if err != nil {
		return err
	}
	known := traffic.KnownPatients[0].ID
	for _, c := range []struct {
		name     string
		target   time.Duration
		question question
	}{
		{"a patient's records", 5 * time.Millisecond, question{Question: "patient:" + patient, Limit: 1000}},
		{"the last 50 of a patient who comes often", 5 * time.Millisecond, question{Question: "patient:" + known, Limit: 50}},
		{"a user's last 50", 10 * time.Millisecond, question{Question: "user:" + traffic.KnownUsers[0].ID, Limit: 50}},
		{"--by user over everything", 100 * time.Millisecond, question{Question: "*", By: "user", Top: 10}},
		{"--histogram day over everything", 50 * time.Millisecond, question{Question: "*", Histogram: "day"}},
		{"a phrase, the last 50", 300 * time.Millisecond, question{Question: `"Fragestellung: Verlaufskontrolle"`, Limit: 50}},
		{"a name as a phrase, counted", 300 * time.Millisecond, question{Question: `text:"Łukaszewska Zofia"`, Count: true}},
		{"a phrase of frequent words that is nowhere", 300 * time.Millisecond, question{Question: `"Abdomen Verlaufskontrolle"`, Count: true}},
		{"a patient who never came", 5 * time.Millisecond, question{Question: "patient:P9999999", Limit: 50}},
	} {
		took, count, err := s.timed(c.question)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		b.table.duration(fmt.Sprintf("%s (%d records)", c.name, count), c.target, took)
	}
	return s.stop()
}

// timed asks until the answer is warm, then five times more, and gives the median of
// the server's own time.
func (s *server) timed(q question) (time.Duration, int, error) {
	const cold, warm = 2, 5
	var seconds []float64
	var count int
	for i := range cold + warm {
		r, err := s.post(q)
		if err != nil {
			return 0, 0, err
		}
		if !r.complete {
			return 0, 0, errors.New("the answer is incomplete")
		}
		if i >= cold {
			seconds = append(seconds, r.seconds)
		}
		count = r.count
	}
	slices.Sort(seconds)
	return time.Duration(seconds[warm/2] * 1e9), count, nil
}

// somePatient gives the id of a patient of an ordinary record.
func (s *server) somePatient() (string, error) {
	r, err := s.post(question{Question: "event:110111", Limit: 1})
	if err != nil {
		return "", err
	}
	var record struct{ Patients []struct{ ID string } }
	if len(r.lines) == 0 {
		return "", errors.New("no procedure record was found")
	}
	if err := json.Unmarshal(r.lines[0], &record); err != nil {
		return "", fmt.Errorf("a record in JSON: %w", err)
	}
	if len(record.Patients) == 0 {
		return "", errors.New("a procedure record has no patient")
	}
	return record.Patients[0].ID, nil
}

// post asks one question over HTTP and reads the whole answer.
func (s *server) post(q question) (*reply, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	resp, err := http.Post("http://"+s.ports.HTTP[0]+"/api/v1/query", "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s: %s", resp.Status, answer)
	}
	lines := bytes.Split(bytes.TrimSpace(answer), []byte("\n"))
	var summary struct {
		Complete *bool
		Count    int
		Seconds  float64
	}
	if err := json.Unmarshal(lines[len(lines)-1], &summary); err != nil || summary.Complete == nil {
		return nil, errors.New("the answer does not end in a summary")
	}
	return &reply{lines[:len(lines)-1], *summary.Complete, summary.Count, summary.Seconds}, nil
}
