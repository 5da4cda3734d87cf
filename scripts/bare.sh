#!/usr/bin/env bash
# Tries on a bare Debian what make test does about the programs of others: in a root directory
# with nothing but make, git and a C compiler install-peers.sh has to say without a network that
# it has none, and with one to fetch all of scripts/peers.txt and change nothing of that
# system; then the tests that use these programs run there, and none may skip for want of one.
# It takes root, apt and a network, and says so where they are not.
set -euo pipefail
cd "$(dirname "$0")/.."
tests='TestHL7ToRsyslog|TestReadme|TestPrintedRsyslog|TestRsyslog|TestLogger|TestKeystoreOfKeytool|TestRefusedByOpenSSL'

# inside runs in the root directory.
inside() { chroot "$root" env -i PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp GOFLAGS=-buildvcs=false \
	GOPROXY=off GOMODCACHE=/go/mod GOCACHE=/go/build "$@"; }

if [ "${1:-}" != --there ]; then
	[ "$(id -u)" = 0 ] || { echo "no trial on a bare system: it takes root"; exit 0; }
	for tool in apt-get dpkg-deb unshare perl; do
		command -v $tool >/dev/null || { echo "no trial on a bare system: $tool is missing"; exit 0; }
	done
	work=$(mktemp -d) root=$work/root
	trap 'rm -rf --one-file-system "$work"' EXIT
	mkdir "$work/tools" "$root"
	apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|ForceIPv|Check-)[^ ]* "[^"]+";' >"$work/apt.conf" || true
	mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' | awk '$3 == "Debian" {print $2, $1; exit}')
	(cd "$work/tools" && apt-get download -q mmdebstrap && dpkg-deb -x ./*.deb .) ||
		{ echo "no trial on a bare system: mmdebstrap can't be had"; exit 0; }
	# shellcheck disable=SC2086 # suite and mirror
	perl "$work/tools/usr/bin/mmdebstrap" --mode=root --variant=apt --include=make,git,gcc,libc6-dev --aptopt="$work/apt.conf" ${mirror% *} "$root" "${mirror#* }"
	unshare --mount --pid --fork "$0" --there "$work"
	exit
fi
work=$2 root=$2/root

mkdir -p "$root"/{arr,go/mod,go/build,usr/local/go}
mount --bind "$(go env GOROOT)" "$root/usr/local/go"
mount --bind "$(go env GOMODCACHE)" "$root/go/mod"
mount --bind "$(go env GOCACHE)" "$root/go/build"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
git ls-files -z | tar --null -T - -c | tar -x -C "$root/arr"
inside touch /stamp
sleep 1

echo "== without a network"
said=$(inside unshare --net make -C /arr --no-print-directory peers)
[[ $said == *"tests that need them skip"* ]] || { echo "it says: $said"; exit 1; }

echo "== with one"
inside make -C /arr --no-print-directory peers
inside find / -xdev -newer /stamp -not -path '/arr*' -not -path '/go*' -not -path '/tmp*' -not -path '/proc*' -not -path '/dev*' -not -path /stamp -print >"$work/changed"
[ ! -s "$work/changed" ] || { echo "the system has changed:"; cat "$work/changed"; exit 1; }
left=$(inside make -C /arr --no-print-directory peers)
[ -z "$left" ] || { echo "still missing: $left"; exit 1; }

echo "== the tests"
inside make -C /arr --no-print-directory UNITS='./trust/... ./e2e/peertest' unit
inside env -C /arr ARR_E2E=1 go run ./scripts/gotest -skips bin/skips/e2e -count=1 -run "$tests" ./e2e
inside env -C /arr go run ./scripts/gotest -report bin/skips/unit bin/skips/e2e | tee "$work/report"
! grep 'Debian package' "$work/report" || exit 1
echo "nothing of the system has changed, and no test lacks a program"
