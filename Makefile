# Two commands set everything up on a fresh Debian 12 with git, make and python3-venv:
#   make demo   one simulated human demonstration, compiled to a robot skill, evaluated, with a report
#   make test   the tests
# While working: make quick (tests that take no minutes), make check (style and types).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export MUJOCO_GL ?= egl
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test quick check format docs wheel system browser clean evidence-02 evidence-motion evidence-ablation evidence-policies evidence-planning evidence-sight \
  evidence-runtime removals

demo: $(STAMP) system
	$(BIN)/python -m benchmarks.demo

test: $(STAMP) system browser
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What tells within a minute whether a change is sound; `make test` runs all.
quick: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p .typecheck && ln -sfn .. .typecheck/skillc
	$(BIN)/mypy -p skillc.compiler -p skillc.runtime -p skillc.benchmarks

format: $(STAMP)
	$(BIN)/ruff check --fix . || true
	$(BIN)/ruff format .

docs: $(STAMP)
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.generate tutorial.md

wheel: $(STAMP)
	rm -rf dist build/wheel && $(BIN)/python -m build --wheel --outdir dist .

# The packages headless rendering needs: installed where we may, named in one line where we may not.
system:
	@$(PYTHON) docs/system_packages.py

browser:
	@$(PYTHON) docs/system_packages.py browser

$(STAMP): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): about 0.6 GB to download, 2.2 GB on disk."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --upgrade pip
	$(BIN)/pip install -q -c constraints.txt -e ".[dev]"
	touch $(STAMP)

# Long runs: minutes to hours. REAL=folder adds the real videos.
evidence-02: $(STAMP)
	$(BIN)/python -m benchmarks.mistakes
	$(BIN)/python -m benchmarks.meaning
	$(BIN)/python -m benchmarks.frontend

# One table of one commit, in parts if need be: ONLY='real_*' MINUTES=30 SEALED=1.
evidence-motion: $(STAMP) system
	$(BIN)/python -m benchmarks.evidence_motion $(if $(REAL),--real $(REAL)) $(if $(ONLY),--only '$(ONLY)') \
	  $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEALED),--sealed)

# What each part of refinement buys (Table 5's question).
evidence-ablation: $(STAMP) system
	$(BIN)/python -m benchmarks.evidence_ablation $(if $(REAL),--real $(REAL)) $(if $(ONLY),--only '$(ONLY)')

# What each part of a policy adds, paired, and beyond what it met (BUILDS=folder takes trained builds by task).
evidence-policies: $(STAMP) system
	$(BIN)/python -m benchmarks.evidence_policies $(if $(REAL),--real $(REAL)) $(if $(ONLY),--only '$(ONLY)') \
	  $(if $(BUILDS),--builds $(BUILDS)) $(if $(N),--n $(N)) $(if $(MINUTES),--minutes $(MINUTES))

# The same trials told and seen: objects located in rendered depth beside objects that the simulator tells (BUILDS='build/a').
evidence-sight: $(STAMP) system
	$(BIN)/python -m benchmarks.sight $(BUILDS)
	$(BIN)/python -m benchmarks.evidence_sight $(BUILDS) $(if $(N),--n $(N))

# Planned skills among obstacles, and free ways beside plain OMPL's (BUILDS='build/a build/b' are finished builds).
evidence-planning: $(STAMP) system
	$(BIN)/python -m benchmarks.planning --json benchmarks/results/planning_free_ways.json
	$(if $(BUILDS),$(BIN)/python -m benchmarks.evidence_planning $(BUILDS) $(if $(N),--scenes $(N)) --json benchmarks/results/planning_scenes.json)
	$(if $(BUILDS),$(BIN)/python -m benchmarks.replanning $(BUILDS) $(if $(N),--runs $(N)) --json benchmarks/results/planning_replanning.json)
	$(BIN)/python -m docs.generate

# Checks taken out one at a time; each must be missed by a test.
removals: $(STAMP)
	$(BIN)/python -m benchmarks.removals --list build

# Execution: checks of core, loop, filter and drivers taken out; ten million ticks of hostile commands; a thousand seeds of
# faults; a thousand mutated builds; a hand whose process is killed; what a tick costs. BUILD is a built skill; FUZZ, SOAK
# and CASES shorten it.
evidence-runtime: $(STAMP)
	$(BIN)/python -m benchmarks.removals --list runtime safety drivers sight
	$(BIN)/python -m benchmarks.filter_fuzz $(BUILD) --ticks $(or $(FUZZ),10000000) --json benchmarks/results/filter_fuzz.json
	SKILLC_SOAK=$(or $(SOAK),1000) $(BIN)/python -m pytest -q tests/machine/test_soak.py
	$(BIN)/python -m benchmarks.loader_fuzz $(BUILD) --cases $(or $(CASES),1000)
	$(BIN)/python -m benchmarks.kill_hand
	$(BIN)/python -m benchmarks.runtime $(BUILD) --minutes 10 --json benchmarks/results/runtime.json

clean:
	rm -rf $(VENV) .typecheck dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache
