# Two commands for a new user: `make suites` and `make test`. Both make .venv first, once.
PYTHON ?= python3
BIN := .venv/bin
# Waiting threads that spin make a shared machine many times slower.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: suites test lint types check encoder profile finetuned wheel clean

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

# From translations in build/parallel/ and word lists in build/lexicon/, which docs/encoder.yaml names. What follows from the
# encoder is made anew too: its profile, and what the suites' models learn from it. An hour to an hour and a half on two cores.
SHIPPED := config.json model.safetensors tokenizer.json tokenizer_config.json
encoder: .venv/ready  ## trains the shipped encoder anew; an interrupted run goes on
	$(BIN)/albert-robust pretrain --config docs/encoder.yaml --out build/encoder
	cp $(SHIPPED:%=build/encoder/%) albert_robust/encoder/
	$(MAKE) profile finetuned

finetuned: .venv/ready  ## what the suites' models learn from the shipped encoder
	$(BIN)/albert-robust finetune suites/reviews/train.jsonl --task text-classification
	$(BIN)/albert-robust finetune suites/questions/train.jsonl --task question-answering

# Text for ceilings: prose that people translated, and that the encoder was not trained on.
CEILINGS := tico19 nextstrain opensource-guide udhr
profile: .venv/ready  ## calibrates the shipped encoder anew on text in build/parallel/, about three minutes
	$(BIN)/albert-robust calibrate --encoder builtin --out albert_robust/encoder/labs --parallel 'build/parallel/*.tsv.xz' \
	  --translations $(CEILINGS:%=build/parallel/%.tsv.xz) --weighting idf+norm --one-mean --lsar 8 --abtt 1

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv .albert_robust robustness-report dist build
