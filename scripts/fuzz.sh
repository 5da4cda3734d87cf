#!/usr/bin/env bash
# Runs every fuzz target of the tree for the time given, one after the other, and fails
# after the last one if any found something. Only targets whose name matches the second
# argument run, if there is one.
set -uo pipefail
cd "$(dirname "$0")/.."
time=${1:-30s} only=${2:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=()
while IFS=: read -r file name; do
	target=${name#func }
	[[ $target =~ $only ]] || continue
	echo "== $target in $(dirname "$file")"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x "./$(dirname "$file")" | tee "$log" && continue
	# The go command sometimes reports its own deadline as a failure.
	if grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; then
		echo "the time was up; nothing was found"
	else
		failed+=("$target")
	fi
done < <(grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort)
[ ${#failed[@]} -eq 0 ] || { echo "these found something: ${failed[*]}"; exit 1; }
