# SPDX-License-Identifier: GPL-2.0
#
# The front door. Targets only call scripts; `make help` lists them.

package-version := $(shell cat VERSION)

.DEFAULT_GOAL := help

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
	$(MAKE) -C $(KDIR) M=$(CURDIR)/src $(compiler) modules
