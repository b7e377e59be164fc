#!/usr/bin/env bash
# Builds gennaker-dev. The Temporal server in it is large: the first build
# takes minutes, so it says so and shows how far it is.
set -euo pipefail
out=$1
cd "$(dirname "$0")/../dev"

marker="$(go env GOCACHE)/gennaker-dev-$(go list -m -f '{{.Version}}' go.temporal.io/server)-$(go env GOVERSION)"
if [ -e "$marker" ]; then
	go build -ldflags "-s -w" -o "$out" ./gennaker-dev
	exit
fi

echo "Building gennaker-dev with the Temporal server and its Web UI in it."
echo "The first time this takes a few minutes; after that, seconds."
go mod download
total=$(go list -deps ./gennaker-dev | wc -l)
show() {
	local n=0 last=-1
	while read -r _; do
		n=$((n + 1))
		local percent=$((n * 100 / total))
		if [ -t 1 ]; then
			printf '\r  compiled %d of at most %d packages' "$n" "$total"
		elif [ $((percent / 10)) -ne "$last" ]; then
			last=$((percent / 10))
			echo "  compiled $n of at most $total packages"
		fi
	done
	[ -t 1 ] && echo
	return 0
}
# go build -v names each package on standard error once it is compiled; what
# is not a package name is an error to be read.
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
go build -v -ldflags "-s -w" -o "$out" ./gennaker-dev 2> >(tee "$errors" | show) || {
	sleep 1
	grep -E '[: ]' "$errors" >&2 || true
	exit 1
}
touch "$marker"
