# Everything starts from a bare `python3` with venv; nothing else is assumed installed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv demo test lint bench quality audit lock clean

venv: .venv/ready

.venv/ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: venv
	$(BIN)/paperwire demo

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	# Two at a time: most of their time goes into waiting for processes of their own.
	$(BIN)/pytest --numprocesses 2 --dist loadfile

bench: venv
	$(BIN)/python -m benchmarks

quality: venv
	$(BIN)/python -m benchmarks.quality

# Known weaknesses of what is locked, and code in the environment that would run unasked.
audit: venv
	$(BIN)/python .ci/audit.py

# Renews both lock files, for every platform at once. Addresses of package indexes never enter them.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: venv
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
