# Everything stays inside this folder: .venv for programs, data for what they make.
# `make help` lists the targets; each takes the variables that its line names.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
ORG ?= organisations/waterdam
PORT ?= 8080
BIN := .venv/bin
KADERS := $(BIN)/kaders
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
CODE := signal dags scripts tests
# The long files come first and begin first; one worker more than there are cores, as much of it is waiting.
PYTEST := $(BIN)/python -m pytest --numprocesses $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist loadfile --no-loadscope-reorder

export PYTHONPATH := $(CURDIR)/signal
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export KADERS_ORG := $(ORG)

given = $(if $($(1)),--$(2) "$($(1))")
DEMO := $(call given,SCENARIO,scenario) $(call given,SEED,seed) $(call given,DAYS,days)
WHEN := $(call given,DAY,day) $(call given,MOMENT,moment)

.PHONY: help
help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -- setting up ----------------------------------------------------------------------------------
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Kaders needs Python 3.11 or later; name one with PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.installed
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

.PHONY: install
install: .venv/.installed ## Set up everything that running needs, inside this folder

.PHONY: dev
dev: .venv/.dev ## The same, with what the checks need

.PHONY: lock
lock: .venv/.dev ## Compile requirements*.in into hashed locks
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) requirements-bench.in --output-file requirements-bench.txt

# -- running -------------------------------------------------------------------------------------
.PHONY: run
run: install ## The whole job through Airflow's DAGs, to the morning report [ORG= DAY= SEED= SCENARIO= DAYS=]
	@$(KADERS) run "$(ORG)" --airflow $(WHEN) $(DEMO)

.PHONY: quick
quick: install ## The same job without Airflow [ORG= DAY= SEED= SCENARIO= DAYS=]
	@$(KADERS) run "$(ORG)" $(WHEN) $(DEMO)

.PHONY: feeds
feeds: install ## The whole job over a folder of feed files [FEEDS=folder DAY=]
	@test -n "$(FEEDS)" || { echo "name the folder: make feeds FEEDS=folder" >&2; exit 2; }
	@$(KADERS) feeds "$(FEEDS)" $(WHEN)

.PHONY: world
world: install ## Write a synthetic world [SCENARIO=file.yaml OUT=folder SEED= DAYS=]
	@test -n "$(SCENARIO)" -a -n "$(OUT)" || { echo "make world SCENARIO=file.yaml OUT=folder" >&2; exit 2; }
	@$(KADERS) world $(DEMO) --out "$(OUT)"

.PHONY: start
start: install ## Airflow on schedule, in the background, with its web page on loopback [ORG= PORT=]
	@$(BIN)/python scripts/start.py start --org "$(ORG)" --port $(PORT)

.PHONY: stop
stop: install ## End what `make start` started
	@$(BIN)/python scripts/start.py stop

.PHONY: backfill
backfill: install ## Judge and report a past morning again, through the DAG [ORG= DAY=]
	@test -n "$(DAY)" || { echo "name the morning: make backfill DAY=2026-11-23" >&2; exit 2; }
	@$(KADERS) backfill "$(ORG)" --day "$(DAY)"

.PHONY: rehearse
rehearse: install ## Judge whole synthetic worlds against what was planted in them [SCENARIO= SEEDS="0 1 2"]
	@$(BIN)/python scripts/rehearse.py $(if $(SCENARIO),--scenario "$(SCENARIO)") $(if $(SEEDS),--seed $(SEEDS))

.PHONY: check
check: install ## Validate an organisation's YAML [ORG=]
	@$(KADERS) check "$(ORG)"

.PHONY: status
status: install ## Health of the sources, last runs, what is late [ORG=]
	@$(KADERS) status "$(ORG)" $(WHEN)

.PHONY: rebuild
rebuild: install ## Make the warehouse anew from the landing files [ORG=]
	@$(KADERS) rebuild "$(ORG)"

# -- checking ------------------------------------------------------------------------------------
.PHONY: test
test: lint typecheck ## All checks and all tests, offline; sets itself up [FEEDS=folder of real feeds]
	@$(if $(FEEDS),KADERS_FEEDS="$(abspath $(FEEDS))") $(PYTEST) $(TESTS)

.PHONY: quicktest
quicktest: dev ## The tests that take seconds
	@$(PYTEST) -m "not slow and not browser" $(TESTS)

.PHONY: explore
explore: dev ## The property tests with new examples, thousands each
	@KADERS_EXAMPLES=explore $(PYTEST) $(shell grep -l "^from hypothesis" -r tests --include="*.py")

.PHONY: lint
lint: dev ## Style, layout and the walls between the rooms
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "run: make format" >&2; exit 1; }

.PHONY: dictionary
dictionary: install ## Write docs/data-dictionary.md from the schema
	@$(BIN)/python scripts/dictionary.py

.PHONY: format
format: dev ## Put the code in its layout
	@$(BIN)/ruff check --fix --quiet $(CODE) || true
	@$(BIN)/ruff format --quiet $(CODE)

.PHONY: typecheck
typecheck: dev ## Types, strictly
	@$(BIN)/mypy $(CODE)

# -- measuring -----------------------------------------------------------------------------------
build/bench/.installed: requirements-bench.txt
	$(PYTHON) -m venv build/bench
	build/bench/bin/python -m pip install --quiet --requirement requirements-bench.txt
	@touch $@

.PHONY: bench
bench: install build/bench/.installed ## Speed and memory of collection, search and the warehouse, beside a peer [QUICK=1 FEEDS=folder]
	@$(BIN)/python scripts/bench.py $(if $(QUICK),--quick) $(if $(FEEDS),--feeds "$(abspath $(FEEDS))")

.PHONY: faults
faults: dev ## The hostile web, hurt and full disks, and kill -9 at random moments [TIMES=100]
	@$(BIN)/python -m pytest -q tests/end_to_end/test_hostile.py tests/unit/store/test_damage.py
	@$(BIN)/python scripts/faults.py $(if $(TIMES),--times $(TIMES))
	@$(BIN)/python scripts/faults_store.py $(if $(TIMES),--times $(TIMES))

# -- tidying -------------------------------------------------------------------------------------
.PHONY: clean
clean: ## Remove caches and build products
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist signal/*.egg-info
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: data-clean
data-clean: ## Remove everything that running has made: landing files, warehouse, reports, Airflow's book
	@if test -s data/airflow/standalone.pid; then echo "first: make stop" >&2; exit 1; fi
	find data -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +

.PHONY: distclean
distclean: clean data-clean ## Back to a fresh clone
	rm -rf .venv
