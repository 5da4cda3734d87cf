// Package selfaudit makes arr's own audit messages: what a repository has to tell of itself
// (IHE ITI-20), in the trail that it keeps.
//
// In come refused connections; out go frames of transport self to an audit.Handler, which
// stores them as it does anybody's. A refusal becomes a Security Alert (PS3.15 A.5.3.11,
// EventID 110113) of the type Node Authentication (110126), in which the peer takes part, and
// which says why it was refused. A peer has one a minute at most: how many refusals it stands
// for is said in the next one. So who hammers at a port fills the metrics, and not the store.
//
// The package never keeps a caller waiting: what can't be stored in time is dropped, logged
// and counted. It opens nothing, and reads nothing that is stored.
package selfaudit
