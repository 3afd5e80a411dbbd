# Gatun's commands. `make` alone lists them.
MVN ?= mvn -B -q
GATUN := suite/target/gatun/bin/gatun
SOURCES := $(shell find pom.xml bindings suite results/expected results/facts results/tolerances.toml -type f \
  -not -path '*/target/*' -not -path 'suite/src/test/*' -not -path 'suite/src/bench/*' 2>/dev/null)

.PHONY: help build reproduce verify bundle bench bench-kernels format bindings bindings-check clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-15s %s\n", $$1, $$2}'

$(GATUN): $(SOURCES)
	$(MVN) package -DskipTests
	@touch $(GATUN)

build: $(GATUN) ## build the gatun command into suite/target/gatun

reproduce: $(GATUN) ## the main job: train, measure, judge and report; ARGS="A1 --seed 2" narrows it
	@$(GATUN) reproduce $(ARGS)

verify: ## every test, and the quick tier of every claim
	mvn -B verify

bundle: ## one archive for a Linux machine with no JDK: suite/target/gatun-<version>-linux-x86_64.tar.xz
	$(MVN) package -DskipTests -Pbundle

bench: ## whole steps against PyTorch; PYTHON names a Python that has it, THREADS and PAIRS as you like
	$(MVN) package -DskipTests -Pbench

bench-kernels: ## kernels, native calls and matrix products by JMH; ARGS narrows it
	@mkdir -p results/benchmarks
	$(MVN) package -DskipTests -Pbench -Dbench.main=org.openjdk.jmh.Main \
	  -Dbench.arguments="-rf json -rff $(CURDIR)/results/benchmarks/kernels.json -f 1 -wi 3 -w 2 -i 5 -r 2 $(ARGS)"

format: ## rewrite the sources in google-java-format
	$(MVN) test -pl bindings,suite -Dtest=SourceFormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dgatun.format=write

bindings: ## regenerate the bindings with an installed jextract (bindings/README.md)
	bindings/regenerate

bindings-check: ## regenerate the bindings and compare
	bindings/regenerate --check

clean: ## remove everything built
	$(MVN) clean
