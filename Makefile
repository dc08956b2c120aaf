# The one door. Everything private lands in .venv/ and var/; repeated calls cost nothing.
#   make demo        start a demonstration city           make test    everything that must hold
#   make quick       checks, rules and acts, < 2 min       make check   form, types, layers, migrations
#   make mechanisms  which mechanisms work, by scenario   make bench   rates and latencies as JSON
#   make web         build the pages' scripts and styles  make lock    compile the lock files again
#   make clean       forget the environment; var/ (the data) stays

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
ROOT := $(CURDIR)
VENV := $(ROOT)/.venv
PY := $(VENV)/bin/python
MULIN := $(VENV)/bin/mulin
RUN := $(VENV)/.run.stamp
DEV := $(VENV)/.dev.stamp
BROWSER := $(VENV)/.browser.stamp
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --quiet --require-hashes --no-deps
export DJANGO_SETTINGS_MODULE := mulin.config.settings

.PHONY: help demo serve test quick check bench mechanisms web web-check lock clean

help:
	@sed -n '2,7p' Makefile | cut -c3-

# --- what people run -------------------------------------------------------------------------------------

demo: $(MULIN)
	@exec $(MULIN) demo --port $(PORT) $(if $(PACK),--pack $(PACK)) $(if $(NEW),--new-passwords)

serve: $(MULIN)
	@exec $(MULIN) serve --port $(PORT)

# --- what developers run ---------------------------------------------------------------------------------

test: check web-check $(BROWSER)
	@failed=0; \
	$(PY) -m pytest -n 2 --ignore=tests/rules --ignore=tests/domain --ignore=tests/mechanisms || failed=1; \
	$(PY) -m pytest -n 2 tests/rules tests/domain tests/mechanisms \
	  -p tests.coverage_report --cov --cov-report=json:$(VENV)/coverage.json || failed=1; \
	exit $$failed

quick: check
	@$(PY) -m pytest -n 2 -m "not slow and not browser" tests/rules tests/domain tests/house

check: $(DEV)
	@$(VENV)/bin/ruff format --check --quiet . || { echo "run: $(VENV)/bin/ruff format ."; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports
	@MULIN_PLAIN_STATIC=1 $(PY) -W ignore -m django makemigrations --check --dry-run

bench: $(DEV)
	@$(PY) -m benchmarks

mechanisms: $(DEV)
	@$(PY) -m pytest -p tests.mechanisms.table tests/mechanisms

web: $(DEV)
	@$(MAKE) -C web build PYTHON=$(PY)

web-check: $(DEV)
	@$(MAKE) -C web check PYTHON=$(PY)

# uv compiles, pip installs: no index address gets into a lock file.
lock: $(DEV)
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 pyproject.toml -o requirements.lock
	@$(VENV)/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --constraint requirements.lock \
	  --group dev pyproject.toml -o requirements-dev.lock

clean:
	@rm -rf $(VENV) web/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*

# --- what they need --------------------------------------------------------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mulin needs Python 3.11 or later; name one: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Installing Debian's python3-venv"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3-venv >/dev/null; }
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock | $(PY)
	@echo "Installing what Mulin needs to run (about half a minute, once)"
	@$(PIP) -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock $(MULIN)
	@echo "Installing what developers need"
	@$(PIP) -r requirements-dev.lock
	@touch $@

# The checkout itself: a line in site-packages and a three-line program; nothing is built or fetched.
$(MULIN): Makefile | $(RUN)
	@echo "$(ROOT)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/mulin.pth"
	@printf '#!%s\nfrom mulin.config.main import main\nmain()\n' "$(PY)" > $@
	@chmod +x $@

# The journeys need a browser and letters to draw, the catalogues a compiler; all come from Debian.
$(BROWSER): | $(DEV)
	@if ! command -v chromium >/dev/null || ! command -v msgfmt >/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then \
	  echo "Installing Chromium, Chinese fonts and gettext for the tests"; \
	  $(SUDO) apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq chromium fonts-noto-cjk fontconfig gettext >/dev/null; \
	fi
	@command -v chromium >/dev/null && command -v msgfmt >/dev/null && fc-list :lang=zh | grep -q . \
	  || { echo "Chromium, Chinese fonts or gettext are missing and could not be installed"; exit 1; }
	@touch $@
