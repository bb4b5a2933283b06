# Two commands do everything on a machine with Python 3.11+, make and a network: `make run` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
NODE := $(BIN)/node
LIGHTHOUSE := 12.2.3
PROCESSES ?= 2# that share the tests out among them
export UV_PYTHON_DOWNLOADS := never
# Where the environment forbids it, as those of images do, each of our processes compiles all that it imports: seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check lint types contracts tests nightly bench bench-peers bench-pages chaos docs lock lock-jars clean help crowds audit site build client format

help:            ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

run: .venv/ready ## Start everything: engines, 80,000 programs, API and dashboard
	@$(BIN)/affindex up

test: lint types contracts tests ## What CI runs: lint, types, import contracts, all tests

lint: .venv/ready node_modules/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/zizmor --offline --quiet .github

	@mkdir -p .types
	$(BIN)/python -m app.api.openapi > .types/openapi.json
	$(NODE) node_modules/openapi-typescript/bin/cli.js .types/openapi.json --output .types/api.d.ts >.types/log 2>&1 || { cat .types/log; exit 1; }
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	$(NODE) node_modules/.bin/tsc --project .

format: .venv/ready node_modules/ready ## Format Python and the dashboard's JavaScript
	$(BIN)/ruff format .
	$(NODE) node_modules/.bin/biome check --write

types: .venv/ready
	$(BIN)/mypy
	$(BIN)/mypy --strict examples/python/affindex_client.py

contracts: .venv/ready
	$(BIN)/lint-imports

tests: .venv/ready
	$(BIN)/pytest -n $(PROCESSES) --dist loadscope

nightly: .venv/ready ## What takes longer: random schedules, races a hundred times, generated requests, the wheel on its own
	SCHEDULES=$${SCHEDULES:-1000} $(BIN)/pytest tests/instep/test_state_machine.py
	SCHEDULES=$${SCHEDULES:-200} $(BIN)/pytest tests/alerts/test_none_missed.py
	REPEATS=$${REPEATS:-100} $(BIN)/pytest -m waits
	CASES=$${CASES:-10000} $(BIN)/pytest tests/api/test_schemathesis.py
	RELEASE=1 $(BIN)/pytest tests/house/test_release.py
	AT_SCALE=1 $(BIN)/pytest tests/private/test_at_scale.py
	NIGHTLY=1 $(BIN)/pytest -n $(PROCESSES) --dist loadscope

chaos: .venv/ready ## Ten minutes of kills on engines of its own; SECONDS sets another time
	@$(BIN)/python -m tests.instep.chaos

audit:           ## Known vulnerabilities of what is locked, and a bill of materials (sbom.json)
	@sh deployment/audit.sh "$$(./bootstrap uv)"

crowds: .venv/ready ## What a crowd of clients gets of an engine that is slow
	@$(BIN)/python -m tests.api.crowds

bench: .venv/ready ## Measure import, index and search beside bare COPY, _bulk and _search
	@$(BIN)/affindex bench

bench-peers: .venv/ready ## Measure searches beside Postgres, SQLite and tantivy; MEILISEARCH=path beside Meilisearch too
	@$(BIN)/affindex bench --peers

bench-pages: .venv/ready .lighthouse/$(LIGHTHOUSE) ## Measure the dashboard's pages with Lighthouse, and how soon results follow a key; SCALE=0.1 with fewer programs
	@$(BIN)/python -m tests.benchmarks.pages --scale $${SCALE:-1}

docs: .venv/ready ## Write the pages that come from the code anew
	$(BIN)/python -m mappings.page > docs/fields.md
	$(BIN)/python -m app.api.openapi.routes_table docs/api.md

client: .venv/ready ## The types of the TypeScript example anew, from the OpenAPI document
	@mkdir -p dist
	$(BIN)/python -m app.api.openapi > dist/openapi.json
	cd examples/typescript && export PATH="$(CURDIR)/$(BIN):$$PATH" && npm ci --ignore-scripts --no-audit --no-fund && npx openapi-typescript ../../dist/openapi.json -o schema.d.ts

site: .venv/ready ## The documentation as a site, below dist/site/
	$(BIN)/mkdocs build

build: .venv/ready ## The wheel and the sdist, below dist/
	$(BIN)/python -m hatchling build

lock: .venv/ready ## Resolve the Python dependencies anew; hashes pin them, no index is named
	$$(./bootstrap uv) pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' --upgrade -o requirements.lock

clean:           ## Remove the environment; data and downloads stay
	rm -rf .venv .uv .types .lighthouse node_modules

# The environment, made anew when the lock or the project's own description changed.
.venv/ready: requirements.lock pyproject.toml bootstrap
	@./bootstrap environment $(PYTHON)
	@touch $@

# What looks at the dashboard's JavaScript, with the Node.js that came with the environment. Nothing of it is served.
node_modules/ready: package.json package-lock.json .npmrc | .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# What judges pages is heavy and for `make bench-pages` alone: it has a folder of its own. The Chromium is the machine's.
.lighthouse/$(LIGHTHOUSE): | .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm install --prefix .lighthouse --ignore-scripts --no-audit --no-fund --no-save --loglevel=error \
		lighthouse@$(LIGHTHOUSE) >/dev/null
	@touch $@
