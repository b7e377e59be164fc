#!/usr/bin/env bash
# What must hold before any test runs. Each check names what it found.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
step() {
	local name=$1
	shift
	if out=$("$@" 2>&1) && [ -z "$out" ]; then
		echo "ok    $name"
	else
		echo "FAIL  $name"
		printf '%s\n' "$out" | head -40
		failed=1
	fi
}
silent() { out=$("$@" 2>&1) || printf '%s\n' "$out"; }
indev() { (cd dev && "$@"); }

step "gofmt" gofmt -l $(git ls-files '*.go')
step "go.mod is tidy" silent go mod tidy -diff
step "dev/go.mod is tidy" silent indev go mod tidy -diff
step "go vet" silent go vet ./...
step "go vet, dev" silent indev go vet ./...
step "staticcheck" silent go tool staticcheck ./...
step "staticcheck, dev" silent indev go tool -modfile=../go.mod staticcheck ./...
step "workflowcheck" silent go tool workflowcheck -config .workflowcheck.yaml ./workflows/...
step "imports" silent go test -run 'TestImports' .
exit $failed
