# `make help` lists what this file can do. Everything runs inside .venv, built once from constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
.DEFAULT_GOAL := help
.PHONY: help demo test check lint docs chaos lowest bench clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@echo "make: preparing .venv (once; a few minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leaps needs Python 3.11 or newer: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY) ## gen-data → train → synthesize --task harvester → run, on small recipes, in the workspace demo/
	@$(BIN)/leaps gen-data --recipe smoke --workspace demo
	@$(BIN)/leaps train --recipe smoke --workspace demo
	@$(BIN)/leaps synthesize --task harvester --recipe smoke --workspace demo
	@$(BIN)/leaps run harvester --task harvester --episodes 1000 --seed 1 --workspace demo
	@$(BIN)/leaps artifacts list --workspace demo

test: $(READY) ## the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY) lint test ## everything a commit must pass

lint: $(READY) ## ruff, mypy, oxlint and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/oxlint --quiet --deny-warnings -D correctness -D suspicious leapscli
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

docs: $(READY) ## the site of the manual, into site/; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

chaos: $(READY) ## damage artifacts, kill commands and change environments thousands of times; a table of what held (an hour)
	@$(BIN)/python -m tests.chaos

lowest: ## the test suite with the lowest versions that pyproject.toml allows, in .venv-lowest (Python 3.11; ten minutes)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "they are those of Python 3.11: make lowest PYTHON=python3.11")'
	@test -x .venv-lowest/bin/python || $(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-lowest.txt --editable '.[test]'
	@LEAPS_CACHE=.venv-lowest/cache .venv-lowest/bin/python -m pytest -n 2 --dist loadfile

bench: $(READY) ## measure the speeds that the README quotes
	@for b in benchmarks/*.py; do $(BIN)/python $$b || exit 1; done

clean: ## remove the virtual environments and the caches
	rm -rf .venv .venv-lowest .pytest_cache .ruff_cache .mypy_cache .hypothesis
