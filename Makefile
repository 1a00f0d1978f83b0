# SPDX-License-Identifier: AGPL-3.0-or-later
# The commands of the product: `make run` starts the demo city, `make test` checks everything.

PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV_PYTHON := .venv/bin/python

.PHONY: help run test night messages lock

help:
	@grep -h '^#: ' Makefile | sed 's/^#: /  make /'

#: run [PORT=8000]   start the demo city on this machine; a second start keeps its data
run: python
	@$(PYTHON) innovato/run/preflight.py "$(PORT)"
	@$(PYTHON) innovato/run/install.py requirements.txt
	@exec $(VENV_PYTHON) innovato/run/start.py "$(PORT)"

#: test              run every check there is, on SQLite and, where a server answers, on PostgreSQL
test: test-environment
	@exec $(VENV_PYTHON) -m tests.run

#: night             run the long forms of the checks
night: test-environment
	@HYPOTHESIS_PROFILE=night exec $(VENV_PYTHON) -m tests.run night

#: messages          bring the English catalogue up to date with the texts in the code, and compile it
messages: test-environment
	@$(VENV_PYTHON) -m tests.architecture.catalogue

#: lock              pin the packages of the two lists anew, with hashes
lock: python
	@$(PYTHON) innovato/run/preflight.py
	@$(PYTHON) -m venv var/lock
	@var/lock/bin/python -m pip install --quiet pip-tools
	@for list in . tests; do CUSTOM_COMPILE_COMMAND="make lock" var/lock/bin/python -m piptools compile --quiet --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe \
		--output-file $$list/requirements.txt $$list/requirements.in || exit 1; done

.PHONY: python test-environment
python:
	@test -n "$(PYTHON)" || { echo "Python is missing: install 3.11 or later, on Debian with apt-get install python3 python3-venv." >&2; exit 1; }

test-environment: python
	@$(PYTHON) innovato/run/preflight.py
	@$(PYTHON) innovato/run/install.py requirements.txt tests/requirements.txt
