#!/usr/bin/env bash
# Installs the AWS that tests and examples run against into .venv, what is not
# there yet, and prints the path of a program of it:
#
#   aws-targets.sh             moto: the AWS of the tests, that others wrote
#   aws-targets.sh ministack   ECS, Lambda, CloudWatch, for what our simulator has not
#   aws-targets.sh aws         AWS's own CLI
#
# The last two are in a virtual environment of their own: AWS's CLI wants
# another botocore than moto.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "aws-targets: $*" >&2; }

case ${1:-moto} in
moto) venv=.venv program=moto_server packages=("moto[server]==5.2.5") ;;
ministack) venv=.venv/targets program=ministack packages=("ministack==1.5.33" "cbor2==6.3.0") ;;
aws) venv=.venv/targets program=aws packages=("awscli==1.46.2") ;;
*)
	say "there is no target $1: it can be moto, ministack or aws"
	exit 2
	;;
esac
version=${packages[0]##*==}
stamp=$venv/${1:-moto}-$version

if ! command -v python3 >/dev/null; then
	say "there is no python3: install it (Debian: apt install python3 python3-venv) for ${1:-moto}"
	exit 1
fi
exec 9>.venv.lock
if command -v flock >/dev/null; then flock 9; fi # the tests of two packages may want it at once
if [ ! -e "$stamp" ]; then
	say "installing ${packages[*]} into $venv"
	if [ ! -e "$venv/bin/pip" ] && ! python3 -m venv "$venv" >&2; then
		say "python3 has no venv module: install it (Debian: apt install python3-venv)"
		exit 1
	fi
	if ! "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" >&2; then
		say "pip could not install ${packages[*]}: give it a package index (PIP_INDEX_URL), or run: $venv/bin/pip install $(printf "'%s' " "${packages[@]}")&& touch $stamp"
		exit 1
	fi
	touch "$stamp"
fi
echo "$PWD/$venv/bin/$program"
