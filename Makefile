.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

start: install ## Start everything and print URLs and keys; installs what is missing
	@$(PYTHON) -m stack start

stop: installed ## Stop everything; the data stays
	@$(PYTHON) -m stack stop

restart: stop start ## Stop and start: after changes to the parts or their settings

status: installed ## Show what runs, URLs and keys (o=env: lines for a .env file)
	@$(PYTHON) -m stack status $(if $(o),-o $(o))

logs: installed ## Follow the logs of all parts (part=rest: of one)
	@$(PYTHON) -m stack logs $(part)

reset: installed ## Delete all local data and start anew (yes=1: without asking)
	@$(PYTHON) -m stack reset $(if $(yes),--yes)
	@$(MAKE) --no-print-directory start

test: export WALLETBASE_TESTS = 1
test: install ## Run every check and test against a throw-away stack (only="tests/stack -k cors": some)
	@$(PYTHON) -m stack.trial $(only)

faults: install ## Kill parts two hundred times while people write, upload, import and export (cycles=20)
	@FAULT_CYCLES=$(or $(cycles),200) $(PYTHON) -m stack.trial tests/faults

migration: install ## Write what sql/ has and the migrations lack as a new one (name=add_goals; empty=1: by hand)
	@$(PYTHON) -m stack.migrations new "$(name)" $(if $(empty),--empty)

migrate: installed ## Apply new migrations to the running stack
	@$(PYTHON) -m stack migrate

rotate-keys: installed ## Sign tokens with a new key; nobody is signed out
	@$(PYTHON) -m stack rotate-keys

rollback: installed ## Undo the last migration applied to the running stack (yes=1: without asking)
	@$(PYTHON) -m stack.migrations rollback $(if $(yes),--yes)

types: install ## Write the client types for TypeScript and Python anew
	@$(PYTHON) -m stack.migrations types

pgtap: install ## Test sql/ as it stands in a scratch database (only=tests/pgtap/ledger: some)
	@$(PYTHON) -m stack.pgtap $(only)

docs: installed ## Write the pages that are made from tests anew
	@PYTHONPATH=tests/http $(PYTHON) -m operations.page
	@PYTHONPATH=tests/http $(PYTHON) -m roles

coverage: install ## Measure what the tests execute, of Python and SQL (only="--sql": by the tests in SQL alone)
	@$(PYTHON) -m stack.coverage $(only)

mutants: install ## Weaken the schema's security one thing at a time; a test has to notice each (only=budgets: some)
	@$(PYTHON) -m stack.mutants --only "$(only)"

console: installed ## Ask as an analyst: SQL with the saved questions of docs/questions at hand (console=psql: in psql)
	@$(PYTHON) -m stack.console $(console)

bench: install ## Measure rates and latencies on a throw-away stack, a quarter of an hour (quick=1: two minutes)
	@$(PYTHON) -m bench $(if $(quick),--quick)

lint: install ## Style and types, without a database
	@$(PYTHON) -m stack.checks --lint

check: install ## Lint, drift, plpgsql_check, database lint and advisors
	@$(PYTHON) -m stack.checks

installed:
	@test -x $(PYTHON) || { echo 'Nothing is installed here yet: make start'; exit 1; }

install: ## Install what is missing, start nothing
	@stack/install.sh

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: start stop restart status logs reset test faults migration migrate rotate-keys rollback types pgtap docs coverage mutants console bench lint check install installed help
