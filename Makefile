# One gate for people and CI. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
PORT   ?= 8501
DATA   ?= $(HOME)/.local/share/oneblock-notebooks
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help venv run sandbox test check fmt cluster browser clean

help: ## Show what can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

venv: $(VENV)/.installed ## Prepare .venv with what the app needs

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	    echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "venv      $(VENV), with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(VENV)
	@echo "packages  from requirements.txt (about a minute, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "packages  from requirements-dev.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: venv ## Start the app on http://localhost:$(PORT); PORT and DATA can be set
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || \
	  { echo "Port $(PORT) is taken or can't be used. Choose another one: make run PORT=8600"; exit 1; }
	@NB_DATA="$(DATA)" exec $(BIN)/python -m streamlit run app.py --server.port=$(PORT)

sandbox: venv ## Start the sandbox alone, for kubectl; prints where its kubeconfig is
	@exec $(BIN)/python -m sandbox --data "$(DATA)/sandbox" --port 6443

test: $(VENV)/.installed-dev browser cluster ## Run every test that this machine can run
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder \
	  --durations=25 --cov --cov-report=
	@$(BIN)/python -m coverage report --include='nbcore/*' --omit='nbcore/kube/*' --fail-under=95

check: $(VENV)/.installed-dev ## Look at the code without running it: format, lint, types, arrows, leftovers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/vulture
	@$(BIN)/deptry .
	@$(BIN)/codespell

fmt: $(VENV)/.installed-dev ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

cluster: $(VENV)/.installed ## Build or find a real control plane for the tests
	@$(BIN)/python -m tests.cluster.build || [ -z "$(CI)" ]

browser: # Chromium for the end-to-end tests; installed only where that needs no password
	@sh tests/e2e/find_browser.sh || [ -z "$(CI)" ]

clean: ## Remove what was built here; volumes and notebooks in DATA stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
