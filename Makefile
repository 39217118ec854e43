# `make` builds; `make help` lists what else there is.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

.PHONY: build release dependencies demo test venvs bench chaos parity docs format lint install uninstall clean help

build: dependencies ## Build everything, for debugging
	$(SWIFT) build

dependencies: ## Install what a build needs and this machine lacks
	@.ci/dependencies build

demo: dependencies ## See it work: a hub, a scheduler by id, offline again, and a sample
	$(SWIFT) build --product dhub
	@echo
	@"$$($(SWIFT) build --show-bin-path)/dhub" demo

test: venvs ## Run every test
	@.ci/test

venvs: ## Install what the tests need: programs, and Python environments with huggingface_hub
	@.ci/dependencies test
	@.ci/venvs

bench: venvs ## Measure: programs, downloads, solvers, each against its peers in the same run
	@.ci/bench

chaos: venvs ## Kill the hub at fifty random moments under load, and look at what is left
	$(SWIFT) build --product dhub
	@"$$(.ci/python)" .ci/chaos.py "$$($(SWIFT) build --show-bin-path)/dhub"

parity: dependencies ## Compare every golden vector of diffusers, and both of us with double precision
	@mkdir -p .build
	@.ci/test --filter 'GoldenTests|TruthTests|KDiffusionTests|TableTests|TorchGeneratorTests' >.build/parity.log || { cat .build/parity.log; exit 1; }
	@grep -E '^(parity|truth)' .build/parity.log | sort; tail -n 1 .build/parity.log

docs: dependencies ## Build the documentation as a web site
	@.ci/docs

format: ## Format the sources
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint: ## Check the format
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

release: dependencies
	$(SWIFT) build -c release --product dhub --static-swift-stdlib

install: release ## Install dhub, which then runs without a toolchain, below PREFIX (/usr/local)
	@.ci/install "$(DESTDIR)$(PREFIX)"

uninstall: ## Remove what install installed
	@.ci/install --remove "$(DESTDIR)$(PREFIX)"

clean: ## Remove what was built, but for the Python environments
	rm -rf .build .build-*

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 16
