# Two commands do everything on a machine with Python 3.11+, make and a network: `make run` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: run test check lint types contracts tests nightly bench chaos docs lock lock-jars clean help

help:            ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

run: .venv/ready ## Start everything: engines, 80,000 programs, API and dashboard
	@$(BIN)/affindex up

test: lint types contracts tests ## What CI runs: lint, types, import contracts, all tests

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

contracts: .venv/ready
	$(BIN)/lint-imports

tests: .venv/ready
	$(BIN)/pytest

nightly: .venv/ready ## At least 1,000 random schedules of the state machine, and the broken builds it must catch
	SCHEDULES=$${SCHEDULES:-1000} $(BIN)/pytest tests/instep/test_state_machine.py

chaos: .venv/ready ## Ten minutes of kills on engines of its own; SECONDS sets another time
	@$(BIN)/python -m tests.instep.chaos

bench: .venv/ready ## Measure import, index and search beside bare COPY, _bulk and _search
	@$(BIN)/affindex bench

docs: .venv/ready ## Write the pages that come from the code anew
	$(BIN)/python -m mappings.page > docs/fields.md
	$(BIN)/python -m app.api.page docs/api.md

lock: .venv/ready ## Resolve the Python dependencies anew; hashes pin them, no index is named
	$$(./bootstrap uv) pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' --upgrade -o requirements.lock

clean:           ## Remove the environment; data and downloads stay
	rm -rf .venv .uv

# The environment, made anew when the lock or the project's own description changed.
.venv/ready: requirements.lock pyproject.toml bootstrap
	@./bootstrap environment $(PYTHON)
	@touch $@
