# make run    the whole product in its local profile: backend, writing pane and the Teams Playground
# make test   everything: checks, tests, browser tests, app package
# Others: setup, check, format, package HOST=… BOT_ID=… APP_ID=…, deploy-zip, chaos, bench, clean
SHELL := /bin/bash
.DEFAULT_GOAL := run
VENV := .venv
PY := $(VENV)/bin/python
PANE := outlook/static/index.html
PANE_SOURCES := $(shell find outlook/pane -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: run setup setup-run test check format package deploy-zip chaos bench clean

$(PY):
	@python="$$(dev/python313)" && "$$python" -m venv $(VENV)

$(VENV)/.runtime: $(PY) requirements.txt
	@echo "Installiere die Laufzeit …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	@echo "Installiere die Entwicklungswerkzeuge …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Amtsklar braucht Node und npm. Bitte installieren und erneut starten." >&2; exit 1; }
	@echo "Installiere die npm-Teile …"
	@npm ci --silent --no-audit --no-fund
	@touch $@

$(PANE): node_modules/.installed $(PANE_SOURCES)
	@echo "Baue den Schreibbereich …"
	@npm run --silent build -- --logLevel warn
	@touch $@

setup-run: $(VENV)/.runtime node_modules/.installed $(PANE)

setup: setup-run $(VENV)/.development
	@dev/need chromium chromium
	@dev/need soffice libreoffice-writer-nogui
	@dev/need pdftotext poppler-utils

# make run PERSON="Tobias Lindner" writes as another person of .m365agentsplayground.yml (he is not trained).
run: setup-run
	@AMTSKLAR_PERSON="$(PERSON)" exec $(PY) -m dev.run

check: $(VENV)/.development node_modules/.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	npm run --silent check
	node_modules/.bin/pyright

format: $(VENV)/.development
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

test: setup check
	$(PY) -m pytest

# The defaults make a package to look at; a town gives its own three values.
HOST ?= amtsklar.musterstadt.example
BOT_ID ?= 22222222-2222-4222-8222-222222222222
APP_ID ?= 44444444-4444-4444-8444-444444444444
package: $(VENV)/.runtime node_modules/.installed
	$(PY) -m manifest --host "$(HOST)" --bot-id "$(BOT_ID)" --app-id "$(APP_ID)" --out dist/amtsklar.zip

# What Azure runs, for Functions One Deploy; see docs/admin.md.
deploy-zip: setup-run
	$(PY) infra/deploy_zip.py --out dist/deploy.zip

# 20,000 generated requests of both doors.
chaos: setup
	AMTSKLAR_GENERATED=7000 $(PY) -m pytest tests/test_generated_requests.py

bench: setup
	$(PY) -m benchmarks

clean:
	rm -rf $(VENV) node_modules outlook/static dist
