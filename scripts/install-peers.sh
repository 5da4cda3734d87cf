#!/usr/bin/env bash
# Fetches the programs of others that tests drive or compare with (scripts/peers.txt) and
# that this system lacks, as Debian packages with all that they depend on, and unpacks them
# below bin/peers. Nothing of the system is installed, removed, upgraded or written: apt
# keeps its lists below bin/peers, too, and runs no hooks. Root is not needed.
#
# Where there is no apt, no network or no such package it says so and succeeds: the tests
# that need the program skip and name its package. With --needed it says what is missing,
# and fetches nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
peers=$PWD/bin/peers
root=$peers/root

# complete PROGRAM FILES... reports whether the system has a program and the files beside it.
complete() {
	command -v "$1" >/dev/null || return
	for pattern in "${@:2}"; do
		compgen -G "$pattern" >/dev/null || return
	done
}

programs=() packages=() missing=()
while IFS=$'\t' read -r program of beside; do
	[[ $program = \#* || -z $program ]] && continue
	read -ra files <<<"$beside"
	complete "$program" "${files[@]}" || [ -x "$peers/bin/$program" ] || { programs+=("$program") packages+=("$of") missing+=("$program ($of)"); }
done <scripts/peers.txt
[ ${#missing[@]} -gt 0 ] || exit 0
echo "tests can use these programs, which are not here: $(printf '%s, ' "${missing[@]}" | sed 's/, $//')"
[ "${1:-}" != --needed ] || exit 0

# without REASON gives up.
without() {
	echo "$1: tests that need them skip"
	exit 0
}
for tool in apt-get apt-cache apt-config dpkg dpkg-deb; do
	command -v $tool >/dev/null || without "this is no Debian system ($tool is missing)"
done

# apt has a configuration of its own, with how this system reaches the network: its hooks
# would write elsewhere.
mkdir -p "$peers"/apt/{lists/partial,cache/archives/partial,none} "$peers/debs" "$peers/bin" "$root"
{
	cat <<-CONF
		Dir::Etc::Parts "$peers/apt/none";
		Dir::Etc::Main "/dev/null";
		Dir::State::Lists "$peers/apt/lists";
		Dir::Cache "$peers/apt/cache";
		Dir::Log "$peers/apt";
		APT::Sandbox::User "";
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
	CONF
	apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|ForceIPv|Check-|Allow)[^ ]* "[^"]+";' || true
} >"$peers/apt/apt.conf"
export APT_CONFIG=$peers/apt/apt.conf

echo "reading which packages there are ..."
apt-get update -q >"$peers/apt/log" 2>&1 || true # a source that is away keeps nobody from the others
grep '^Fetched' "$peers/apt/log" || true

# closure PACKAGES... lists package=version of them and of what the system lacks for them.
# Those that the system has are fetched, too, so that they are of one version; the C library
# has to be the system's, since its loader is.
closure() {
	apt-get install -s --reinstall "$@" 2>>"$peers/apt/log" |
		sed -nE 's/^Inst ([^ ]+) (\[[^]]*\] )?\(([^ ]+) .*/\1=\3/p' | grep -vE '^(libc6|libc-bin|libc-l10n|locales)='
}
wanted=()
for i in "${!programs[@]}"; do
	read -ra of <<<"${packages[i]}"
	# The package jing is a script, and asks for a desktop's Java.
	[ "${programs[i]}" != jing ] || of=(libjing-java default-jre-headless)
	mapfile -t list < <(closure "${of[@]}")
	if [ ${#list[@]} -eq 0 ]; then
		echo "${programs[i]} can't be had: $(tail -n 1 "$peers/apt/log")"
		unset "programs[i]"
		continue
	fi
	wanted+=("${list[@]}")
done
[ ${#programs[@]} -gt 0 ] || without "no package can be had"
mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort -u)

cd "$peers/debs"
rm -f ./*.deb # what a run that was stopped has left
bytes=$(apt-get download --print-uris "${wanted[@]}" | awk '{n += $3} END {print n}')
echo "fetching ${#wanted[@]} packages, $bytes bytes, to $peers:"
apt-get download -q "${wanted[@]}" 2>>"$peers/apt/log" |
	sed -unE 's/^Get:([0-9]+) [^ ]+ [^ ]+ [^ ]+ ([^ ]+) [^ ]+ ([^ ]+) \[(.*)\]/  \1. \2 \3, \4/p' ||
	without "they can't be fetched: $(tail -n 1 "$peers/apt/log")"
echo "unpacking ..."
rm -rf "$peers/apt/lists" "$peers/apt/cache"
for deb in *.deb; do
	dpkg-deb -x "$deb" "$root" && rm "$deb"
done
cd "$root"

# Packages name files by where they would be installed.
while IFS= read -r link; do
	target=$root$(readlink "$link")
	[ ! -e "$target" ] || ln -sfnr "$target" "$link"
done < <(find . -type l -lname '/*')
libraries=$(find . -name '*.so*' -printf '%h\n' | sed 's/^\.//' |
	grep -E '/lib(/[^/]*-linux-[^/]*)?$|/syslog-ng$' | sort -u | sed 's/^/$root/' | paste -sd :)

# files PATTERNS... lists those below bin/peers/root, as the scripts made here name them.
files() {
	for pattern in "$@"; do compgen -G "$root$pattern" || true; done | sed "s#^$root#\$root#"
}

# A script for each program says where its parts are.
for program in "${programs[@]}"; do
	command=$(files "/usr/*bin/$program" "/*bin/$program" "/usr/lib/jvm/*/bin/$program" | head -n 1)
	settings="LD_LIBRARY_PATH=$libraries"
	case $program in
	openssl)
		settings+=" OPENSSL_CONF=\$root/usr/lib/ssl/openssl.cnf"
		modules=$(files '/usr/lib/*/ossl-modules')
		settings+=${modules:+ OPENSSL_MODULES=$modules}
		;;
	rsyslogd) command+=" -M $(files '/usr/lib/*/rsyslog')" ;;
	syslog-ng) command+=" --module-path=$(files '/usr/lib/syslog-ng/[0-9]*')" ;;
	jing)
		java=$(files '/usr/lib/jvm/*/bin/java' | head -n 1)
		command="${java:-java} -cp $(files '/usr/share/java/*.jar' | paste -sd :) com.thaiopensource.relaxng.util.Driver"
		;;
	esac
	if [ -z "$command" ]; then
		echo "no program $program is in the packages that were fetched"
		continue
	fi
	cat >"$peers/bin/$program" <<-SCRIPT
		#!/bin/sh
		root=\$(dirname "\$0")/../root
		$settings exec $command "\$@"
	SCRIPT
	chmod +x "$peers/bin/$program"
done
