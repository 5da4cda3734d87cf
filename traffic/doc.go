// Package traffic makes the audit messages that a hospital would send, so that
// demonstrations and benchmarks have something real to store and to find.
//
// In comes a seed and a period of time. Out come frames: RFC 5424 headers with
// audit messages that are valid by DICOM PS3.15 A.5.1, about 1.9 KB each, from
// three dozen systems (archives, a hospital and a radiology information system,
// modalities, viewers, a portal) in the styles that such products have. A frame
// carries no transport framing.
//
// The frames tell stories: a patient is registered, an examination is ordered,
// made, stored, read, fetched again and exported, by the few people who have to do
// with that visit. So neighbours resemble each other as they do in a hospital's
// real traffic, which is what compression and caches live on. Times advance with a
// day's and a week's rhythm.
//
// The same seed and options give the same bytes for ever: nothing here reads a
// clock or the system's randomness. Every name and identifier is made up (hosts
// under .example, UIDs under the example arc 2.999).
//
// The package never opens a socket; emitter sends what it makes.
package traffic
