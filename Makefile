# SPDX-License-Identifier: GPL-2.0
#
# The front door. Targets only call scripts; `make help` lists them.

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Tests --------------------------------------------------------------------

.PHONY: demo check check-quick check-all
demo: ## See it work: our driver under real Xen, beside the kernel's own
	@tests/lab/lab demo

check: ## Run the tests, the quick ones first
	@scripts/run-stages check

check-quick: ## Run the tests that need no emulator
	@scripts/run-stages check-quick

check-all: ## Run every test in full
	@scripts/run-stages check-all

.PHONY: style static unit coverage sim soak bench-core doctor matrix packaging lab lab-all lab-debug bench
style: ## Check formatting, licence lines and whitespace
	@tests/static/run style

static: ## Check style, scripts, layers and sizes; run the static analysers
	@tests/static/run

unit: ## Run the unit tests of src/core, of the shims and of the lab's backend, in user space
	@tests/unit/run
	@tests/compat/run
	@tests/lab/backend/check

coverage: ## Run the unit tests and print how much of src/core they reach
	@tests/unit/run --coverage
	@tests/compat/run
	@tests/compat/mutants
	@tests/lab/backend/check

sim: ## Simulate the life of disks: a million I/Os with all that can befall them
	@tests/sim/run

soak: ## The same for SECONDS (600), from a seed of its own
	@tests/sim/run --soak $(or $(SECONDS),600)

bench-core: ## Count the instructions src/core spends per request
	@tests/bench-core/run

doctor: ## Test xen-blkfront-doctor and its manual on guests made of files
	@tests/doctor/run

matrix: ## Build the module for all kernels of the release [CELLS="6.1 7.2"]
	@tests/matrix/run $(CELLS)

packaging: ## Install and remove the packages in clean roots [SUITES="bookworm trixie" SCENARIOS=life]
	@tests/packaging/run $(SUITES)

# The lab reads SCENARIO, KERNEL, TYPE and DRIVER from the environment, as make passes them.
lab: ## Run scenarios under real Xen [SCENARIO= KERNEL= TYPE= DRIVER=]
	@tests/lab/lab run

lab-all: ## Run all scenarios on all kernels and guest types
	@tests/lab/lab all

lab-debug: ## Run them on kernels with KASAN, lockdep, kmemleak [SCENARIO= TYPE=]
	@tests/lab/lab debug

bench: ## Compare our driver's speed with the kernel's own, in one boot
	@tests/lab/lab bench

# --- The module ---------------------------------------------------------------
# dkms calls `make module KDIR=...` too. Which kernel is built for is always said
# by KDIR: the kernel that runs while we build is often another one.

kernel-config = $(firstword $(wildcard $(KDIR)/include/config/auto.conf $(KDIR)/.config))
kernel-text = $(shell sed -n 's/^CONFIG_$(1)="\{0,1\}\([^" ]*\).*/\1/p' $(kernel-config))
installed = $(shell command -v $(1) 2>/dev/null)

# The compiler the kernel was built with, if it is installed and none was asked for.
ifndef LLVM
ifneq ($(and $(KDIR),$(kernel-config)),)
ifeq ($(call kernel-text,CC_IS_CLANG),y)
clang-suffix := -$(shell expr $(call kernel-text,CLANG_VERSION) / 10000)
llvm-complete = $(and $(call installed,clang$(1)),$(call installed,ld.lld$(1)))
compiler := LLVM=$(if $(call llvm-complete,$(clang-suffix)),$(clang-suffix),1)
else ifneq ($(origin CC),command line)
kernel-cc := $(patsubst $(CROSS_COMPILE)%,%,$(call kernel-text,CC_VERSION_TEXT))
compiler := $(if $(call installed,$(CROSS_COMPILE)$(kernel-cc)),CC=$(CROSS_COMPILE)$(kernel-cc))
endif
endif
endif

.PHONY: module
module: ## Build src/xen-blkfront.ko for the kernel whose headers are at KDIR=...
	@test -n "$(KDIR)" || { \
		echo "make module: say which kernel: make module KDIR=/lib/modules/VERSION/build" >&2; exit 2; }
	@test -e "$(KDIR)/Makefile" || { \
		echo "make module: no kernel headers at $(KDIR): install that kernel's headers package" >&2; exit 2; }
	@test "$(words $(CURDIR) $(KDIR))" = 2 || { \
		echo "make module: the kernel's build system cannot work where a path has spaces: $(CURDIR)" >&2; exit 2; }
	@test -e "$(KDIR)/Module.symvers" -o -n "$(KBUILD_MODPOST_WARN)" || echo "make module: $(KDIR) was prepared," \
		"not built: it has no Module.symvers; if modpost calls that an error, say KBUILD_MODPOST_WARN=1" >&2
	$(MAKE) -C $(KDIR) M=$(CURDIR)/src $(compiler) modules

# --- Packages -----------------------------------------------------------------

.PHONY: deb kmod-deb rpm clean deps
deb: ## Build the Debian package into out/deb (needs no root)
	@scripts/build-deb

kmod-deb: ## Build a Debian package of the module for one kernel [KERNEL= or KDIR=]
	@KERNEL='$(KERNEL)' KDIR='$(KDIR)' scripts/build-kmod-deb

rpm: ## Build the RPM package into out/rpm (needs no root)
	@scripts/build-rpm

clean: ## Remove what was built or logged here (not the download cache)
	@scripts/clean

deps: ## Install the Debian packages that all of this needs
	@scripts/deps
