# Everything that is done with Portolan by hand or in CI. `make` alone lists it.
# The scripts behind it are in .tools/; each can be called alone and says at its top what it does.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Rust is built in one profile with one set of features for running and testing, so that nothing is built twice.
PORTOLAN := target/debug/portolan
DATABASE ?= sqlite:var/portolan.db
LISTEN ?= 127.0.0.1:8080

# The staff app, once it is there. Its build is skipped while its sources are unchanged.
UI := $(if $(wildcard builder-ui/package.json),builder-ui/dist/index.html)
UI_SOURCES := $(shell find builder-ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/e2e/*' 2>/dev/null)

.PHONY: help
help: ## List the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(UI) ## Build, make the database with demo data, serve and print the address
	cargo build --bin portolan
	@mkdir -p var
	$(PORTOLAN) serve --demo --database $(DATABASE) --listen $(LISTEN)

.PHONY: setup
setup: ## Install what the tests need: PostgreSQL, Chromium, a Chinese font, npm packages
	.tools/setup

.PHONY: test
test: setup $(UI) ## All that CI runs: lint, tests on both databases, packs, examples, the app in Chromium
	.tools/test all

.PHONY: quick
quick: $(if $(UI),builder-ui/node_modules/.installed) ## What one runs while working: types, unit tests, packs
	.tools/test quick

.PHONY: lint
lint: $(if $(UI),builder-ui/node_modules/.installed) ## Formatting, clippy, TypeScript, large files
	.tools/test lint

.PHONY: fmt
fmt: $(if $(UI),builder-ui/node_modules/.installed) ## Format everything
	.tools/fmt

.PHONY: bench
bench: ## Measure against the floor; writes target/bench.json
	PORTOLAN_FSYNC=on .tools/with-postgres .tools/bench

.PHONY: chaos
chaos: ## Kill the server 200 times for each database under load: nothing may be lost, halved or doubled
	PORTOLAN_CHAOS=200 .tools/with-postgres cargo test -p server --test it -- chaos --nocapture

.PHONY: bench-big
bench-big: ## Measure lists of ten million records, an import of half a million rows and definitions that change over a million; writes target/bench-big.json, takes some ten minutes and 10 GB
	PORTOLAN_BENCH_BIG=1 .tools/bench

.PHONY: fuzz
fuzz: ## Try definitions, expressions and requests that nobody would write, a hundred times as long as the tests do
	PORTOLAN_FUZZ=100 cargo test -p kernel --test it -- fuzz
	PORTOLAN_FUZZ=100 cargo test -p server --test it -- fuzz

.PHONY: dist
dist: $(UI) ## One binary with the app and the packs inside: dist/portolan
	cargo build --release --bin portolan
	@mkdir -p dist
	cp target/release/portolan dist/portolan
	@ls -lh dist/portolan

builder-ui/node_modules/.installed: builder-ui/package.json builder-ui/package-lock.json
	cd builder-ui && npm ci --no-audit --no-fund
	@touch $@

builder-ui/dist/index.html: builder-ui/node_modules/.installed $(UI_SOURCES)
	cd builder-ui && npm run build
	@touch $@
