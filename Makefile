# Two commands for a new user: `make suites` and `make test`. Both make .venv first, once.
PYTHON ?= python3
BIN := .venv/bin
# Waiting threads that spin make a shared machine many times slower.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: suites test lint types check encoder profile wheel clean

suites: .venv/ready  ## the robustness gate: robustness-report/index.html
	$(BIN)/pytest suites/

test: .venv/ready  ## the project's own tests
	$(BIN)/pytest tests/ -n 2

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

check: lint types test suites

wheel: .venv/ready
	$(BIN)/python -m build --wheel --no-isolation

encoder: .venv/ready  ## trains the shipped encoder anew from text in data/, about 25 minutes on one core
	$(BIN)/albert-robust pretrain --config docs/encoder.yaml --out build/encoder --threads 1

# Text whose translations are good enough for ceilings: prose that people translated.
CEILINGS := tico19 nextstrain opensource-guide udhr tatoeba african-storybook
profile: .venv/ready  ## calibrates the shipped encoder anew on text in build/parallel/, about three minutes
	$(BIN)/albert-robust calibrate --encoder builtin --parallel 'build/parallel/*.tsv.xz' \
	  --translations $(CEILINGS:%=build/parallel/%.tsv.xz) --weighting idf+norm --lsar 8 --abtt 1

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv .albert_robust robustness-report dist build
