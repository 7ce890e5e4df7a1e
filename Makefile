# make run     install what is missing and serve the app (PORT=8501, ADDRESS=127.0.0.1)
# make cluster install Ray too and serve the app from several processes, nginx in front (PORT, ADDRESS)
# make test    install what is missing and run lint, types, unit, page and browser tests
# make bench   measure side by side with BertViz, trainings, what is measured of heads, and a cluster
# make load    measure a lecture hall: 100 visitors, memory, and faults
# make audit   look for known vulnerabilities in what is installed (part of make test)
# make models  fetch the lesson's models, for a machine that will have no network
# make format  mend what lint can mend
# make picture take the README's picture anew
PYTHON ?= python3
PORT ?= 8501
ADDRESS ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run cluster test bench load models lint audit format picture clean

run: $(VENV)/app.installed
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

cluster: $(VENV)/ray.installed
	PORT=$(PORT) ADDRESS=$(ADDRESS) exec $(BIN)/python -m cluster.run

test: $(VENV)/dev.installed $(VENV)/programs.installed lint audit
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

bench: $(VENV)/dev.installed $(VENV)/programs.installed
	$(BIN)/python -m benchmarks.attention
	$(BIN)/python -m benchmarks.learning
	$(BIN)/python -m benchmarks.heads
	$(BIN)/python -m benchmarks.switch_off
	$(BIN)/python -m benchmarks.beyond
	$(BIN)/python -m benchmarks.cluster
	$(BIN)/python -m benchmarks.cluster_faults

load: $(VENV)/dev.installed
	$(BIN)/python -m benchmarks.load

models: $(VENV)/app.installed
	$(BIN)/python -m backend.fetch

lint: $(VENV)/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(VENV)/dev.installed
	$(BIN)/python -m tests.audit

format: $(VENV)/dev.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

picture: $(VENV)/dev.installed $(VENV)/programs.installed
	PICTURE=docs/attention.png $(BIN)/pytest tests/e2e -k picture

$(VENV)/app.installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/ray.installed: requirements-ray.txt $(VENV)/app.installed
	$(BIN)/pip install --quiet --requirement requirements-ray.txt
	touch $@

$(VENV)/dev.installed: requirements-dev.txt $(VENV)/ray.installed
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	touch $@

$(VENV)/programs.installed: $(VENV)/dev.installed tests/install_programs.sh
	bash tests/install_programs.sh $(BIN)
	touch $@

clean:
	rm -rf $(VENV)
