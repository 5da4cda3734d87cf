#!/usr/bin/env bash
# Builds a command of this repository (./cmd/NAME) to a file, linked without C, so that it
# runs wherever Linux does. What has to be compiled anew is counted on the way: the first
# time that is everything, and takes a minute or more.
set -euo pipefail
cd "$(dirname "$0")/.."
command=$1 file=$2
export CGO_ENABLED=0
mkdir -p "$(dirname "$file")"
go=${GO:-go}
all=$("$go" list -deps "$command" | wc -l) compiled=0
# With -v the go command names each package as it begins to compile it.
"$go" build -v -o "$file" "$command" 2>&1 | while IFS= read -r line; do
	if [[ $line =~ ^[^:\ ]+$ ]]; then
		((++compiled % 25)) || echo "  $file: $compiled packages compiled, of $all at most"
	else
		printf '%s\n' "$line" >&2
	fi
done
