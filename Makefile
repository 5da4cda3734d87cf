# arr's commands. `make help` lists them.
export GO ?= go
BIN     := bin/arr
GOBIN   := $(shell $(GO) env GOPATH)/bin
STATICCHECK_VERSION   := v0.8.2
GOLANGCI_LINT_VERSION := v2.15.0
FUZZTIME ?= 30s
# What is no end-to-end test.
UNITS = $(shell $(GO) list ./... | grep -v '^arr/e2e')

.DEFAULT_GOAL := help
.PHONY: help build run demo test unit e2e race soak fuzz lint bench clean FORCE

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(BIN) ## build bin/arr

$(BIN): FORCE
	scripts/build.sh ./cmd/arr $@

bin/arr-load: FORCE
	scripts/build.sh ./cmd/arr-load $@

run: build bin/arr-load ## start a repository, send it sample traffic, show answers; Ctrl-C stops it
	scripts/demo.sh stay

demo: build bin/arr-load ## the same, and stop
	scripts/demo.sh

GOTEST  := $(GO) run ./scripts/gotest

test: peers lint-quick race e2e ## everything that must hold: checks, unit tests with the race detector, end-to-end tests
	@$(GOTEST) -report bin/skips/race bin/skips/e2e

unit: ## unit tests alone, without the race detector
	$(GOTEST) -skips bin/skips/unit $(UNITS)

race: ## unit tests with the race detector
	$(GOTEST) -skips bin/skips/race -timeout 20m -race $(UNITS)

e2e: build ## the real binary against real peers: rsyslog, logger, crashes, full disks
	ARR_E2E=1 $(GOTEST) -skips bin/skips/e2e -count=1 -timeout 20m ./e2e/...

soak: build peers ## all tests in full counts; takes hours
	ARR_SOAK=1 $(GOTEST) -skips bin/skips/soak-unit -count=1 -timeout 12h $(UNITS)
	ARR_SOAK=1 ARR_E2E=1 $(GOTEST) -skips bin/skips/soak-e2e -count=1 -timeout 12h ./e2e/...
	scripts/bare.sh
	@$(GOTEST) -report bin/skips/soak-unit bin/skips/soak-e2e

.PHONY: peers lint-quick
peers: # fetch the programs of others that tests drive and this system lacks, to bin/peers
	@scripts/install-peers.sh

lint-quick: # what needs no download
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'gofmt would change these'; exit 1; }
	$(GO) vet ./...

lint: lint-quick ## gofmt, vet, staticcheck, and golangci-lint with the import rules
	@test -x $(GOBIN)/staticcheck || $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	$(GOBIN)/staticcheck ./...
	@test -x $(GOBIN)/golangci-lint || $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	$(GOBIN)/golangci-lint run ./...

fuzz: build ## each fuzzer for FUZZTIME (30s), then two thousand damages of a stored directory
	scripts/fuzz.sh $(FUZZTIME)
	ARR_E2E=1 ARR_SOAK=2000 $(GO) test -count=1 -timeout 4h -run '^TestFlips$$' ./e2e

bench: build bin/arr-load ## Go benchmarks, then the real binary under generated load
	scripts/bench.sh

clean: ## remove what was built
	rm -rf bin
