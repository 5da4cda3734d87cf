#!/usr/bin/env bash
# Shows arr at work: starts a repository with certificates that it makes itself, sends it
# a month of a made-up hospital's audit traffic over TLS, and asks three questions. With
# "stay" the repository then goes on until Ctrl-C, at its usual ports of the loopback;
# without, it runs at ports of the system's choice and stops.
set -euo pipefail
cd "$(dirname "$0")/.."
messages=${ARR_DEMO_MESSAGES:-20000}
listen=(--tls 127.0.0.1:0 --udp 127.0.0.1:0 --tcp 127.0.0.1:0 --http 127.0.0.1:0)
if [ "${1:-}" = stay ]; then
	listen=(--tls 127.0.0.1:6514 --udp 127.0.0.1:5514 --tcp 127.0.0.1:6601 --http 127.0.0.1:8080)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/arr-demo.XXXXXX")
server=
finish() {
	[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 0' INT TERM

bin/arr serve --data "$dir/data" "${listen[@]}" >"$dir/log" 2>&1 &
server=$!
for _ in $(seq 200); do
	[ -s "$dir/data/ports.json" ] && break
	kill -0 "$server" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
	sleep 0.1
done
port=$(tr -d '\n ' <"$dir/data/ports.json" | sed 's/.*"tls":\["[^"]*:\([0-9]*\)".*/\1/')
http=$(tr -d '\n ' <"$dir/data/ports.json" | sed 's/.*"http":\["\([^"]*\)".*/\1/')
echo "The repository runs; its data, certificates and log are in $dir until it stops."
echo "Sending $messages audit messages over TLS to port $port ..."
bin/arr-load -to "tls://localhost:$port" -ca "$dir/data/keys/ca.pem" -n "$messages" >/dev/null

bold= plain=
[ ! -t 1 ] || { bold=$'\033[1m' plain=$'\033[0m'; }

# ask QUESTION FLAGS... shows the command and runs it.
ask() {
	printf '\n%s\n' "${bold}\$ arr query '$1' ${*:2}$plain"
	bin/arr query --data "$dir/data" "$@" || [ $? = 1 ]
}
ask 'patient:P1000000 event:110103' --limit 5 --format table
ask 'type:login outcome:failure' --by user --top 5 --format table
ask '*' --histogram day --since 7d --format table

echo
echo "The same over HTTP:  curl http://$http/api/v1/query -d '{\"question\":\"patient:P1000000\",\"limit\":5}'"
echo "Health and figures:  http://$http/readyz  http://$http/metrics"
if [ "${1:-}" = stay ]; then
	echo "Ask more:            bin/arr query --data $dir/data 'user:jdoe'"
	echo "Ctrl-C stops the repository and removes its data."
	wait "$server"
fi
