# make            lists what can be done
# make run        sets everything up, indexes notes/ and opens the app; the second time it only opens the app

PYTHON ?= python3.11
BIN := .venv/bin
WORKERS ?= 2
BESIDE = --numprocesses=$(WORKERS) --dist=loadfile

# The question travels as an environment variable, exactly as typed: no quote, dollar or back-tick in it means anything.
export QUESTION := $(value Q)
unexport Q

.DEFAULT_GOAL := help
.PHONY: load load-server faults help run install ask test check test-ui pictures lint bench eval lock licences fuzz clean python

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

run: install  ## set up if need be, index the notes, open the app
	@$(BIN)/assistant index build
	@$(BIN)/assistant ui

install: python  ## set up: environment, packages, models (about 1.8 GB to download, once)
	@$(PYTHON) -m tools.setup

ask: install  ## answer a question in the terminal: make ask Q="What is a token?"
	@test -n "$$QUESTION" || { echo 'Say what to ask: make ask Q="What is a token?"' >&2; exit 2; }
	@$(BIN)/assistant ask -- "$$QUESTION"

test: python  ## set up for development, then check style, types, imports and behaviour
	@$(PYTHON) -m tools.setup --dev --models test
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest $(BESIDE)

check: lint  ## style, types, imports and the quick tests: under a minute (after make test has set up once)
	$(BIN)/pytest $(BESIDE) -m "not slow" --hypothesis-profile=quick tests/unit tests/property tests/reference tests/security

test-ui:  ## drive every tab in a real Chromium with the small model, on a desk and on a phone (after make test once)
	TEST_UI=full $(BIN)/pytest tests/ui

pictures:  ## take the pictures of the guide anew, with the default model (after make test once)
	$(BIN)/python -m tests.ui.pictures

lint:  ## check style, types and imports (after make test has set up once)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## measure this machine: index build, search, first word, decoding, memory, cold starts
	@$(BIN)/assistant bench

eval: install  ## measure search, answers, citations and abstention: make eval DATA=FOLDER (see docs/evaluation.md)
	@$(BIN)/assistant eval all $(if $(DATA),--data "$(DATA)")

lock:  ## fix newer versions of all packages, install them and run all tests (after make test has set up once)
	@$(BIN)/python -m tools.setup.lock $(if $(KEEP),--keep)
	@$(PYTHON) -m tools.setup --dev --models test
	@$(MAKE) --no-print-directory licences test

licences:  ## write docs/licences.md anew (after make test has set up once)
	@$(BIN)/python -m tools.setup.licences

load:  ## 20 tabs ask, quiz and upload at once for 10 minutes: make load MINUTES=10 (after make test has set up once)
	$(BIN)/python tests/load --minutes $(or $(MINUTES),10)

load-server:  ## 30 tabs ask a real server of the small model, four at once: make load-server MINUTES=5 (set up as above)
	$(BIN)/python tests/load --minutes $(or $(MINUTES),5) --clients 30 --browsers 2 --server real --parallel 4

faults:  ## kill -9 at random points of all that is written: make faults RUNS=200 (after make test has set up once)
	$(BIN)/python tests/faults --runs $(or $(RUNS),200)

fuzz: python  ## look for inputs that break what reads them: make fuzz MINUTES=60 (see docs/security.md)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/pip install --quiet 'atheris>=3,<4'
	$(BIN)/python tests/fuzz/fuzz.py --minutes $(or $(MINUTES),10)

clean:  ## remove the index, which the next run builds again; notes and models stay
	@find index -mindepth 1 ! -name README.md -delete

python:
	@$(PYTHON) -c '' 2>/dev/null || { \
		echo "There is no $(PYTHON). Install Python 3.11, then try again:" >&2; \
		echo "  Debian, Ubuntu: sudo apt install python3.11 python3.11-venv" >&2; \
		echo "  Fedora:         sudo dnf install python3.11" >&2; \
		echo "  macOS:          brew install python@3.11" >&2; \
		echo "Under another name: make PYTHON=/path/to/python3.11 ..." >&2; \
		exit 1; }
