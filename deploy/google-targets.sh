#!/usr/bin/env bash
# Installs Google's own Python clients of Compute Engine and Cloud Run into
# .venv/google, if they are not there yet, and prints the path of the python that
# has them.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "google-targets: $*" >&2; }

packages="google-cloud-compute==1.57.0 google-cloud-run==0.16.2"
venv=.venv/google
stamp=$venv/${packages// /+}

if ! command -v python3 >/dev/null; then
	say "there is no python3: install it (Debian: apt install python3 python3-venv) for $packages"
	exit 1
fi
mkdir -p .venv
exec 9>.venv/google.lock
if command -v flock >/dev/null; then flock 9; fi # the tests of two packages may want it at once
if [ ! -e "$stamp" ]; then
	say "installing $packages into $venv"
	if [ ! -e "$venv/bin/pip" ] && ! python3 -m venv "$venv" >&2; then
		say "python3 has no venv module: install it (Debian: apt install python3-venv)"
		exit 1
	fi
	if ! "$venv/bin/pip" install --quiet --disable-pip-version-check $packages >&2; then
		say "pip could not install $packages: give it a package index (PIP_INDEX_URL), or run: $venv/bin/pip install $packages && touch $stamp"
		exit 1
	fi
	touch "$stamp"
fi
echo "$PWD/$venv/bin/python"
