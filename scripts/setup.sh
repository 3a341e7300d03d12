#!/usr/bin/env bash
# Make .venv ready: a virtual environment with uv inside, and the locked dependencies of the given uv groups.
# On Debian as root it installs the few system packages that are missing; otherwise it names them and stops.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

need() { # need PACKAGE TEST...: PACKAGE is missing when TEST fails
  local package=$1; shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
missing=()
need git git --version
need python3-venv "$python" -c 'import ensurepip, venv'
need openssh-client sh -c 'command -v ssh-keygen'
if [ "${KEYRACK_TEST:-}" = 1 ]; then
  need npm sh -c 'command -v npm'
  need postgresql sh -c 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb'
  need slapd test -x /usr/sbin/slapd
  need iproute2 sh -c 'command -v ip'
  # a domain controller of Active Directory, for the ldap provider
  need samba-ad-dc sh -c 'command -v samba && command -v samba-tool'
  need samba-ad-provision test -d /usr/share/samba/setup
  need samba-dsdb-modules sh -c 'ls /usr/lib/*/samba/ldb/samldb.so'
  need samba-vfs-modules sh -c 'ls /usr/lib/*/samba/vfs/acl_xattr.so'
  need winbind sh -c 'command -v winbindd'
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "Please install: ${missing[*]} (Debian names), then run this again." >&2
    exit 1
  fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
# the system's certificates: company proxies sign with their own
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true}
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
exec .venv/bin/uv sync --quiet --locked --inexact --all-packages --all-extras "$@"
