# Two commands for everyone: `make run` and `make test`. `make help` lists the rest.

SWIFT ?= swift
PORT ?= 8000
ROOT ?= $(CURDIR)/run
CONFIGURATION ?= debug
BIN = .build/$(CONFIGURATION)

.PHONY: help run test build tools scenarios sweep lab-test lab-bench bench fuzz clients ci install format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## Build xend and start it on the simulated machine; Ctrl-C ends it
	$(SWIFT) build -c $(CONFIGURATION) --product xend-sim
	$(SWIFT) build -c $(CONFIGURATION) --product xm
	@mkdir -p $(ROOT)
	@echo "Starting xend on a simulated machine. Open http://localhost:$(PORT)/xend in a browser, or try:"
	@echo "    XEND=localhost:$(PORT) $(BIN)/xm list"
	$(BIN)/xend-sim --root $(ROOT) --port $(PORT)

test: build scenarios ## Run the unit tests and all scenarios
	$(SWIFT) test -c $(CONFIGURATION) --skip-build --no-parallel

build: tools
	$(SWIFT) build -c $(CONFIGURATION) --build-tests

scenarios: build ## Run all scenarios, each twice: the same story must unfold the same way
	$(BIN)/xend-scenario run --twice Scenarios

sweep: build ## Run scenarios again with a fault at every point they pass
	CI/sweep $(BIN)/xend-scenario

lab-test: ## Hold the simulated machine against a real Xen (needs QEMU, no KVM)
	CI/lab-test

lab-bench: ## Measure against xl on a real Xen
	CI/lab-bench

clients: build ## Let programs that others wrote drive xend
	CI/foreign-clients

bench: tools ## Measure, with ratios against a peer in the same run
	CI/bench
	CI/benchmarks/save

fuzz: ## Feed the readers random bytes; RUNS=10000000 for longer
	CI/fuzz $(RUNS)

ci: ## Everything that CI checks
	.ci/run

format: ## Lay out the sources
	$(SWIFT) format -i -r Sources Simulator Tests Package.swift

tools: ## Install what is missing to build (Debian)
	@CI/install-tools

clean:
	$(SWIFT) package clean
