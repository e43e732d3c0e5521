# Everything a person or CI does here; `make help` lists it.
SHELL := /bin/bash
# A check that fails inside a pipe fails the target.
.SHELLFLAGS := -o pipefail -c
# The first of these that is new enough; a path may be given: make PYTHON=/opt/python3.12
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for name in $(PYTHONS); do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && { echo $$name; break; }; done)
# Tests start the programs hundreds of times: what Python compiled of them is kept.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
DEMO_FOLDER ?= demo
T ?= cda
SECONDS_PER_TARGET ?= 300
# Tests wait more than they reckon: two processes a core, and PostgreSQL once for each.
TEST_PROCESSES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? 2 * n : 8)))

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit check format bench fuzz mutate crash lock docs

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/run.ready: requirements.lock requirements-build.lock setup.cfg pyproject.toml
	@test -n "$(PYTHON)" \
	  && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: install it, or give its path: make PYTHON=..."; exit 1; }
	@test -x $(BIN)/pip || "$(PYTHON)" -m venv --clear $(VENV) \
	  || { rm -rf $(VENV); echo "On Debian and Ubuntu venv is a package of its own:" \
	    "apt-get install $$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.ready: $(VENV)/run.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/dev.ready ## virtual environment with pinned dependencies

demo: $(VENV)/run.ready ## everything on loopback with a synthetic patient; ONCE=1 plays the story and exits
	$(BIN)/gateway demo --folder $(DEMO_FOLDER) $(if $(ONCE),--once)

test: $(VENV)/dev.ready ## all tests; at the end, which were skipped for want of which program
	$(BIN)/python -m pytest -q -rs -n $(TEST_PROCESSES) --dist worksteal

unit: $(VENV)/dev.ready ## the tests without the journeys
	$(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist worksteal -m "not journey"

check: $(VENV)/dev.ready ## ruff, mypy strict, import contracts, generated pages current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache | tail -n 6
	$(BIN)/python docs/generate.py --check

format: $(VENV)/dev.ready ## ruff format and its safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.ready ## the numbers, with Postfix and PostgreSQL beside; writes docs/performance.md
	$(BIN)/python -m bench $(if $(BEFORE),--before $(BEFORE))

fuzz: $(VENV)/dev.ready ## one fuzz target for five minutes: make fuzz T=xdm
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	$(BIN)/python -m tests.fuzz $(T) --seconds $(SECONDS_PER_TARGET)

mutate: $(VENV)/dev.ready ## changes the code on purpose: do tests notice? one room: make mutate M=rights
	$(BIN)/python -m tests.mutation $(M) $(if $(JOBS),--jobs $(JOBS))

crash: $(VENV)/dev.ready ## kills and power cuts under load, nothing lost, nothing doubled: make crash N=300
	CRASH_ROUNDS=$(or $(N),300) $(BIN)/python -m pytest -q -s \
	  tests/journeys/test_crash.py tests/journeys/test_power_cuts.py

docs: $(VENV)/dev.ready ## write the generated pages again
	$(BIN)/python docs/generate.py

lock: ## write the lock files again from setup.cfg (needs uv)
	uv pip compile --universal --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" setup.cfg -o requirements.lock -q
	uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev \
	  --constraint requirements.lock --custom-compile-command "make lock" setup.cfg -o requirements-dev.lock -q
	echo "setuptools>=80" | uv pip compile --universal --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" - -o requirements-build.lock -q
	echo "atheris>=2.3" | uv pip compile --universal --generate-hashes --python-version 3.11 \
	  --custom-compile-command "make lock" - -o requirements-fuzz.lock -q
