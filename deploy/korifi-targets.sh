#!/usr/bin/env bash
# Builds Korifi, a Cloud Foundry on Kubernetes, what of it is not there yet, and
# prints the folder of it: its programs api and controllers, chart, by which it
# is installed, and gateway, the resources of the Gateway API that it needs. All
# is of the modules in korifi/go.mod, once for all clones, and goes into
#
#   ${GENNAKER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gennaker}/korifi-VERSION
#
# The first time takes some ten minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/korifi"
say() { echo "korifi-targets: $*" >&2; }

if ! command -v go >/dev/null; then
	say "there is no go: install it from https://go.dev/dl/"
	exit 1
fi
export GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false'
korifi=code.cloudfoundry.org/korifi
version=$(sed -n "s|^.*$korifi \(v[^ ]*\).*|\1|p" go.mod)
cache=${GENNAKER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gennaker}/korifi-$version

mkdir -p "$cache"
exec 9>"$cache.lock"
if command -v flock >/dev/null; then flock 9; fi # the tests of two packages may want it at once
for name in api controllers; do
	[ ! -x "$cache/$name" ] || continue
	say "building $name into $cache (the first takes minutes)"
	if ! go build -trimpath -ldflags '-s -w' -o "$cache/$name.new" "$korifi/$name" >&2; then
		say "$name could not be built from deploy/korifi/go.mod: Go needs a module proxy (GOPROXY), and 3 GB of memory"
		exit 1
	fi
	mv "$cache/$name.new" "$cache/$name" # whole or not at all
done
folder() { # name, module, where in it
	[ ! -d "$cache/$1" ] || return 0
	local from
	from=$(go list -m -f '{{.Dir}}' "$2")/$3
	rm -rf "$cache/$1.new"
	cp -r "$from" "$cache/$1.new"
	chmod -R u+w "$cache/$1.new"
	mv "$cache/$1.new" "$cache/$1"
}
folder chart "$korifi" helm/korifi
folder gateway sigs.k8s.io/gateway-api config/crd/standard
echo "$cache"
