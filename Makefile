# The two commands that matter: make demo, make test.
SHELL := /bin/bash
BIN := $(CURDIR)/bin
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X github.com/gennaker/gennaker/starter.Version=$(VERSION)
export GOFLAGS ?= -buildvcs=false

.PHONY: help build dev clouds aws cf google azure kube demo check test test-engine test-clouds test-dev test-cloudfoundry replay bench faults schema clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

build: ## build everything into bin/
	@mkdir -p $(BIN)
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./worker/gennaker-worker ./localcloud/gennaker-cloud ./examples/hello
	@./deploy/build-dev.sh $(BIN)/gennaker-dev

dev: build ## Temporal, its Web UI, the local cloud and a worker (WORKER_CONFIG=file: with more accounts)
	@exec $(BIN)/gennaker-dev $(if $(WORKER_CONFIG),--worker-config $(WORKER_CONFIG))

aws: ## an Amazon on this machine, to deploy examples/aws to
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./providers/aws/awstest/gennaker-aws
	@./deploy/aws-targets.sh aws >/dev/null
	@ministack=$$(./deploy/aws-targets.sh ministack) && exec $(BIN)/gennaker-aws --ministack $$ministack

cf: ## a Cloud Foundry on this machine, to deploy examples/cloudfoundry to
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./providers/cloudfoundry/cftest/gennaker-cf
	@exec $(BIN)/gennaker-cf

google: ## a Google Compute Engine on this machine, to deploy to
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./providers/google/googletest/gennaker-google
	@exec $(BIN)/gennaker-google

azure: ## an Azure on this machine, to deploy examples/azure to
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./providers/azure/azuretest/gennaker-azure
	@exec $(BIN)/gennaker-azure

kube: ## a Kubernetes on this machine, to deploy examples/kubernetes to
	@go build -ldflags "$(LDFLAGS)" -o $(BIN)/ ./starter/gennaker ./providers/kubernetes/kubetest/gennaker-kube
	@exec $(BIN)/gennaker-kube

clouds: ## an Amazon, a Google Cloud and a Kubernetes at once, to deploy examples/mixed to
	@$(MAKE) --no-print-directory -j3 aws google kube

demo: build ## deploy, judge, red/black, roll back, under traffic
	@go run ./examples/demo

check: ## format, vet, lint, determinism, imports
	@./deploy/check.sh

# Most tests wait for a cloud more than they work, so more of them run at once
# than there are processors. Vet has run before, in check.
go_test := go test -vet=off -timeout 30m -parallel 8
clouds := /(providers|examples)(/|$$)

# RACE=-race has the clouds run under the race detector too, as CI does.
test: check ## everything (RACE=-race: the clouds under the race detector too)
	@./deploy/kube-targets.sh >/dev/null
	@$(MAKE) --no-print-directory -j2 test-clouds test-engine
	@$(MAKE) --no-print-directory test-dev

test-engine:
	@$(go_test) -race -p 3 $$(go list ./... | grep -vE '$(clouds)')
	@$(go_test) -race -v -run '^TestBehaviours$$' ./workflows/

test-clouds:
	@$(go_test) $(RACE) -p 4 $$(go list ./... | grep -E '$(clouds)')

# The programs that these run are built without -race: that of the Temporal
# server takes longer to build than everything else together. In exactlyonce a
# worker dies in two hundred calls at once, which is enough for a machine.
test-dev:
	@cd dev && $(go_test) -p 3 $$(go list ./... | grep -v /exactlyonce)
	@cd dev && $(go_test) ./exactlyonce

# It takes twenty minutes, and the first time half an hour more, for what
# deploy/kube-targets.sh and deploy/korifi-targets.sh build.
test-cloudfoundry: ## what the provider of Cloud Foundry promises, on a real one: Korifi
	go test -v -timeout 60m -run '^TestOnKorifi$$' ./providers/cloudfoundry -args -korifi

replay: ## replay the recorded histories
	go test -run Replay ./workflows/

bench: ## measure, and print one JSON object
	@$(MAKE) --no-print-directory build >&2
	@cd dev && go run ./bench

faults: ## deploy thousands of times onto a cloud whose calls go wrong, and count
	@cd dev && go run ./faults

schema: ## write the JSON Schema of pipeline documents for editors
	go run ./starter/gennaker schema > examples/pipeline.schema.json

clean: ## remove what was built and the state of the dev server
	rm -rf $(BIN) .gennaker
