# Two commands do everything on a fresh machine: `make chaos` and `make test`. `make help` explains each target.
.DEFAULT_GOAL := help
SHELL := /bin/bash

CLUSTER ?= auto
PROFILE ?= quick
WORKERS ?= 0
PROVIDER ?= kwok
ARGS ?=
READY := .venv/.ready
BIN := .venv/bin

.PHONY: help chaos test unit lint crash-sweep bench bench-peers bench-blind docs lock up down doctor recover clean

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  CLUSTER=auto|kind|kwok   where scenarios run (auto: kind where an engine runs or can be installed, else kwok)"
	@echo "  PROFILE=quick            tag of the scenarios to run; empty runs all"
	@echo "  WORKERS=2                so many scenarios side by side;  ARGS='…' more words for healproof run"
	@echo "  HEALPROOF_INSTALL=no     never install a container engine"

chaos: $(READY) ## break things on a cluster, prove that they heal, write the reports
	@$(BIN)/healproof run --cluster "$(CLUSTER)" --profile "$(PROFILE)" --workers "$(WORKERS)" $(ARGS)

test: $(READY) ## all tests of the project, everything they need installed first; says each stage's time
	@$(BIN)/python -m tests.stages $(ARGS)

unit: $(READY) ## the tests that need no cluster, within a minute
	@$(BIN)/python -m tests.stages lint unit

lint: $(READY) ## style, types, import rules
	@$(BIN)/python -m tests.stages lint

crash-sweep: $(READY) ## kill runs at every side effect, on kwok (or PROVIDER=kind); ARGS='--random 1000 --seed 1'
	@$(BIN)/python -m tests.crash.sweep --provider "$(PROVIDER)" $(ARGS)

bench: $(READY) ## measure the figures of docs/benchmarks.md on this machine; ARGS='kwok scale', 'kind audit --runs 100' …
	@$(BIN)/python -m tests.bench $(ARGS)

bench-peers: $(READY) ## the same pods killed by healproof and by other tools; ARGS='--kills 200 --broken 20'
	@$(BIN)/python -m tests.bench.peers $(ARGS)

bench-blind: $(READY) ## faults that the diagnosis is not told of; ARGS='run kwok --into FOLDER --each 20', 'score FOLDER'
	@$(BIN)/python -m tests.bench.blind $(ARGS)

docs: $(READY) ## write docs/reference again from the registries
	@$(BIN)/python docs/generate.py

up: $(READY) ## make a cluster and keep it
	@$(BIN)/healproof up "$(CLUSTER)"

down: $(READY) ## remove all clusters and leftovers
	@$(BIN)/healproof down --all

doctor: $(READY) ## what this machine can run, what lacks, what to do about it
	@$(BIN)/healproof doctor

recover: $(READY) ## undo whatever a dead run left anywhere
	@$(BIN)/healproof recover

lock: $(READY) ## write requirements.lock again from pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || true
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)" >&2; exit 2; }
	@uv pip compile -q --universal --generate-hashes --no-header --no-annotate --extra dev --python-version 3.11 \
	  pyproject.toml -o requirements.lock

clean: ## remove the environment and generated reports; clusters and caches stay
	@rm -rf .venv reports/[0-9]*

$(READY): requirements.lock pyproject.toml
	@bash clusters/environment.sh
	@touch $@
