#!/usr/bin/env bash
# Builds the Kubernetes that tests and examples run against, what of it is not
# there yet, and prints the folder of its programs: etcd, kube-apiserver,
# kube-controller-manager, kube-scheduler, kubectl and kwok, which plays the
# nodes. They are built by Go from kube/go.mod, once for all clones, into
#
#   ${GENNAKER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gennaker}/kube-VERSION
#
# The first time takes a quarter of an hour on two cores, and 4 GB of Go's cache.
set -euo pipefail
cd "$(dirname "$0")/kube"
say() { echo "kube-targets: $*" >&2; }

version() { sed -n "s|^\t$1 \(v[^ ]*\).*|\1|p" go.mod | head -1; }
kubernetes=$(version k8s.io/kubernetes)
cache=${GENNAKER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gennaker}/kube-$kubernetes-kwok-$(version sigs.k8s.io/kwok)-$(version go.etcd.io/etcd/server/v3)

# name=package; a client and a server that do not know their version refuse each other
programs=(
	etcd=go.etcd.io/etcd/server/v3
	kube-apiserver=k8s.io/kubernetes/cmd/kube-apiserver
	kube-controller-manager=k8s.io/kubernetes/cmd/kube-controller-manager
	kube-scheduler=k8s.io/kubernetes/cmd/kube-scheduler
	kubectl=k8s.io/kubernetes/cmd/kubectl
	kwok=sigs.k8s.io/kwok/cmd/kwok
)
minor=${kubernetes#v1.}
stamped=k8s.io/component-base/version
flags="-s -w -X $stamped.gitVersion=$kubernetes -X $stamped.gitMajor=1 -X $stamped.gitMinor=${minor%%.*}"

mkdir -p "$cache"
exec 9>"$cache.lock"
if command -v flock >/dev/null; then flock 9; fi # the tests of two packages may want it at once
n=0
for program in "${programs[@]}"; do
	n=$((n + 1))
	name=${program%%=*}
	[ ! -x "$cache/$name" ] || continue
	if ! command -v go >/dev/null; then
		say "there is no go: install it from https://go.dev/dl/ to build $name"
		exit 1
	fi
	say "building $name $n of ${#programs[@]} into $cache (the first takes minutes)"
	if ! GOWORK=off GOFLAGS='-mod=readonly -buildvcs=false' go build -trimpath -ldflags "$flags" -o "$cache/$name.new" "${program#*=}" >&2; then
		say "$name could not be built from deploy/kube/go.mod: Go needs a module proxy (GOPROXY), and 3 GB of memory"
		exit 1
	fi
	mv "$cache/$name.new" "$cache/$name" # whole or not at all
done
echo "$cache"
