# Zhupi. `make help` lists what can be made.
SHELL := /bin/sh
.DEFAULT_GOAL := help
SERVE ?= 1
DATA ?= ../shared/data
PY := .venv/bin/python
BENCHMARKS := $(notdir $(basename $(shell grep -l '__main__' benchmarks/*.py)))
LOCK := $(PY) -m piptools compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-header \
	--allow-unsafe --generate-hashes --extra server
# Fonts that setup fetched for a machine without any.
ifneq ($(wildcard .venv/fonts),)
export ZHUPI_FONTS := $(CURDIR)/.venv/fonts
endif

.PHONY: help setup setup-dev demo test check format bench paddle judge lock clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv with everything that Zhupi needs (quick when it is there)
	@python=$$(sh scripts/find_python.sh) && "$$python" scripts/setup.py

setup-dev: ## The same, with what tests and checks need
	@python=$$(sh scripts/find_python.sh) && "$$python" scripts/setup.py --dev

demo: setup ## Play a whole exam into demo-output/, then serve it (SERVE=0: without serving)
	@$(PY) -m demo.play --data "$(DATA)" $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test: setup-dev ## Run all tests
	@$(PY) -m pytest -n 2 --dist loadgroup

check: setup-dev ## Run ruff, mypy and the import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: setup-dev ## Put the code into form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: setup-dev ## Run all benchmarks (DATA=folder with the samples)
	@for name in $(BENCHMARKS); do echo "== $$name"; $(PY) -m benchmarks.$$name --data "$(DATA)" || exit 1; done

paddle: setup ## Make .venv-paddle, where the PaddleOCR engine lives
	$(PY) scripts/make_paddle_env.py

judge: setup ## Make .venv-judge, where the local judge (PyTorch) is tested
	$(PY) scripts/make_judge_env.py

lock: setup-dev ## Pin the newest packages that pyproject.toml allows
	$(LOCK) --upgrade --output-file requirements.lock pyproject.toml requirements.in
	$(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml requirements.in

clean: ## Remove what was made, but no data (zhupi-data stays)
	rm -rf .venv .venv-paddle .venv-judge demo-output demo-data benchmarks/out .mypy_cache .ruff_cache .pytest_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
