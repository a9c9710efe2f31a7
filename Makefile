# The whole developer interface. Each target installs into .venv what it needs, once, and again
# only when pyproject.toml or requirements.lock has changed. Needs Python 3.11 or newer; name
# another one with `make PYTHON=python3.12 …`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Arguments for pytest: make test PYTEST_ARGS="tests/unit -k postings"
PYTEST_ARGS ?=

.PHONY: help demo test lint bench soak lock screenshots
.DEFAULT_GOAL := help

help:
	@echo "make demo    generate a demo shop, index it, and serve it"
	@echo "make test    run every test (those that need redis-server are skipped without it,"
	@echo "             but fail when CI=true)"
	@echo "make lint    style, format and types"
	@echo "make bench   measure, and print the tables of docs/benchmarks.md"
	@echo "make soak    kill all parts of a service hundreds of times, and go through thousands of"
	@echo "             random histories; an hour or two"
	@echo "make screenshots  take the pictures of docs/images anew; needs chromium and npm"
	@echo "make lock    pin what pyproject.toml asks for (UPGRADE=--upgrade for newer versions)"

demo: $(INSTALLED)
	$(BIN)/vitrina demo

test: $(INSTALLED)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

soak: $(INSTALLED)
	$(BIN)/python -m benchmarks.living_faults --faults 200 --seed 1
	$(BIN)/python -m benchmarks.living_faults --faults 200 --seed 2 --log redis
	$(BIN)/python -m benchmarks.change_faults --faults 200
	HISTORIES=200 $(BIN)/python -m pytest -q tests/properties/test_living_index.py
	CHAINS=36 SEED=2001 $(BIN)/python -m pytest -q tests/properties/test_living_histories.py

screenshots: $(INSTALLED)
	$(BIN)/python -m pytest --screenshots tests/integration/browser/test_screenshots.py

# Without --upgrade, pins that still fit stay as they are.
lock: $(INSTALLED)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --no-annotate --no-header --quiet $(UPGRADE) --output-file requirements.lock

$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	  "Vitrina needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". \
	  Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@touch $@
