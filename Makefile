# SPDX-License-Identifier: GPL-2.0
#
#   make [ARCH=aarch64|armv7|x86_64]    module, reader and a stock kernel to try them on
#   make demo [ARCH=…]                  traces a program in a guest with a stock Debian kernel
#   make check                          the tests that need no guest, and the checks of the sources
#   make test [CASE=…] [ARCH=…]         all tests, or some cases, on all architectures or one
#   make debug-kernel-test KERNEL=…     the cases with a kernel that checks itself: locks, kasan, rt, cfi, minimal
#   make bench                          all measurements
#   make help                           these and more
#
# For a kernel of your own, as with any out-of-tree module:
#   make KDIR=/path/to/kernel [ARCH=…] [CROSS_COMPILE=…] [LLVM=1] [modules|modules_install|clean|rust-analyzer]

ARCH ?= aarch64
# This project's names of architectures, and the kernel's.
arch-aarch64 := aarch64
arch-arm64   := aarch64
arch-armv7   := armv7
arch-arm     := armv7
arch-x86_64  := x86_64
arch-x86     := x86_64
karch-aarch64 := arm64
karch-armv7   := arm
arch := $(arch-$(ARCH))

ifdef KDIR

# Without ARCH on the command line, the kernel's build takes the architecture of the machine it runs on.
ifneq ($(origin ARCH),file)
kernel-arch := ARCH=$(or $(karch-$(ARCH)),$(ARCH))
endif
targets := modules modules_install clean rust-analyzer
.PHONY: $(targets)
$(targets):
	@scripts/check-kdir "$(KDIR)"
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(kernel-arch) $@
.DEFAULT_GOAL := modules

else

ifeq ($(arch),)
$(error ARCH=$(ARCH) is not known: say aarch64, armv7 or x86_64)
endif

.PHONY: all module reader reader-full docs size demo shell test check lint bench strace-suite rust-analyzer debug-kernel-test clean distclean help
.DEFAULT_GOAL := all

all: module reader ; @scripts/results $(arch)
module: ; @scripts/module $(arch)
reader: ; @scripts/reader $(arch)
reader-full: ; @scripts/reader --full $(arch)
docs: ; @scripts/docs
size: ; @scripts/size
demo: ; @scripts/demo $(arch)
shell: module reader ; @scripts/guest --arch $(arch) --shell
# One architecture only where it is asked for.
test: ; @scripts/test $(if $(filter file,$(origin ARCH)),,--arch $(arch)) $(CASE)
check: ; @scripts/test --lint --host
lint: ; @scripts/lint
strace-suite: module reader ; @scripts/strace-suite $(arch) $(PROGRAM)
bench: ; @scripts/bench $(if $(HOST),--host $(HOST),--arch $(arch))
rust-analyzer: ; @scripts/module $(arch) rust-analyzer
debug-kernel-test: ; @scripts/debug-kernel-test $(arch) $(or $(KERNEL),locks) $(CASE)
clean: ; @scripts/clean
distclean: ; @scripts/clean --all

help:
	@echo 'make                    build for ARCH=$(arch): build/$(arch)/{syscall_record.ko,syscall-record,vmlinuz}'
	@echo 'make module | reader    one of them'
	@echo 'make reader-full        build/$(arch)/syscall-record-full: knows the ioctl commands of rare devices, too'
	@echo 'make docs               man page and completions of the reader: build/man, build/completions'
	@echo 'make size               how large module and reader are, of all that are built'
	@echo 'make demo               trace a program in a guest'
	@echo 'make shell              a shell in a guest'
	@echo 'make test               all checks and tests; those in guests on all architectures, or with ARCH=… on one'
	@echo 'make test CASE=…        some of the cases in board/tests: CASE="edges follow"'
	@echo 'make check              the checks of the sources, and the tests that need no guest'
	@echo 'make lint               formatting, clippy, where unsafe may stand, shellcheck'
	@echo 'make strace-suite       what this tracer shows of the programs of strace'"'"'s own tests; PROGRAM="…": of some'
	@echo 'make bench              what calls, reading and a web server cost, traced and not; HOST=…: on a board'
	@echo 'make rust-analyzer      rust-project.json for editors'
	@echo 'make debug-kernel-test  cases with a kernel that checks itself; KERNEL=locks, kasan, rt, cfi or minimal (slow)'
	@echo 'make clean | distclean  remove what was built | and what was downloaded'
	@echo 'ARCH is aarch64 (the default), armv7 or x86_64. With KDIR=… see the head of the Makefile.'

endif
