# Two commands for everyone: `make run` and `make test`. `make help` lists the rest.

SWIFT ?= swift
PORT ?=
ROOT ?= $(CURDIR)/run
CONFIGURATION ?= debug
BIN = .build/$(CONFIGURATION)
# Where `make install` puts things; DESTDIR stands before all of it, for packages.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
PLACE = $(DESTDIR)$(PREFIX)
SHARE = $(PLACE)/share

.PHONY: help run test build tools scenarios sweep lab-test kit-test lab-bench bench bench-count bench-compare flat fuzz tls-test clients python openapi attack cluster deb deb-test image image-test boot-test debian-test versions docs drawings ci install format clean fidelity page pictures

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools ## Build xend and start it on the simulated machine; Ctrl-C ends it
	$(SWIFT) build -c $(CONFIGURATION) --product xend-sim
	$(SWIFT) build -c $(CONFIGURATION) --product xm
	@mkdir -p $(ROOT)
	@echo "Starting xend on a simulated machine. Open the address that it listens on in a browser, or try, with its port:"
	@echo "    XEND=localhost:$(or $(PORT),8000) $(BIN)/xm list"
	$(BIN)/xend-sim --root $(ROOT) --pool $(ROOT)/pool $(if $(PORT),--port $(PORT))

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

fidelity: ## Run every scenario on a real Xen that it can run on; CI/lab/fidelity.md says what was found (about an hour)
	CI/lab-test --fidelity

kit-test: ## Use the test kit from a package outside the checkout (builds everything anew)
	CI/test-kit

tls-test: ## Prove migration over TLS (builds BoringSSL; needs openssl)
	for product in xend-sim xm; do $(SWIFT) build --traits TLS --scratch-path .build-tls --product $$product || exit 1; done
	CI/test-tls .build-tls/debug

clients: build ## Let programs that others wrote drive xend
	CI/foreign-clients

python: build ## Test the Python client against xend-sim
	CI/test-python

openapi: build ## Ask xend-sim what schemathesis makes up from its description
	CI/test-openapi

page: build ## Work with the pages in a real Chromium, and take pictures of them
	CI/test-page

pictures: build ## Make the pictures of pages in README anew
	CI/pictures

attack: build ## Throw bad input at xend, and kill it under load
	CI/attack-http
	CI/kill-under-load

soak: ## Create and destroy 50,000 domains and look whether anything grows
	$(SWIFT) build -c release --product xend-sim
	CI/soak .build/release

cluster: build ## Let Pacemaker and Corosync move a domain between two nodes (needs root)
	CI/test-cluster

bench: tools ## Measure, with ratios against a peer in the same run
	CI/bench
	CI/benchmarks/save

bench-count: tools ## Count the instructions of what xend does, with callgrind; results also as JSON
	CI/bench-count

flat: tools ## Count every operation beside 10, 1,000 and 10,000 domains: nothing may cost with the others
	for product in xend-sim xend-scenario; do $(SWIFT) build -c release --product $$product || exit 1; done
	CI/test-flat --products .build/release --sizes 10,1000,10000

bench-compare: tools ## Measure against another revision, by turns: REV=main
	CI/bench-compare $(if $(REV),$(REV),main)

fuzz: ## Feed the readers random bytes; RUNS=10000000 for longer
	CI/fuzz $(RUNS)

ci: ## Everything that CI checks
	.ci/run

install: CONFIGURATION = release
install: ## Install what `swift build -c release` has built: PREFIX=/usr/local DESTDIR=
	@for program in xend xend-sim xm xend-scenario; do test -x $(BIN)/$$program || \
	    { echo "$(BIN)/$$program is missing; first: $(SWIFT) build -c $(CONFIGURATION)" >&2; exit 1; }; done
	install -d $(PLACE)/sbin $(PLACE)/bin $(PLACE)/lib/systemd/system $(DESTDIR)$(SYSCONFDIR)/xen \
	    $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install $(BIN)/xend $(BIN)/xend-sim $(PLACE)/sbin
	install $(BIN)/xm $(BIN)/xend-scenario $(PLACE)/bin
	@for page in Sources/*/man/* Simulator/*/man/*; do \
	    install -D -m 644 -t $(SHARE)/man/man$${page##*.} $$page || exit 1; done
	install -C -b -S .old Sources/xend/scripts/* $(DESTDIR)$(SYSCONFDIR)/xen
	@for unit in xend.service xend.socket xend-domains.service; do \
	    sed 's|/usr/sbin|$(PREFIX)/sbin|' Sources/xend/systemd/$$unit >$(PLACE)/lib/systemd/system/$$unit || exit 1; done
	@for shell in bash zsh fish; do \
	    case $$shell in \
	        bash) file=$(SHARE)/bash-completion/completions/%s ;; \
	        zsh) file=$(SHARE)/zsh/site-functions/_%s ;; \
	        fish) file=$(SHARE)/fish/vendor_completions.d/%s.fish ;; \
	    esac; \
	    $(BIN)/xm completion $$shell >$$(printf $$file xm) || exit 1; \
	    for program in xend xend-sim xend-scenario; do \
	        $(BIN)/$$program --generate-completion-script $$shell >$$(printf $$file $$program) || exit 1; done; done

deb: tools ## Build Debian's packages of what is committed, into .build/packages
	CI/packages/build-deb

deb-test: ## Install them in a fresh Debian without Swift, use, remove and purge them (needs root)
	CI/test-packages

image: ## Make a container image of xend-sim out of the packages, into .build/image (OCI's layout)
	CI/packages/build-image

image-test: ## Run what is in such an image, without an engine (needs root)
	CI/test-image

boot-test: ## Let a dom0 with systemd boot, be upgraded and go back, in the lab (needs root)
	CI/lab/boot-test

debian-test: ## Let a Debian boot its own kernel by grub, in the lab: prompt, save, restore, upgrade (needs root)
	CI/lab/debian-test pv

versions: build ## Let this revision and another get on: REV=v1
	CI/test-versions $(REV)

docs: ## Build all documents into .build/site, and check its links
	CI/docs

drawings: ## Make the drawings from their texts (needs graphviz)
	CI/install-tools graphviz
	CI/drawings

format: ## Lay out the sources
	$(SWIFT) format -i -r Sources Simulator Tests Package.swift

tools: ## Install what is missing to build (Debian)
	@CI/install-tools

clean:
	$(SWIFT) package clean
