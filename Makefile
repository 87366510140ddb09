# Builds, tests and installs csp. `make help` lists what it can do.
#
# Variables:  FILE= ARGS=      the script that `make run` runs, and its arguments
#             CC=clang         another compiler         O=DIR       build in DIR instead of build/
#             SAN=1            ASan and UBSan           DEBUG=1     assertions, less optimisation
#             TSAN=1           ThreadSanitizer (docs/quality.md)
#             LINEEDIT=none    the REPL without readline
#             STATIC=          the command with all libraries linked dynamically
#             V=1              show the commands        WERROR=1    warnings are errors
#             ONLY= WAY=       which tests to run (see scripts/run-tests)
#             CFLAGS= CPPFLAGS= LDFLAGS=, AR= OBJCOPY= NM= PKG_CONFIG=: as usual; a cross compiler's are found by
#             its prefix
#             PREFIX= BINDIR= LIBDIR= INCLUDEDIR= MANDIR= DOCDIR=, DESTDIR= before all of them: where to install

O := build

# Make splits names at blanks: a folder with blanks in its name is opened, and named by its descriptor.
ifneq ($(words $(O)),1)
GOALS := $(or $(MAKECMDGOALS),all)
.PHONY: $(GOALS)
$(firstword $(GOALS)):
	$(shell [ -d '$(O)' ] || echo "mkdir -p '$(O)'")
	@[ ! -d '$(O)' ] || exec $(MAKE) --no-print-directory O=/proc/self/fd/9 $(GOALS) 9<'$(O)'
$(wordlist 2,$(words $(GOALS)),$(GOALS)): $(firstword $(GOALS)) ;
else

VERSION := $(shell cat VERSION)
ABI := 0

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG := $(findstring clang,$(CC))

# The tools that come with a cross compiler have its prefix.
CROSS := $(patsubst %gcc,%,$(notdir $(filter %-linux-gnu-gcc %-linux-gnueabihf-gcc,$(CC))))
ifeq ($(origin AR),default)
AR := $(CROSS)ar
endif
OBJCOPY ?= $(CROSS)objcopy
NM ?= $(CROSS)nm
PKG_CONFIG ?= $(CROSS)pkg-config
SETUP := LINEEDIT='$(LINEEDIT)' CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' CFLAGS='$(CPPFLAGS) $(CFLAGS)' scripts/setup

# ---- What is built: a release, a debug or a sanitizer build ----

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(SAN),1)
MODE := san
OUT := $(O)/san
CFLAGS ?= -O1 -g
# gcc's flow analysis is confused by its own instrumentation.
MODE_FLAGS := -DCSP_DEBUG $(SANITIZE) $(if $(CLANG),,-Wno-maybe-uninitialized)
MODE_LDFLAGS := $(SANITIZE)
else ifeq ($(TSAN),1)
# It does not know what the collector does: run with GC_DONT_GC=1.
MODE := tsan
OUT := $(O)/tsan
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG -fsanitize=thread -fno-omit-frame-pointer
MODE_LDFLAGS := -fsanitize=thread
else ifeq ($(FUZZ),1)
MODE := fuzz
OUT := $(O)/fuzz
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG $(SANITIZE) -fsanitize=fuzzer-no-link
MODE_LDFLAGS := $(SANITIZE)
else ifeq ($(COVERAGE),1)
MODE := coverage
OUT := $(O)/coverage
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG --coverage -fprofile-update=atomic $(if $(CLANG),,-Wno-maybe-uninitialized)
MODE_LDFLAGS := --coverage
else ifeq ($(DEBUG),1)
MODE := debug
OUT := $(O)/debug
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG
else
MODE := release
OUT := $(O)
CFLAGS ?= -O2 -g
endif

LIB_ROOMS := base msg ffi lexer parser compiler vm gc stdlib api
LIB_SRC := $(sort $(foreach room,$(LIB_ROOMS),$(wildcard $(room)/*.c $(room)/*/*.c)))
LIB_ASM := $(sort $(wildcard ffi/*.S))
READLINE_SRC := repl/terminal.c repl/keys.c
PLAIN_SRC := repl/plain.c
REPL_ALL := $(sort $(wildcard repl/*.c repl/*/*.c))
REPL_SRC := $(filter-out $(if $(filter none,$(LINEEDIT)),$(READLINE_SRC),$(PLAIN_SRC)),$(REPL_ALL))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
UNIT_SRC := $(sort $(wildcard tests/*/test_*.c))
SOAK_SRC := tests/soak/soak.c
FUZZ_SRC := $(addprefix tests/fuzz/,source.c session.c signature.c message.c)
STDLIB := $(sort $(wildcard stdlib/*.csp))

# ---- Flags ----

PKGS := bdw-gc libuv libutf8proc libffi gmp
LIBS := $(or $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null),-lgc -luv -lutf8proc -lffi -lgmp) -lm -lpthread -ldl
comma := ,
# The dynamic linker looks a symbol up in the libraries in this order, and most are the C library's.
# A sanitizer's has to be the first.
LIBC_FIRST := $(if $(filter release,$(MODE)),-lc)
# Thousands of pointers in tables are relocated at each start: in a few words that say where they are. Some linkers
# cannot do that, and others not as glibc wants it; then the command is linked without.
PACKED := $(if $(filter release,$(MODE)),-Wl$(comma)-z$(comma)pack-relative-relocs)
READLINE = $(if $(filter none,$(LINEEDIT)),,$(READLINE_FOUND))
READLINE_FOUND := $(or $(shell $(PKG_CONFIG) --libs readline 2>/dev/null),-lreadline)
# The command takes in what of these can be had as an archive that fits: most of a start was the dynamic linker's work
# for them. Not the collector: a library that a program opens may use it, too, and a process must have one. STATIC= takes
# in none.
STATIC ?= $(if $(filter release,$(MODE)),uv utf8proc ffi gmp readline)
archive = $(firstword $(wildcard $(foreach name,$(1) $(1)_a,$(shell $(CC) -print-file-name=lib$(name).a))))
take_in = $(foreach flag,$(1),$(or $(if $(filter $(STATIC:%=-l%),$(flag)),$(call archive,$(flag:-l%=%))),$(flag)))
TAKEN_READLINE = $(call take_in,$(READLINE)) \
	$(if $(findstring readline.a,$(call take_in,$(READLINE))),$(or $(call archive,tinfo),-ltinfo))
PKG_FLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null; $(PKG_CONFIG) --cflags-only-I readline 2>/dev/null)
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wvla
# Rows of a table leave out what is zero.
WARNINGS += -Wno-missing-field-initializers
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
DEFINES := -D_GNU_SOURCE -DGC_NO_THREAD_REDIRECTS
BASE_FLAGS := -std=gnu11 $(DEFINES) -iquote . -Iinclude $(PKG_FLAGS) $(WARNINGS)
ALL_CFLAGS := $(BASE_FLAGS) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS) $(MODE_FLAGS) $(CPPFLAGS)
ALL_LDFLAGS := $(MODE_LDFLAGS) $(LDFLAGS)

# Flags of one file: CFLAGS_<path without .c>. The interpreter loop keeps one indirect jump for each opcode, which
# gcc would otherwise merge into a single one that the processor predicts badly.
CFLAGS_vm/run/run := -ffp-contract=off $(if $(CLANG),,-fno-gcse -fno-crossjumping)

# Those that say the version; the others are not made anew when it changes.
DEFINES_api/csp := -DCSP_VERSION='"$(VERSION)"'
DEFINES_tests/api/test_csp := $(DEFINES_api/csp)

# Objects of different compilers or flags never mix: each combination has a folder of its own.
KEY := $(firstword $(shell printf '%s' "$(subst ",,$(CC) $(LINEEDIT) $(ALL_CFLAGS) $(CFLAGS_vm/run/run) $(ALL_LDFLAGS))" | cksum))
OBJ := $(O)/obj-$(notdir $(firstword $(CC)))-$(MODE)-$(KEY)

LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o) $(LIB_ASM:%.S=$(OBJ)/%.o) $(OBJ)/stdlib_csp.o
REPL_OBJ := $(REPL_SRC:%.c=$(OBJ)/%.o)
PLAIN_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(filter-out $(READLINE_SRC),$(REPL_ALL)))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(OBJ)/%.o)
UNIT_TESTS := $(UNIT_SRC:%.c=$(OBJ)/%)
SOAK := $(OBJ)/tests/soak/soak

# Rewritten when a source file comes or goes, so that what is made of all of them is made anew.
SOURCE_LIST := $(O)/sources.list
SOURCES := $(LIB_SRC) $(LIB_ASM) $(REPL_ALL) $(STDLIB)
ifneq ($(shell cat $(SOURCE_LIST) 2>/dev/null),$(SOURCES))
$(SOURCE_LIST): FORCE
endif
$(SOURCE_LIST):
	@mkdir -p $(O) && echo '$(SOURCES)' > $@

# ---- How ----

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),@:,@printf '  %-5s %s\n')
endif
# A make that already shares out jobs passes them on by itself.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUB = --no-print-directory $(PARALLEL)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help build unit-tests run test test-arm64 soak soak-program fuzz fuzz-programs \
	check conformance format bench bench-embed install uninstall deb clean setup FORCE

all: ## build/csp, build/libcsp.a and build/libcsp.so
	@$(SETUP) --dry-run build
	@$(MAKE) $(SUB) build

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@awk '/^# Variables:/,/^$$/ { sub(/^# ?/, ""); print }' Makefile

run: ## run FILE=script.csp with ARGS=…, or the REPL; installs what is missing first
	@$(SETUP) build
	@$(MAKE) -s -q $(OBJ)/csp 2>/dev/null || echo 'building csp $(VERSION) ($(CC), $(MODE)) ...' >&2
	@$(MAKE) $(SUB) -s $(OUT)/csp
	@exec $(OUT)/csp $(if $(FILE),'$(FILE)') $(ARGS)

test: ## all tests; installs what they need first
	@$(SETUP) build test
	@echo 'building csp $(VERSION) and its tests ($(CC), release) ...'
	@$(MAKE) $(SUB) -s SAN= DEBUG= build unit-tests
	@echo 'building csp $(VERSION) and its tests ($(CC), sanitizers) ...'
	@$(MAKE) $(SUB) -s SAN=1 DEBUG= build unit-tests
	@scripts/run-tests --csp $(O)/csp --san $(O)/san/csp --unit $(O)/unit.list --unit $(O)/san/unit.list \
		$(if $(WAY),--way '$(WAY)') $(ONLY)

# Left out: cli/, whose tests limit memory, descriptors and time of a process, and so the emulator's; corners.csp, where
# the collector, which is conservative, does not find all leaks on this machine; deep-values.csp, which takes minutes;
# run-errors, start-errors and each-failure, since a child of the emulator does not say why it cannot run a program;
# no-folder, where the script that stands for the command is told of the folder, too.
NOT_EMULATED := script/cli/ leaks/corners core/deep-values os/run-errors os/start-errors io/each-failure \
	stdlib-path/no-folder
test-arm64: ## the script tests of a build for arm64, under qemu-user (README: Building)
	@CC=aarch64-linux-gnu-gcc PKG_CONFIG=aarch64-linux-gnu-pkg-config scripts/setup --dry-run build arm64
	@$(MAKE) $(SUB) -s SAN= DEBUG= CC=aarch64-linux-gnu-gcc O=$(O)/arm64 build
	@printf '#!/bin/sh\nexec qemu-aarch64 "%s" "$$@"\n' "$$(realpath $(O)/arm64/csp)" > $(O)/arm64/emulated
	@chmod +x $(O)/arm64/emulated
	@scripts/run-tests --csp $(O)/arm64/emulated --way plain --patience 15 \
		$(NOT_EMULATED:%=--but %) $(or $(ONLY),tests/script/)

soak: ## the stress tests, SECONDS= in all (600), WAY= some of plain, slice, stress, san, threads, host, host-slice, net, net-slice …; ARGS=
	@$(SETUP) build
	@$(MAKE) $(SUB) -s SAN= DEBUG= build soak-program
	@case '$(SOAK_WAYS)' in *san*) $(MAKE) $(SUB) -s SAN=1 DEBUG= build soak-program ;; esac
	@for way in $(SOAK_WAYS); do \
		seconds=$$(($(SOAK_SECONDS) / $(words $(SOAK_WAYS)))); \
		case $$way in \
			san) program="$(O)/san/soak --way plain --seconds" ;; \
			host-san) program="$(O)/san/soak --way host --seconds" ;; \
			net) program="$(O)/csp tests/soak/net.csp" ;; \
			net-slice) program="env CSP_SLICE=1 $(O)/csp tests/soak/net.csp" ;; \
			net-stress) program="env CSP_GC_STRESS=5000 $(O)/csp tests/soak/net.csp" ;; \
			net-san) program="$(O)/san/csp tests/soak/net.csp" ;; \
			*) program="$(O)/soak --way $$way --seconds" ;; \
		esac; \
		ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allow_user_segv_handler=1:quarantine_size_mb=16 \
			$$program $$seconds $(ARGS) || exit 1; \
	done

fuzz: ## programs, sessions, signatures and messages of all kinds, by libFuzzer; SECONDS= each (600), ONLY=, SEED=; ARGS= inputs
	@$(SETUP) build fuzz
	@$(MAKE) $(SUB) -s SAN= DEBUG= FUZZ=1 CC=clang fuzz-programs
	@for name in $(or $(ONLY),source session signature message); do \
		SEED='$(SEED)' tests/fuzz/run $(O)/fuzz/$$name $$name $(or $(SECONDS),600) $(ARGS) || exit 1; \
	done

check: ## mistakes in our programs, tables of the documents, formatting, static analysis, includes, headers, exports
	@$(SETUP) build test check
	@$(MAKE) $(SUB) -s SAN= DEBUG= build
	@scripts/doc-tables --check --csp $(O)/csp
	@scripts/conformance --quiet
	@$(O)/csp check examples/*.csp stdlib/*.csp $$(find bench -name '*.csp')
	@$(MAKE) $(SUB) -s -k WERROR=1 \
		check-format check-rooms check-headers check-api check-text check-exports check-shadow check-cppcheck check-tidy
	@echo 'check: all is well'

conformance: ## the language, sentence by sentence, beside the script tests that show it; ARGS= names sections
	@scripts/conformance $(ARGS)

bench: ## our benchmarks beside the peers that are installed; ARGS= goes to bench/run
	@$(SETUP) build bench
	@$(MAKE) $(SUB) -s $(O)/csp
	@CSP=$(O)/csp bench/run $(ARGS)

LUA := $(firstword $(foreach P,lua5.4 lua-5.4 lua54,$(shell $(PKG_CONFIG) --exists $(P) 2>/dev/null && echo $(P))))
bench-embed: ## what calls cost, of scripts and of natives, beside Lua 5.4 if installed; ARGS= how many
	@$(SETUP) build bench
	@$(MAKE) $(SUB) -s $(O)/libcsp.a
	@for b in embed native; do \
		$(CC) -O2 -Iinclude $(if $(LUA),-DWITH_LUA $(shell $(PKG_CONFIG) --cflags $(LUA))) bench/embed/$$b.c \
			$(O)/libcsp.a $(LIBS) $(if $(LUA),$(shell $(PKG_CONFIG) --libs $(LUA))) -o $(O)/bench-$$b && \
		$(O)/bench-$$b $(ARGS) || exit 1; \
	done

bench-check: ## instructions of our benchmarks against bench/baseline.txt; UPDATE=1 writes them into it
	@$(SETUP) build bench-check
	@$(MAKE) $(SUB) -s SAN= DEBUG= LDFLAGS= $(O)/csp
	@CC='$(CC)' CSP=$(O)/csp bench/check $(if $(filter 1,$(UPDATE)),--update) $(ARGS)

coverage: ## lines that the tests reach, by room; WAY=plain,slice ONLY= as for test, ARGS=--lines: which are missed
	@$(SETUP) build test
	@$(MAKE) $(SUB) -s SAN= DEBUG= COVERAGE=1 build unit-tests
	@$(MAKE) $(SUB) -s SAN= DEBUG= COVERAGE=1 coverage-run

.PHONY: bench-check coverage coverage-run
coverage-run:
	@find $(OBJ) -name '*.gcda' -delete
	@GCOV_ERROR_FILE=/dev/null scripts/run-tests --csp $(OUT)/csp --unit $(OUT)/unit.list --patience 10 \
		--but tests/build/ --way '$(or $(WAY),plain)' $(ONLY) || \
		echo 'coverage: some tests fail; what they reach counts' >&2
	@scripts/coverage $(ARGS) $(OBJ) $(LIB_ROOMS)

setup: ## install what building, testing, checking and measuring need, with both compilers
	@$(SETUP) build test check bench-check fuzz

clean: ## remove what was built
	$(Q)cd $(O) 2>/dev/null && rm -rf obj-*-*-* csp csp-plain libcsp.a libcsp.so unit.list sources.list stdlib_csp.c soak \
		san tsan debug fuzz coverage clang arm64 deb installed; rmdir '$(realpath $(O))' 2>/dev/null || :

# ---- The library and the command ----

build: $(OUT)/csp $(OUT)/libcsp.a $(if $(filter release,$(MODE)),$(OUT)/libcsp.so)

# The folder of the objects holds what was made with them; the one above shows that of the latest make.
SHOWN := csp csp-plain libcsp.a libcsp.so
$(shell for name in $(SHOWN); do [ $(OUT)/$$name -ef $(OBJ)/$$name ] || echo $(OUT)/$$name; done): FORCE
$(SHOWN:%=$(OUT)/%): $(OUT)/%: $(OBJ)/%
	@mkdir -p $(OUT) && ln -f $< $@

# The libraries $(2), or, where they cannot be taken in, $(3).
link_csp = $(CC) $(CFLAGS) $(1) $(ALL_LDFLAGS) -o $@ $(LIBC_FIRST) $(filter %.o %.a,$^)
link_taken = $(call link_csp,$(1)) $(2) $(if $(STATIC),2>/dev/null || $(call link_csp,$(1)) $(3))
link_all = $(call link_taken,$(1),$(call take_in,$(LIBS)) $(TAKEN_READLINE),$(LIBS) $(READLINE))
$(OBJ)/csp: $(REPL_OBJ) $(OBJ)/libcsp.a $(SOURCE_LIST)
	$(say) LINK $(OUT)/csp
	$(Q)$(call link_all,$(PACKED))
	$(Q)$(if $(PACKED),readelf -V $@ | grep -q GLIBC_ABI_DT_RELR || $(call link_all))

# What LINEEDIT=none makes, beside the command, for its tests.
$(OBJ)/csp-plain: $(PLAIN_OBJ) $(OBJ)/libcsp.a
	$(say) LINK $(OUT)/csp-plain
	$(Q)$(call link_taken,,$(call take_in,$(LIBS)),$(LIBS))

# Both libraries show what csp.h declares and nothing else; the archive does it by being one object.
$(OBJ)/libcsp.a: $(LIB_OBJ) $(SOURCE_LIST)
	$(say) AR $(OUT)/libcsp.a
	$(Q)$(CC) $(CFLAGS) -r -nostdlib $(if $(CLANG),,-flinker-output=nolto-rel) -o $(@:.a=.o) $(LIB_OBJ)
	$(Q)$(OBJCOPY) --localize-hidden $(@:.a=.o)
	$(Q)rm -f $@ && $(AR) rcs $@ $(@:.a=.o)

$(OBJ)/libcsp.so: $(LIB_OBJ) api/csp.map $(SOURCE_LIST)
	$(say) LINK $(OUT)/libcsp.so
	$(Q)$(CC) -shared -Wl,-soname,libcsp.so.$(ABI) -Wl,--version-script,api/csp.map -Wl,--no-undefined $(CFLAGS) \
		$(ALL_LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)

# What the tests link: they look inside.
$(OBJ)/internal.a: $(LIB_OBJ) $(SOURCE_LIST)
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

# Of the folders of objects of a mode the four that were used last stay.
$(OBJ):
	@mkdir -p $@ && ls -td $(O)/obj-*-$(MODE)-* | tail -n +5 | xargs -r rm -rf

$(OBJ)/%.o: %.c | $(OBJ)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(DEFINES_$*) $(CFLAGS_$*) -c -o $@ $<

$(OBJ)/api/csp.o $(OBJ)/tests/api/test_csp.o: VERSION

# No -fcf-protection: the linker takes the mark of shadow stacks off a program with one such object.
$(OBJ)/%.o: %.S | $(OBJ)
	@mkdir -p $(@D)
	$(say) AS $<
	$(Q)$(CC) -iquote . -MMD -MP -c -o $@ $<

# The part of the standard library that is written in csp is compiled in as text.
$(O)/stdlib_csp.c: $(STDLIB) scripts/embed $(SOURCE_LIST)
	$(Q)scripts/embed $(STDLIB) > $@

$(OBJ)/stdlib_csp.o: $(O)/stdlib_csp.c | $(OBJ)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(REPL_OBJ:.o=.d) $(PLAIN_OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) $(UNIT_TESTS:=.d) $(SOAK).d \
	$(FUZZ_SRC:%.c=$(OBJ)/%.d)

# ---- Unit tests: one program for each tests/<room>/test_<what>.c ----

unit-tests: $(UNIT_TESTS) $(OUT)/csp-plain $(if $(filter release,$(MODE)),installed)
	@mkdir -p $(OUT) && realpath $(UNIT_TESTS) > $(OUT)/unit.list

$(UNIT_TESTS): %: %.o $(SUPPORT_OBJ) $(OBJ)/internal.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(OBJ)/internal.a -lcriterion $(LIBS)

# What the tests of hosts are compiled against: what `make install` puts there.
INSTALLED = $(realpath $(OUT))/installed
.PHONY: installed
installed: $(OUT)/installed/lib/pkgconfig/csp.pc

$(OUT)/installed/lib/pkgconfig/csp.pc: $(SHOWN:%=$(OBJ)/%) include/csp.h include/csp_tools.h \
		scripts/install scripts/csp.pc.in docs/csp.1 docs/libcsp.3 | $(SHOWN:%=$(OUT)/%)
	$(Q)DESTDIR= PREFIX='$(INSTALLED)' BINDIR='$(INSTALLED)/bin' LIBDIR='$(INSTALLED)/lib' \
		INCLUDEDIR='$(INSTALLED)/include' MANDIR='$(INSTALLED)/share/man' DOCDIR='$(INSTALLED)/share/doc/csp' \
		LIBS='$(LIBS)' VERSION='$(VERSION)' ABI='$(ABI)' O='$(OUT)' scripts/install >/dev/null

# A library of C functions of all kinds of signatures, for tests/ffi/test_conformance.c.
CONFORMANCE := $(OBJ)/tests/ffi/conformance.so
CFLAGS_tests/ffi/test_conformance := -DCONFORMANCE='"$(abspath $(CONFORMANCE))"'

$(O)/conformance.c: tests/ffi/generate
	@mkdir -p $(@D)
	$(Q)tests/ffi/generate > $@

$(CONFORMANCE): $(O)/conformance.c tests/ffi/conformance.h
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) -std=gnu11 -iquote . -fPIC -shared -o $@ $<

$(OBJ)/tests/ffi/test_conformance: $(CONFORMANCE)

# A library of C functions that overflow, call back and jump, for tests/vm/test_foreign*.c.
FOREIGN := $(OBJ)/tests/vm/foreign_library.so
CFLAGS_tests/vm/test_foreign := -DFOREIGN_LIBRARY='"$(abspath $(FOREIGN))"'
CFLAGS_tests/vm/test_foreign_overflows := $(CFLAGS_tests/vm/test_foreign)

# With the newer of the two tables of symbols alone, as many systems have it.
$(FOREIGN): tests/vm/foreign_library.c
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) -std=gnu11 -fPIC -shared -Wl,--hash-style=gnu -o $@ $<

$(OBJ)/tests/vm/test_foreign $(OBJ)/tests/vm/test_foreign_overflows: $(FOREIGN)

# A library with several versions of a function, for tests/ffi/test_library.c.
VERSIONED := $(OBJ)/tests/ffi/versioned.so
CFLAGS_tests/ffi/test_library := -DVERSIONED='"$(abspath $(VERSIONED))"'

$(VERSIONED): tests/ffi/versioned.c tests/ffi/versioned.map
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) -std=gnu11 -fPIC -shared -Wl,--version-script=tests/ffi/versioned.map -o $@ $<

$(OBJ)/tests/ffi/test_library: $(VERSIONED)

# What a call of C costs, beside plain libffi.
.PHONY: measure-ffi
measure-ffi: $(OBJ)/tests/ffi/measure
	@$<

$(OBJ)/tests/ffi/measure: tests/ffi/measure.c $(OBJ)/internal.a
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# ---- The stress test: tests/soak/ ----

SOAK_WAYS = $(or $(WAY),plain slice stress san threads host host-slice host-stress host-san)
SOAK_SECONDS = $(or $(SECONDS),600)
SOAK_PARTS := soak support threads ledger hosts hosts_deeds hosts_module

soak-program: $(SOAK)
	@mkdir -p $(OUT) && ln -f $(SOAK) $(OUT)/soak

$(SOAK): $(SOAK).o $(addprefix $(OBJ)/tests/support/,$(SOAK_PARTS:%=%.o)) $(OBJ)/internal.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# ---- The fuzzers: tests/fuzz/ ----


fuzz-programs: $(FUZZ_SRC:%.c=$(OBJ)/%)
	@mkdir -p $(OUT) && ln -f $^ $(OUT)

$(OBJ)/tests/fuzz/%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/support/fuzz.o $(OBJ)/internal.a
	$(say) LINK $(OUT)/$*
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# ---- Checks ----

HEADERS := $(sort $(wildcard $(addsuffix /*.h,$(LIB_ROOMS) vm/* repl repl/* include tests/support)))
ALL_C := $(LIB_SRC) $(REPL_ALL) $(SUPPORT_SRC) $(UNIT_SRC) $(SOAK_SRC) $(FUZZ_SRC) tests/ffi/measure.c
HOSTS := $(sort $(wildcard examples/embed/*.c examples/embed/*.cpp))
.PHONY: check-format check-includes check-rooms check-headers check-api check-text check-exports check-shadow check-valgrind \
	check-cppcheck check-tidy

check-format:
	@clang-format --dry-run -Werror $(ALL_C) $(HEADERS) $(HOSTS)

# The includes alone, which needs no build; with what the objects link to.
check-includes:
	@scripts/check-rooms

check-rooms: $(LIB_OBJ) $(REPL_OBJ)
	@scripts/check-rooms $(OBJ)

check-text:
	@scripts/check-text

# A stack that is changed by hand is none that the processor keeps a shadow of.
check-shadow: $(OBJ)/tests/ffi/test_native_stack
	@! readelf -n $(OBJ)/csp $< | grep SHSTK

# Some minutes, and no part of `check`.
check-valgrind: unit-tests ## calls of C, on stacks changed by hand, under valgrind's memcheck
	@scripts/check-valgrind

check-exports:
	@NM='$(NM)' scripts/check-exports $(O)/libcsp.a $(O)/libcsp.so

check-headers:
	@scripts/check-headers $(CC) $(BASE_FLAGS) -- $(HEADERS)

check-api:
	@scripts/check-api

check-cppcheck:
	@cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppressions-list=scripts/cppcheck.suppress -j$(shell nproc) \
		$(DEFINES) -UCSP_DEBUG -D'ElfW(type)=Elf64_##type' -I. -Iinclude $(LIB_SRC) $(REPL_ALL) $(SUPPORT_SRC)

# How many states of a function the analyzer goes through: ten times as many find little more, in five times the time.
TIDY_NODES ?= 20000
TIDY := $(LIB_SRC:%=tidy/%) $(REPL_ALL:%=tidy/%) $(SUPPORT_SRC:%=tidy/%)
.PHONY: $(TIDY)
check-tidy: $(TIDY)
$(TIDY): tidy/%:
	@clang-tidy --quiet --warnings-as-errors='*' $* -- $(BASE_FLAGS) $(DEFINES_$(*:.c=)) \
		-Xclang -analyzer-config -Xclang max-nodes=$(TIDY_NODES) 2>&1 | \
		awk '!/warnings? (generated|treated as error)/ { print; bad = 1 } END { exit bad }'

format: ## rewrite the C sources in the one format
	clang-format -i $(ALL_C) $(HEADERS) $(HOSTS)

# ---- Installation ----

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/csp
INSTALL := $(foreach name,DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR DOCDIR LIBS VERSION ABI O,$(name)='$($(name))') \
	scripts/install

install: ## the command, libraries, header, csp.pc, man page and licence; PREFIX= DESTDIR=
	@$(MAKE) $(SUB) -s SAN= DEBUG= build
	@$(INSTALL)

deb: ## Debian packages in build/deb: csp, libcsp0, libcsp-dev; checks them with lintian
	@$(SETUP) build deb
	@scripts/deb $(O)/deb
	@tests/build/packages $(O)/deb

uninstall: ## remove what `make install` with the same variables has installed
	@$(INSTALL) --remove

endif
