# Two commands matter: `make demo` runs the main job on a made-up company, `make test` runs everything CI runs.
.PHONY: demo test bench docs weather lint types contracts tests docs-check setup setup-bench clean
BIN := .venv/bin
MATRIX := out/weather

demo: setup
	$(BIN)/keyrack-estate demo $(DEMO)

test: export KEYRACK_TEST = 1
test: setup lint types contracts docs-check tests

lint:
	$(BIN)/uv lock --check --quiet
	$(BIN)/ruff format --check --quiet src estate tests bench docs
	$(BIN)/ruff check --quiet src estate tests bench docs

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports --no-logo

tests:
	$(BIN)/pytest -n 2 --dist worksteal

docs: setup
	$(BIN)/python docs/generate.py

weather: export KEYRACK_TEST = 1
weather: setup
	rm -rf $(MATRIX)
	KEYRACK_MATRIX=$(abspath $(MATRIX)) $(BIN)/pytest -n 2 --dist loadfile $(shell grep -rl record_outcomes tests/providers)
	$(BIN)/python docs/weather.py $(MATRIX)

docs-check:
	$(BIN)/python docs/generate.py --check

bench: setup-bench
	$(BIN)/python -m bench $(BENCH)

setup:
	@scripts/setup.sh

setup-bench:
	@scripts/setup.sh --group bench

clean:
	rm -rf .venv .demo out .mypy_cache .ruff_cache .pytest_cache .hypothesis
