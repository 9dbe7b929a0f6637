# `make` alone is a tour. Everything lives in this folder: the environment in .venv, the data in var.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
CODE := bot dialogs server deploy tests tools benchmarks

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

.PHONY: help
help:  ## This tour
	@echo "Connexions. Two commands are enough: make run, make test."
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Try it

.PHONY: run demo chat
run: setup  ## Start everything: database, web chat, worker (the first start sets it up)
	@exec $(BIN)/connexions run

demo: setup  ## The console with made-up people, a busy queue and an alarm, on a database of its own
	@exec $(BIN)/connexions demo

chat: setup  ## The conversation in this terminal
	@exec $(BIN)/connexions chat

##@ Work on it

.PHONY: test test-fast lint fix content messages bench
test: setup-test  ## Every check and every test, from nothing
	@$(MAKE) lint
	@$(BIN)/connexions ask hello >/dev/null  # learnt once here; both workers read it from the cache
	@chromium="$$($(BIN)/python -m tools.test_machine)" && \
		CONNEXIONS_TEST_CHROMIUM="$$chromium" $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test-fast: setup-test  ## The conversation, SMS, documents and the rules of the house: seconds
	@$(BIN)/python -m pytest -q --durations=3 \
		-m "not database and not browser and not node and not process and not hypothesis" \
		tests/dialogs tests/bot/sms tests/architecture tests/test_docs.py

lint: setup-test  ## Style, types, the direction of imports, catalogues
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python -m tools.messages check

fix: setup-test  ## Mend what the style checker can mend itself
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

content: setup  ## Hold the answer library to its limits
	@$(BIN)/connexions content check

messages: setup  ## Collect our own texts, bring the catalogues up to date, compile them
	@$(BIN)/python -m tools.messages update

bench: setup-test  ## Measure: the inbound path beside a floor, the alarm's path, the console under load, bookings (40 minutes)
	@missed=0; for part in benchmarks benchmarks.alarm_path benchmarks.console benchmarks.booking benchmarks.release_moves; do $(BIN)/python -m $$part || missed=1; done; exit $$missed

##@ Keep it

.PHONY: setup setup-test settings lock clean
setup:  ## The program's environment (.venv), from requirements.lock
	@$(PYTHON) tools/environment.py run

setup-test:  ## The same with the tests' tools, from requirements-test.lock
	@$(PYTHON) tools/environment.py test

settings: setup  ## Write README's table of settings anew, from server/settings.py
	@$(BIN)/python -m tools.settings_table README.md

lock:  ## Resolve every dependency anew, with hashes
	@$(PYTHON) tools/lock.py

clean:  ## Remove what was made here, except data (var) and the environment (.venv)
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
	@find locales -name '*.mo' -delete
