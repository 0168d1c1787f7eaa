# Two commands matter: `make run` and `make test`. Everything they need is set up on the way, once.

PYTHON ?= $(shell command -v python3.11 || command -v python3.10)
PY := .venv/bin/python
MODEL := var/models/companion.tar.gz
# Bytecode is written even where the machine forbids it: compiling 160 packages at every start costs 20 seconds.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPATH := $(CURDIR)
# The certificates this machine trusts, as its own tools do: a hospital's network often has one of its own.
export UV_SYSTEM_CERTS ?= 1
# One thread a process: the assistant's matrices are small, and waking threads costs more than they save.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup train run run-production bench test check ask chat format evaluate evaluate-safety

help:
	@echo "make run            set up, train and start everything; Ctrl-C stops it"
	@echo "make test           run all tests (REQUIRE_ALL=1: none may be skipped)"
	@echo "make check          content, formatting, lint, types, Rasa's own data check"
	@echo "make ask TEXT='…'   what a patient would see for one message"
	@echo "make chat           a conversation in the terminal"
	@echo "make train          train the model if its sources have changed"
	@echo "make evaluate       measure how well messages are understood (FILE=questions.csv: your own; BASELINE=1, COMPARE=1)"
	@echo "make evaluate-safety  measure how surely danger is seen (BASELINE=1: hold later changes to these figures)"
	@echo "make bench          measure speed and memory beside Rasa's own starter project (QUICK=1: a short run, no report;"
	@echo "                    SCALE=1: two workers against one, on PostgreSQL and Redis)"
	@echo "make run-production start several of everything, on PostgreSQL, Redis and RabbitMQ, behind nginx"
	@echo "make format         format the code"

setup: .venv/.ready
train: $(MODEL)

.venv/.ready: requirements.lock
	@found=$$("$(PYTHON)" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	case "$$found" in \
		3.10|3.11) ;; \
		"") echo "Python 3.11 or 3.10 is needed and was not found; install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1 ;; \
		*) echo "Python 3.11 or 3.10 is needed; $(PYTHON) is $$found. Name another: make PYTHON=/path/to/python3.11" >&2; exit 1 ;; \
	esac
	@echo "Setting up: about two minutes the first time ..."
	@[ -x var/tools/bin/uv ] || { "$(PYTHON)" -m venv var/tools && var/tools/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@[ -x $(PY) ] || var/tools/bin/uv venv --quiet --python "$(PYTHON)" .venv
	@var/tools/bin/uv pip sync --quiet --require-hashes --compile-bytecode --python $(PY) requirements.lock
	@touch $@

$(MODEL): .venv/.ready config.yml domain.yml content/medicines.yml content/terms.yml content/red_flags.yml \
		$(wildcard data/*/*.yml companion/nlu/*.py companion/encoder/*.py companion/safety/*.py)
	@OMP_NUM_THREADS=$(shell nproc 2>/dev/null || echo 2) $(PY) -m companion train

run: $(MODEL)
	@$(PY) -m companion run

run-production: $(MODEL)
	@$(PY) -m companion run-production

bench: $(MODEL)
	@$(PY) -m companion bench $(if $(QUICK),--quick) $(if $(SCALE),--workers)

test: $(MODEL)
	@$(PY) -m pytest

ask: $(MODEL)
	@$(PY) -m companion ask "$(TEXT)"

chat: $(MODEL)
	@$(PY) -m companion chat

evaluate: $(MODEL)
	@$(PY) -m companion evaluate $(if $(FILE),--file "$(FILE)") $(if $(BASELINE),--baseline) $(if $(COMPARE),--compare)

evaluate-safety: $(MODEL)
	@$(PY) -m companion evaluate-safety $(if $(BASELINE),--baseline)

check: $(MODEL)
	@$(PY) -m companion check
	@.venv/bin/ruff format --check --quiet . || { echo "formatting differs; run 'make format'" >&2; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@$(PY) -m companion validate

format: .venv/.ready
	@.venv/bin/ruff format --quiet .
	@.venv/bin/ruff check --quiet --fix .
