SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: run test build bench generate verify lint fuzz reproducible sbom licences vulnerabilities image-check help assets browser databases go torture load soak random mutants pictures lighthouse

# The same source gives the same bytes: no paths of this machine, no C compiler, the commit inside.
BUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=auto

# How long each fuzz target runs, and how often make torture kills the program.
FUZZTIME ?= 60s
KILLS ?= 200

# How many requests make random sends.
REQUESTS ?= 100000

# How long each part of make load lasts, in seconds.
SECONDS ?= 8

# How long make soak lasts, in seconds.
SOAK ?= 28800

run: go assets ## start the demo: the whole portal against a simulated Entra and Graph
	@echo 'Building the demo. The first time takes a minute or two.'
	@$(BUILD) -o bin/ ./cmd/fobdesk-demo
	@exec bin/fobdesk-demo

test: go static/node_modules/axe-core/axe.min.js assets browser databases ## run every test, the browser's included
	go test -parallel 6 $$(go list ./... | grep -v '/internal/e2e$$') # many wait, for a Graph that hangs
	go test -parallel 3 -timeout 15m ./internal/e2e # some wait, for a page or for Graph

build: go assets generate ## build the assets, the generated code and both programs into bin/
	$(BUILD) -o bin/ ./cmd/fobdesk ./cmd/fobdesk-demo

bench: go assets databases ## run the benchmarks and print their figures
	@echo "cores: $$(nproc)"
	@go test -run '^$$' -bench . -timeout 30m ./... | awk ' \
		/^Benchmark/ { name = substr($$1, 10); sub(/-[0-9]+$$/, "", name); printf "%-22s", name; \
			for (i = 3; i < NF; i += 2) printf "  %s %s", $$i, $$(i+1); print ""; next } \
		!/^(goos|goarch|pkg|cpu|PASS|ok|\?)/ { print }'

generate: ## generate Go from the templ files
	go tool templ generate

verify: ## fail if generated code, go.mod or the formatting is not what the tools make
	@sums() { find web -name '*_templ.go' -exec sha256sum {} + | sort; }; \
	before=$$(sums); go tool templ generate; \
	if [ "$$before" != "$$(sums)" ]; then \
		echo 'generated code was out of date: commit what make generate writes' >&2; exit 1; fi
	go mod tidy -diff
	@unformatted=$$(gofmt -l cmd internal static/*.go web); \
	if [ -n "$$unformatted" ]; then printf 'gofmt would change:\n%s\n' "$$unformatted" >&2; exit 1; fi

lint: ## run the linters of .golangci.yml
	go tool -modfile=.golangci/go.mod golangci-lint run

# A target whose time ends while an input is tried says that it failed, without an input (go.dev/issue/75804,
# mended in Go 1.27).
fuzz: ## run every fuzz target for FUZZTIME (60s), and print what each tried
	@figures=$$(mktemp); trap 'rm -f "$$figures"' EXIT; failed=0; \
	go test -list '^Fuzz' ./... | \
	awk '/^Fuzz/ {name[n++] = $$1} /^ok/ {for (i = 0; i < n; i++) print $$2, name[i]; n = 0}' > "$$figures.list"; \
	while read -r package target; do \
		said=ok; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null > "$$figures.one" 2>&1 || \
		if grep -q '^    context deadline exceeded' "$$figures.one" && ! grep -q 'Failing input' "$$figures.one"; then \
			said='ok, cut at its end'; \
		else said=FAILED; failed=1; cat "$$figures.one"; fi; \
		execs=$$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$$figures.one" | tail -n 1); \
		new=$$(sed -n 's/.*new interesting: \([0-9]*\).*/\1/p' "$$figures.one" | tail -n 1); \
		echo "$$package $$target $${execs:-0} $${new:-0} $$said" | tee -a "$$figures"; \
	done < "$$figures.list"; \
	echo; awk 'BEGIN {printf "%-26s %-26s %12s %6s  %s\n", "package", "target", "inputs", "new", "came to"} \
		{printf "%-26s %-26s %12d %6d ", $$1, $$2, $$3, $$4; for (i = 5; i <= NF; i++) printf " %s", $$i; print ""}' "$$figures"; \
	rm -f "$$figures.list" "$$figures.one"; exit $$failed

reproducible: go assets ## build the program twice, in two folders, and compare the bytes; FRESH=1 without what was built before
	@.release/reproducible

sbom: build ## write what the program is made of to bin/fobdesk.cdx.json (CycloneDX)
	$(call need,jq,jq)
	@.release/sbom

licences: go assets ## write the licences of what is linked to bin/licences.txt; refuse one that is not known
	@go test -count=1 ./cmd/fobdesk -run '^TestDEP03' -args -licences '$(CURDIR)/bin/licences.txt'
	@sed '/^$$/q' bin/licences.txt

vulnerabilities: go ## look for known vulnerabilities that the programs can reach
	@.release/vulnerabilities

image-check: build ## build the image's last stage with buildah, look at what it holds and run it
	@.release/image-check

pictures: go assets browser ## take the README's pictures anew, from the demo's tenant
	go test -count 1 ./internal/e2e -run '^TestTakeThePicturesOfTheREADME$$' -args -pictures '$(CURDIR)/static/readme'

torture: go assets databases ## kill the program KILLS times (200) and its database under load, fill its disk and set back its clock, and print the figures
	@FOBDESK_TEST_KILLS=$(KILLS) go test -count 1 -timeout 24h -v -run FIG04 ./cmd/fobdesk | \
	sed -e '/^=== /d' -e 's/^ *[a-z_]*_test\.go:[0-9]*: //'

load: go assets databases ## the program under load on SQLite and PostgreSQL, SECONDS (8) for each figure, and a table of them
	@FOBDESK_TEST_LOAD=$(SECONDS) go test -count 1 -p 1 -timeout 24h -v -run 'FIG01|FIG02' ./cmd/fobdesk ./internal/store | \
	sed -n -e 's/^ *[a-z_]*_test\.go:[0-9]*: load: //p' -e '/^ *--- FAIL/p' -e '/^FAIL/p' -e '/_test\.go:/p'

soak: go assets ## visit the program for SOAK seconds (eight hours), and see that nothing has grown
	@FOBDESK_TEST_SOAK=$(SOAK) go test -count 1 -timeout 0 -v -run FIG03 ./cmd/fobdesk | sed -e '/^=== /d' -e 's/^ *[a-z_]*_test\.go:[0-9]*: //'

random: go assets ## send the portal REQUESTS (100000) requests of every odd shape; no answer may be a fault or hold a secret
	@FOBDESK_TEST_REQUESTS=$(REQUESTS) go test -count 1 -timeout 24h -v -run FIG04 ./web | \
	sed -e '/^=== /d' -e 's/^ *[a-z_]*_test\.go:[0-9]*: //'

mutants: go assets ## change each guard in turn and see that a test notices; PACKAGES="internal/audit" for some
	@cd .mutants && go run . $(PACKAGES)

lighthouse: go assets browser .lighthouse/node_modules/lighthouse/package.json ## score four pages by Lighthouse: 100 each in performance, accessibility, best practices
	@FOBDESK_TEST_LIGHTHOUSE=1 go test -count 1 -timeout 15m -v -run Lighthouse ./internal/e2e | \
	sed -e '/^=== /d' -e 's/^ *[a-z_]*_test\.go:[0-9]*: //'

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# need,COMMAND,PACKAGE: the command is there afterwards, or it is said plainly what to install.
define need
	@if ! command -v $(1) >/dev/null; then \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
			echo '$(1) is missing: install it (on Debian: apt-get install $(2)) and run make again' >&2; exit 1; fi; \
		echo '$(1) is missing: installing $(2)'; \
		apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $(2); \
	fi
endef

go:
	@command -v go >/dev/null || { echo 'go is missing: install Go 1.26 (https://go.dev/dl/) and run make again' >&2; exit 1; }

browser:
	$(call need,chromium,chromium fonts-liberation fonts-ipafont-gothic)
	$(call need,firefox-esr,firefox-esr)
	$(call need,oathtool,oathtool)
	$(call need,zbarimg,zbar-tools)

# Debian keeps the server's programs out of the PATH; the tests look there, too.
databases:
	$(call need,sqlite3,sqlite3)
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then $(MAKE) --no-print-directory postgresql; fi

.PHONY: postgresql
postgresql:
	$(call need,initdb,postgresql)

# npm,OPTIONS: what the lock file asks for is installed. It replaces what was there.
define npm
	$(call need,npm,nodejs npm)
	cd static && npm ci --ignore-scripts --no-audit --no-fund $(1)
	@touch $@
endef

assets: static/node_modules/htmx.org/package.json
	@cd static && npm run --silent build

static/node_modules/htmx.org/package.json: static/package-lock.json
	$(call npm,--omit=dev)

# The tests' own packages come with the others.
static/node_modules/axe-core/axe.min.js: static/package-lock.json
	$(call npm,)
	@touch static/node_modules/htmx.org/package.json

# Lighthouse is large and for make lighthouse only.
.lighthouse/node_modules/lighthouse/package.json: .lighthouse/package-lock.json
	$(call need,npm,nodejs npm)
	cd .lighthouse && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
