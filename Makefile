# Gatun's commands. `make` alone lists them.
MVN ?= mvn -B -q
THREADS ?= 2
FUZZ_SECONDS ?= 60
FUZZ_SEED ?= $(shell date +%s)000
KILLS ?= 1000
INPUTS ?= 100000
TORTURE_SEED ?= $(shell date +%s)000
MINUTES ?= 30
TORTURE_LOG := suite/target/torture.log
GATUN := suite/target/gatun/bin/gatun
SOURCES := $(shell find pom.xml bindings native suite results/expected results/facts results/tolerances.toml results/papers.toml results/figures.toml -type f \
  -not -path '*/target/*' -not -path 'suite/src/test/*' -not -path 'suite/src/bench/*' 2>/dev/null)

.PHONY: help build reproduce test it verify fuzz torture sensitivity soak jars bundle bench bench-claims bench-kernels bench-products kernels races traffic format bindings bindings-check cuda-libraries clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-16s %s\n", $$1, $$2}'

$(GATUN): $(SOURCES)
	$(MVN) package -DskipTests
	@touch $(GATUN)

build: $(GATUN) ## build the gatun command into suite/target/gatun

reproduce: $(GATUN) ## the main job: train, measure, judge and report; ARGS="A1 --seed 2" narrows it
	@$(GATUN) reproduce $(ARGS)

test: ## the tests that TEST names, such as TEST='Head*Test'; without it all that do not train
	$(MVN) test -Dsurefire.failIfNoSpecifiedTests=false $(if $(TEST),-Dtest='$(TEST)')

it: ## the tests that TEST names of those that train, such as TEST=BottleneckFaultsIT
	$(MVN) verify -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test='$(TEST)'

verify: ## every test, and the quick tier of every claim
	mvn -B verify

fuzz: ## damaged checkpoints for FUZZ_SECONDS (60), from seed FUZZ_SEED (the clock's); a failure prints its seed and keeps the files
	$(MVN) test -pl bindings,native,suite -Dtest=CheckpointFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dgatun.fuzz.seconds=$(FUZZ_SECONDS) -Dgatun.fuzz.seed=$(FUZZ_SEED)

torture: ## KILLS (1000) kills, INPUTS (100000) damaged files and hostile heads, from TORTURE_SEED (the clock's); prints one line of counts
	@mkdir -p $(dir $(TORTURE_LOG))
	@$(MVN) verify -pl bindings,native,suite -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dtest='DamagedResultsTest,CheckpointFuzzTest,HostileHeadsTest' -Dit.test=KillIT \
	  -Dgatun.torture.kills=$(KILLS) -Dgatun.torture.inputs=$$(($(INPUTS) * 3 / 4)) -Dgatun.torture.rounds=$$(($(INPUTS) / 10000 + 1)) \
	  -Dgatun.torture.seed=$(TORTURE_SEED) -Dgatun.fuzz.cases=$$(($(INPUTS) / 4)) -Dgatun.fuzz.seed=$(TORTURE_SEED) \
	  > $(TORTURE_LOG) 2>&1 || { cat $(TORTURE_LOG); exit 1; }
	@sed -n 's/^torture: //p' $(TORTURE_LOG) | paste -sd ';'

sensitivity: ## look for the smallest fault of every claim that is found, and store it in results/sensitivity.toml; IT='Head*' narrows it
	$(MVN) verify -pl bindings,native,suite -Dsurefire.failIfNoSpecifiedTests=false -Dgatun.test.jvms=1 -Dgatun.sensitivity=measure \
	  -Dtest='$(or $(IT),*)FaultsTest' -Dit.test='$(or $(IT),*)FaultsIT'

soak: ## a training run of MINUTES (30) holds its resident memory within 5 % from minute 2 on, and its file descriptors
	$(MVN) verify -pl bindings,native,suite -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=SoakIT \
	  -Dgatun.soak.minutes=$(MINUTES)

jars: ## sources and Javadoc of every module, beside its jar in target/
	$(MVN) package -DskipTests -Pjars

bundle: ## one archive for a Linux machine with no JDK: suite/target/gatun-<version>-linux-x86_64.tar.xz, and what measure --text adds
	$(MVN) package -DskipTests -Pbundle

bench: $(GATUN) ## speed beside the hardware's and PyTorch's; ARGS="--peer python3 --device cuda --out file.json" as you like
	@$(GATUN) bench $(ARGS)

bench-claims: $(GATUN) ## time and tokens/s of every claim at the quick tier, on THREADS (2) threads, into results/benchmarks
	@mkdir -p results/benchmarks
	@$(GATUN) reproduce --tier quick --threads $(THREADS) --out results/runs/bench-claims \
	  --timings results/benchmarks/claims-$(THREADS)-threads.json $(ARGS)

bench-kernels: ## kernels, native calls and spectra by JMH, into results/benchmarks/kernels.json; ARGS="Spectrum -p device=cpu,cuda" as you like
	@mkdir -p results/benchmarks
	$(MVN) package -DskipTests -Pbench \
	  -Dbench.arguments="-rf json -rff $(CURDIR)/results/benchmarks/kernels.json -f 1 -wi 3 -w 2 -i 5 -r 2 $(ARGS)"

bench-products: ## matrix products beside the BLAS library called directly; ARGS="f32-NN-512x512x512 -p device=cuda" as you like
	@mkdir -p results/benchmarks
	$(MVN) package -DskipTests -Pbench -Dbench.main=dev.gatun.bench.MatrixProductBenchmark \
	  -Dbench.arguments="--out $(CURDIR)/results/benchmarks/products.json $(ARGS)"

kernels: ## compile every kernel with the CUDA compiler at hand, and remember in native/compiled-kernels.txt which are clean
	$(MVN) verify -pl bindings,native,suite -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=KernelCompilationIT -Dgatun.kernels=record

races: ## run the contract on all emulated kernels with the detector of races, and remember in native/race-free-kernels.txt which have none
	$(MVN) verify -pl bindings,native,suite -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=RacesIT -Dgatun.races=record

traffic: ## count in the emulation what kernels move, and write it into native/kernel-traffic.txt
	$(MVN) verify -pl bindings,native,suite -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=KernelTrafficIT -Dgatun.traffic=record

format: ## rewrite the sources in google-java-format
	$(MVN) test -pl bindings,native,suite -Dtest=SourceFormatTest -Dsurefire.failIfNoSpecifiedTests=false -Dgatun.format=write

bindings: ## regenerate the bindings with an installed jextract (bindings/README.md)
	bindings/regenerate

bindings-check: ## regenerate the bindings and compare
	bindings/regenerate --check

cuda-libraries: ## for a machine with no more of CUDA than the driver: get NVIDIA's libraries
	@echo "This downloads 2.0 GB (org.bytedeco:cuda, into the local Maven repository) and unpacks 1.2 GB of it into"
	@echo "Gatun's cache (GATUN_CACHE): cuBLAS, cuSOLVER and NVRTC of CUDA 12.6, for GPUs up to compute capability 9.0."
	@echo "NVIDIA's licence applies to them: https://docs.nvidia.com/cuda/eula/"
	@test "$(ACCEPT_NVIDIA_EULA)" = yes || \
	  { echo "If you accept it: make cuda-libraries ACCEPT_NVIDIA_EULA=yes"; exit 2; }
	$(MVN) package -DskipTests -Pcuda-libraries -Dnvidia.eula.accepted=yes

clean: ## remove everything built
	$(MVN) clean
