#!/usr/bin/env bash
# Installs the AWS that tests run against, moto, into .venv if it is not there,
# and prints the path of its server.
set -euo pipefail
cd "$(dirname "$0")/.."
version=5.2.5
stamp=.venv/moto-$version
say() { echo "aws-targets: $*" >&2; }

if ! command -v python3 >/dev/null; then
	say "there is no python3: install it (Debian: apt install python3 python3-venv) to run the tests against moto"
	exit 1
fi
exec 9>.venv.lock
if command -v flock >/dev/null; then flock 9; fi # the tests of two packages may want it at once
if [ ! -e "$stamp" ]; then
	if ! python3 -m venv .venv >&2; then
		say "python3 has no venv module: install it (Debian: apt install python3-venv)"
		exit 1
	fi
	if ! .venv/bin/pip install --quiet --disable-pip-version-check "moto[server]==$version" >&2; then
		say "pip could not install moto[server]==$version: give it a package index (PIP_INDEX_URL), or run: .venv/bin/pip install 'moto[server]==$version' && touch $stamp"
		exit 1
	fi
	touch "$stamp"
fi
echo "$PWD/.venv/bin/moto_server"
