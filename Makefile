# What a machine must bring: Python 3.11 or newer with venv, and make; for the tests Chromium and PostgreSQL’s server, for the benchmarks wrk.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help serve demo test test-long bench check lint format words locks clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: .venv/serve.done ## set up what is missing and serve on http://127.0.0.1:8000
	@$(BIN)/plumbline serve

demo: .venv/serve.done ## the same with sample organisations and finished assessments
	@$(BIN)/plumbline demo

check: .venv/serve.done ## check every file of questionnaires/
	@$(BIN)/plumbline check

lint: .venv/test.done ## style, types, import contracts, data
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/plumbline check

test: .venv/test.done chromium postgres lint ## set up what is missing and run the whole suite
	@$(BIN)/pytest -n 2 --dist loadfile -m "not long" --cov=scoring --cov-branch --cov-report=term-missing:skip-covered

test-long: .venv/test.done chromium postgres ## what takes longer, then the whole suite on PostgreSQL with two servers before it
	@$(BIN)/pytest -m long
	@$(BIN)/pytest -n 2 --dist loadfile --database=postgresql -m "long or not long"

bench: .venv/test.done wrk postgres ## the benchmarks, each figure beside its floor
	@$(BIN)/python -m tests.benchmarks

format: .venv/test.done ## put code into house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

words: .venv/test.done ## gather the interface’s words into app/locales
	@$(BIN)/python -m tests.words

locks: .venv/test.done ## renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml --extra build --upgrade --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	@$(BIN)/uv pip compile -q pyproject.toml --extra build --extra test --extra audit --extra postgres --extra oidc --upgrade --generate-hashes --no-emit-index-url --no-header -c requirements.lock -o requirements-test.lock
	@$(BIN)/python -c 'import tomllib; extra = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; print(*extra["postgres"], *extra["oidc"], sep="\n")' \
	| $(BIN)/uv pip compile -q - --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements-test.lock -o requirements-image.lock

clean: ## remove the environment and caches (the database under var/ stays)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build *.egg-info

# The environment: two locks with hashes; what serves installs no test tool.
.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Plumbline needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Plumbline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 …"; exit 1; }
	@if command -v uv >/dev/null; then uv venv -q --clear --python $(PYTHON) .venv; \
	else $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python’s venv is missing. On Debian: apt-get install python3-venv"; exit 1; }; \
	$(PYTHON) -m venv --clear .venv; fi

# A lock is complete, so nothing is resolved: pip would look for newer versions of packages that others ask for with extras.
define install
	@if command -v uv >/dev/null; then uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r $(1) && uv pip install -q --python $(BIN)/python --no-build-isolation --no-deps -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $(1) && $(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .; fi
	@touch $@
endef

.venv/serve.done: requirements.lock pyproject.toml | .venv/bin/python
	@test -e .venv/test.done || echo "Setting up (about half a minute the first time) …"
	$(call install,requirements.lock)

.venv/test.done: requirements-test.lock pyproject.toml | .venv/bin/python
	@echo "Setting up the test tools …"
	$(call install,requirements-test.lock)
	@touch .venv/serve.done

# System packages: installed where that is allowed, else named; never skipped.
define system_package
	@PATH="$$PATH:$$(echo /usr/lib/postgresql/*/bin)" command -v $(1) >/dev/null || { \
	if [ "$$(id -u)" = 0 ]; then DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; apt-get update -qq && apt-get install -y -qq $(2) >/dev/null; \
	elif sudo -n true 2>/dev/null; then sudo apt-get update -qq && sudo apt-get install -y -qq $(2) >/dev/null; \
	else echo "$(3) need $(1). Install it with: sudo apt-get install $(2)"; exit 1; fi; }
endef

.PHONY: chromium postgres wrk
chromium:
	$(call system_package,chromium,chromium,The browser tests)
postgres:
	$(call system_package,pg_ctl,postgresql,The tests of storage)
wrk:
	$(call system_package,wrk,wrk,The benchmarks)
