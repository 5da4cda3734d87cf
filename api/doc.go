// Package api answers over HTTP: questions, single records, status, metrics and
// health. In come requests, on TCP and on the socket in the data directory; out go
// the same lines that the commands print, by way of package answer.
//
//	POST /api/v1/query          a question, {"question":"patient:P1000000","limit":50}
//	GET  /api/v1/records/{id}   one record; ?format=json, raw, xml or text
//	GET  /api/v1/status         sources, rates, classes, store, days until full
//	GET  /metrics               Prometheus' text format
//	GET  /healthz, /readyz      whether the process runs, whether it takes records
//
// # Answers
//
// A question is answered with an ndjson stream of records or buckets that ends in a
// summary, {"complete":…,"count":…,"position":…,"seconds":…}: whether all that might
// hold an answer could be read, how many records satisfy the question, how many were
// stored when it was asked, and the server's own time. A request that names a
// "format" gets that format's bytes alone, and the summary as the HTTP trailer field
// Arr-Summary. With "follow" the stream is of records stored from then on, until the
// client leaves or the server stops. A faulty question is answered with status 400 and
// problem details (RFC 9457) that hold the place of the fault, "offset" and "length" in
// bytes.
//
// # What it guarantees
//
// The number of searches at once is bounded, and so is the time that a client may take
// to read. Nothing about a request but its route, status, size and duration is logged: a
// question may name a patient. Neither a patient nor a user is ever a metric's label. On
// TCP only requests that name a loopback host are answered, which keeps a web page from
// reaching the server by a name of its own (DNS rebinding).
//
// The package never reads a store, a frame or a file itself: a query.Searcher, an
// answer.Reader and functions that give figures are handed to it.
package api
