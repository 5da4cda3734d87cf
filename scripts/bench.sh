#!/usr/bin/env bash
# The Go benchmarks of every room, then the real binary under generated load: N
# messages, 1000000 unless N says otherwise. Arguments go to scripts/bench.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t rooms < <(grep -rlE --include='*_test.go' '^func Benchmark' . | xargs -n1 dirname | sort -u)
go test -run '^$' -bench . -benchmem "${rooms[@]}"
exec go run ./scripts/bench -n "${N:-1000000}" "$@"
