# Every target first makes what it needs (setup/prepare.py); a second run starts at once.
PYTHON ?= python3
PREPARE = @$(PYTHON) setup/prepare.py --for
PYTEST = @$(PYTHON) setup/isolate.py .venv/bin/pytest
# One more than processors: a third of the tests wait for the timers of daemons.
WORKERS ?= $(shell expr $$(nproc) + 1)

.PHONY: demo test check fix compiled bench soak

demo:    # the main job; ARGS="--hold STEP" and the like are passed on
	$(PREPARE) demo
	@.venv/bin/bgpkit-node demo $(ARGS)

test:    # the whole suite, but for what is marked soak; ARGS="-k name" and the like are passed on
	$(PREPARE) test
	@$(PYTHON) setup/suite.py -n $(WORKERS) --dist loadgroup $(ARGS)

check:   # linters, type checkers, import contracts, house rules
	$(PREPARE) check
	@$(PYTHON) setup/check.py

fix:     # what a machine can put right
	$(PREPARE) check
	-@.venv/bin/ruff check --quiet --fix .
	@.venv/bin/ruff format --quiet .
	@.venv/bin/python -m tests.support.rfc_coverage --write
	@.venv/bin/python -m tests.support.json_page --write

compiled: # a wheel with the hot modules compiled, in .cache/compiled/wheel
	$(PREPARE) compiled

bench:   # every benchmark, one after the other
	$(PREPARE) bench
	@set -e; for program in benchmarks/[!_]*.py; do echo "== $$program"; .venv/bin/python "$$program"; done

soak:    # the long-running tests
	$(PREPARE) test
	$(PYTEST) -m soak $(ARGS)
