.DEFAULT_GOAL := help
.PHONY: help check test bench demo fuzz crash soak storm shots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: ## Every check, as .ci/run runs them (20 minutes on 2 cores)
	.ci/run

test: ## The tests (2 minutes)
	go test ./...

bench: ## The benchmarks (a quarter of an hour on 2 cores; 24 GB of free disk)
	go test -run '^$$' -bench . -benchmem -timeout 60m ./...

demo: ## The whole of Ponte on this machine, with nothing installed
	go run ./cmd/ponte demo

fuzz: ## Every fuzz target for 5 minutes
	FUZZTIME=5m .ci/run fuzz

crash: ## 2,000 kills at random moments
	PONTE_CRASHES=2000 go test -count=1 -timeout 3h -v -run TestRandomKills ./internal/crashtest/...

soak: ## 20 minutes of ordinary work, with backups, restarts and kills
	PONTE_SOAK=20m go test -count=1 -timeout 40m -v -run TestSoak ./internal/loadtest

storm: ## 10 minutes of work in a Slack where everything goes wrong, and in such a Discord
	PONTE_STORM=10m go test -count=1 -timeout 90m -v -run 'Test(Slack|Discord)Storm' ./internal/loadtest

shots: ## Pictures of the console and the square, into docs/images
	PONTE_SHOTS=$(CURDIR)/docs/images go test -tags browser -count=1 -run TestShots ./internal/browsertest/...
