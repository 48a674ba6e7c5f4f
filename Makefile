# What a bare clone needs is python3 (3.11 or newer, with venv), git and make; everything else is installed into .venv.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# The environment is made again when what it is made from changes, and not otherwise.
READY := .venv/.ready-$(shell cat pyproject.toml requirements.lock requirements-uv.lock | cksum | tr ' ' -)
# Each daemon and each command that a test starts would compile all that it imports anew, which takes longer than importing it.
unexport PYTHONDONTWRITEBYTECODE

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

# What decides must be covered whole by its own tests. Those among them that start programs, servers and threads, and the
# edges to AWS, run with the rest: to measure them takes three times as long and shows nothing new.
MEASURED := $(addprefix tests/controller/,credentials lease loop notify permissions rules source web) tests/reconcilers
APART := $(addprefix tests/controller/,notify/test_notifier.py notify/test_once.py source/test_git.py source/test_git_commands.py \
	source/test_git_damage.py source/test_git_hosts.py source/test_rendering.py source/test_verification.py web/identity \
	web/test_following.py web/test_task_logs.py web/test_trust.py web/test_watching.py) \
	$(filter-out %/test_bucket.py %/test_counts.py %/test_pace.py,$(wildcard tests/reconcilers/aws/test_*.py)) \
	$(addprefix tests/reconcilers/,test_against_the_sandbox.py test_crashes.py test_histories.py test_task_logs.py)
REST := $(APART) $(filter-out $(MEASURED) tests/controller tests/reconcilers %__pycache__, \
	$(patsubst %/,%,$(wildcard tests/*/ tests/controller/*/)) $(wildcard tests/test_*.py tests/controller/test_*.py))
# What takes long and mostly waits, begun first: it would keep the rest waiting in the end.
LONG := $(addprefix tests/,story scenarios/test_notifications.py simulation replicas demo crash/test_stopped.py image \
	installation/test_keeping_itself.py controller/test_daemon_ends.py crash docs/test_sandbox.py page)
# Real servers, browsers and containers on two cores: what failed beside all that is asked once more, alone.
PYTEST := -m pytest --dist loadfile
ALONE := -n 1 --last-failed --last-failed-no-failures none

.PHONY: help demo test thorough check format lint types layers bench simulate simulate-bugs crash fuzz observed dashboards pictures image footprint lock clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

$(READY):
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing. Install it: sudo apt-get install python3 python3-venv (Debian, Ubuntu), sudo dnf install python3 (Fedora), brew install python (macOS)"; exit 1; }
	@command -v git >/dev/null || { echo "git is missing. Install it: sudo apt-get install git (Debian, Ubuntu), sudo dnf install git (Fedora), brew install git (macOS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Trueup needs Python 3.11 or newer. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3 has no venv. Install it: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv (once; about half a minute) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock 2>.venv/install.log || { cat .venv/install.log; exit 1; }
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

demo: $(READY) ## A release, a rollback, drift and a crash, on the embedded sandbox
	@$(BIN)/trueup demo

test: $(READY) ## The test suite on both cores; what decides must be covered whole
	@$(BIN)/coverage erase
	@$(BIN)/coverage run $(PYTEST) -n 3 $(MEASURED) $(APART:%=--ignore=%) || $(BIN)/coverage run $(PYTEST) $(ALONE) $(MEASURED) $(APART:%=--ignore=%)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@$(BIN)/python $(PYTEST) --no-loadscope-reorder -n 4 $(LONG) $(REST) || $(BIN)/python $(PYTEST) $(ALONE) $(REST)

thorough: $(READY) ## Worlds with each switch turned alone, and properties with ten times the examples
	@$(BIN)/python $(PYTEST) -n 2 -m "thorough or hypothesis" --hypothesis-profile=thorough tests

check: format lint types layers test ## Format, lint, types, layers and tests

format: $(READY)
	@$(BIN)/ruff format --check .

lint: $(READY) # hadolint comes for Linux only
	@$(BIN)/ruff check .
	@test ! -x $(BIN)/hadolint || $(BIN)/hadolint Dockerfile

types: $(READY)
	@$(BIN)/mypy

layers: $(READY)
	@$(BIN)/lint-imports

bench: $(READY) ## What sweeps, large fleets, floods and the page cost (20 minutes)
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.pressure 1000 100
	@$(BIN)/python -m tests.bench.pressure 10000 1000
	@$(BIN)/python -m tests.bench.floods
	@$(BIN)/python -m tests.bench.page

SEEDS ?= 2000
SEED ?=
simulate: $(READY) ## Seeded histories of the whole controller: SEEDS=200000, or SEED=7 alone
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))
	@$(if $(SEED),true,$(BIN)/python -m tests.simulation.bugs --replay --brief)

simulate-bugs: $(READY) ## Plant bugs in the controller, and search for the seed that finds each
	@$(BIN)/python -m tests.simulation.bugs

crash: $(READY) ## Kill the daemon at every call that it makes to AWS, in each of three ways
	@$(BIN)/python -m tests.crash

fuzz: $(READY) ## Feed everything that reads what others write with hostile input
	@$(BIN)/python -m tests.fuzz

observed: $(READY) ## Tell the demo's story beside Prometheus and Alertmanager; its figures
	@$(BIN)/python -m tests.story

dashboards: $(READY) ## Write Grafana's dashboards anew
	@$(BIN)/python -m tests.dashboards

pictures: $(READY) ## Draw the pictures of the docs anew
	@$(BIN)/python -m tests.pictures

image: ## Build the image, with docker, podman or buildah
	@for tool in docker podman buildah none; do $$tool info >/dev/null 2>&1 && break; done; \
	case $$tool in \
	  none) echo "Neither docker, podman nor buildah works here. Install one: sudo apt-get install podman"; exit 1 ;; \
	  docker) format= ;; \
	  *) format='--format docker' ;; \
	esac; \
	$$tool build $$format --build-arg VERSION=$(VERSION) --build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)" --tag trueup:$(VERSION) .

footprint: $(READY) ## What the image takes: size, time to start, memory
	@$(BIN)/python -m tests.image

lock: $(READY) ## Resolve the dependencies again
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url pyproject.toml --extra sandbox --extra oidc --group dev -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url pyproject.toml --extra oidc -c requirements.lock -o requirements-runtime.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group build -o requirements-build.lock

clean: ## Remove what the targets made
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* dist
