package store

import (
	"context"

	"arr/audit"
	"arr/store/names"
)

// namesOptions let the index of names follow the store.
func (s *Store) namesOptions() names.Options {
	return names.Options{Sealed: s.view.Load().sealedEnd(), Records: s.recordsBetween, Log: s.log}
}

// recordsBetween calls fn with the records from number from up to to, to excluded, as far
// as they are stored, and gives the number that it came to.
func (s *Store) recordsBetween(ctx context.Context, from, to uint64, fn func(*audit.Record) error) (uint64, error) {
	for from < to {
		v := s.view.Load()
		if from >= v.end() {
			return from, nil
		}
		if m := v.missingAt(from, to); m != nil {
			return from, m.problem()
		}
		next, err := s.giveFrom(ctx, v, from, func(r *audit.Record) error {
			if r.Number >= to {
				return nil
			}
			return fn(r)
		})
		if err != nil {
			s.meet(err)
			return from, err
		}
		from = min(next, to)
	}
	return from, nil
}
