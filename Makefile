# Upstander: `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DATA ?= var
INCIDENTS ?=
DATABASE_URL :=
PYTEST_ARGS ?=
IMAGE ?= upstander
BASE ?=
BEGIN ?=

BIN := .venv/bin
LOCKS := runtime demo dev node

.PHONY: help setup run test check bench image openapi words pictures lock
.PHONY: format lint types floors locks contract dockerfile compose

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  PORT=8000 DATA=var       where \`make run\` serves and keeps everything; two copies run side by side"
	@echo "  INCIDENTS=FILE.csv       force forms that \`make run\` loads beside the demo's own cases"
	@echo "  DATABASE_URL=...         a superuser's address of PostgreSQL 15 or later for \`make test\`; else it brings its own"
	@echo "  PYTEST_ARGS=...          more for pytest, such as \"tests/pages -x\""

run: ## a working demo agency on this machine; Ctrl-C ends it
	@requirements/install.sh run
	@exec $(BIN)/upstander demo --port "$(PORT)" --data "$(DATA)" $(if $(INCIDENTS),--incidents "$(INCIDENTS)")

test: setup check ## every check and every test
	@if [ -s .venv/browser ]; then UPSTANDER_BROWSER=$$(<.venv/browser); export UPSTANDER_BROWSER; fi; \
	if [ -s .venv/nginx ]; then UPSTANDER_NGINX=$$(<.venv/nginx); export UPSTANDER_NGINX; fi; \
	UPSTANDER_TEST_DATABASE_URL="$(DATABASE_URL)" exec $(BIN)/pytest -q -n 2 --dist loadfile $(PYTEST_ARGS)

setup: ## install what development needs
	@requirements/install.sh test

check: setup format lint types floors locks contract dockerfile compose ## form, types, floors, locks, contract, container files

# $(call quietly,what,command): one line; the command's own words only where it fails
quietly = @out=$$($(2) 2>&1) && echo "  ok      $(1)" || { echo "  FAILED  $(1)"; echo "$$out"; exit 1; }

format:
	$(call quietly,format,$(BIN)/ruff format --check .)

lint:
	$(call quietly,lint,$(BIN)/ruff check .)

types:
	$(call quietly,types,$(BIN)/mypy)

floors:
	$(call quietly,floors: no import runs up,$(BIN)/lint-imports)

locks:
	$(call quietly,locks hold no address,! grep -n '://' $(LOCKS:%=requirements/%.txt) app/pages/assets/package-lock.json tests/browser/package-lock.json)

contract:
	$(call quietly,openapi/openapi.json is OpenAPI,$(BIN)/openapi-spec-validator openapi/openapi.json)

dockerfile:
	$(call quietly,docker/Dockerfile and docker/front/Dockerfile,$(BIN)/hadolint docker/Dockerfile docker/front/Dockerfile)

compose:
	$(call quietly,docker/compose.yaml,$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml)

bench: setup ## filing, record, numbering, export, check, queue, force forms, pages, each beside a yardstick; no verdict
	@$(BIN)/python -u -m tests.bench

image: ## build the container image with docker, podman or buildah
	@options=(--tag "$(IMAGE)" --file docker/Dockerfile $(if $(BASE),--build-arg "BASE=$(BASE)")); \
	if docker info >/dev/null 2>&1; then exec docker build "$${options[@]}" .; \
	elif command -v podman >/dev/null; then exec podman build --format docker "$${options[@]}" .; \
	elif command -v buildah >/dev/null; then exec buildah build --format docker "$${options[@]}" .; \
	else echo "make image: no image builder here: start docker, or install podman or buildah." >&2; exit 1; fi

openapi: setup ## write openapi/ anew from the code
	@$(BIN)/upstander openapi

words: setup ## gather what people read into app/locales/ for translators; BEGIN=es begins a language
	@$(BIN)/upstander words $(if $(BEGIN),--begin "$(BEGIN)")

pictures: setup ## take the pictures of README.md and docs/ anew, from the browser stories
	@if [ -s .venv/browser ]; then UPSTANDER_BROWSER=$$(<.venv/browser); export UPSTANDER_BROWSER; fi; \
	exec $(BIN)/python -m tests.pictures

lock: setup ## write the locks anew from requirements/*.in and the package.json files
	@for lock in $(LOCKS); do \
	  (cd requirements && ../$(BIN)/uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-annotate \
	    --no-header --python-version 3.11 $$lock.in --output-file $$lock.txt); done
	@for folder in app/pages/assets tests/browser; do (cd $$folder && npm install --package-lock-only --loglevel=error); done
