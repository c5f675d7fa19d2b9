# Every target sets up what it needs in .venv, a private environment.
PYTHON ?= python3
RUN = .venv/bin
WORKERS ?= 4

.PHONY: sweep test lint lowest clean

sweep: .venv/installed
	$(RUN)/python -m sweep -m lr=1e-2,1e-4 scale=1,0.1

# A file is run by one worker, in the order of tests/conftest.py; what tests start need not compile the package each time.
# Two workers a core: a third of their time they wait, for servers, limits and processes that are to end.
test: .venv/installed-dev
	PYTHONDONTWRITEBYTECODE= $(RUN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: .venv/installed-dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

# With exactly the lower bounds of pyproject.toml.
lowest:
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/pip install --quiet --disable-pip-version-check -c constraints-lowest.txt .
	.ci/lowest .venv-lowest/bin

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "sweep needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Into .venv goes what sweep needs, which may take minutes (on Linux pip's torch is some GB; the README has a small one)."
	$(RUN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-dev: .venv/installed
	$(RUN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv .venv-lowest
