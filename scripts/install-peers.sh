#!/usr/bin/env bash
# Installs the Debian packages whose programs the tests drive or compare with, as root on a
# system with apt; anywhere else it says what is missing, and those tests skip.
set -u
declare -A packages=([rsyslogd]=rsyslog [logger]=bsdutils [openssl]=openssl [gnutls-cli]=gnutls-bin [keytool]=default-jdk-headless
	[jing]=jing [xmllint]=libxml2-utils [slapd]=slapd [ldapmodify]=ldap-utils)
missing=()
for program in "${!packages[@]}"; do
	command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || missing+=("${packages[$program]}")
done
# rsyslog's TLS driver is a package of its own and no program.
compgen -G '/usr/lib/*/rsyslog/lmnsd_ossl.so' >/dev/null || missing+=(rsyslog-openssl)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "tests that need these Debian packages will be skipped: ${missing[*]}"
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; then
	echo "could not install ${missing[*]}: tests that need them will be skipped"
fi
exit 0
