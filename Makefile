# Builds, tests and installs csp. `make help` lists what it can do.
#
# Variables:  FILE= ARGS=      the script that `make run` runs, and its arguments
#             CC=clang         another compiler         WERROR=0   warnings are no errors
#             SAN=1            ASan and UBSan           DEBUG=1    assertions, less optimisation
#             V=1              show the commands        ONLY= WAY=  which tests to run (see scripts/run-tests)
#             PREFIX= DESTDIR= where `make install` puts things

VERSION := $(shell cat VERSION)
ABI := 0
PREFIX ?= /usr/local

ifeq ($(origin CC),default)
CC := gcc
endif
AR ?= ar
CLANG := $(findstring clang,$(CC))

# ---- What is built: a release, a debug or a sanitizer build ----

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ifeq ($(SAN),1)
MODE := san
OUT := build/san
CFLAGS ?= -O1 -g
# gcc's flow analysis is confused by its own instrumentation.
MODE_FLAGS := -DCSP_DEBUG $(SANITIZE) $(if $(CLANG),,-Wno-maybe-uninitialized)
MODE_LDFLAGS := $(SANITIZE)
else ifeq ($(FUZZ),1)
MODE := fuzz
OUT := build/fuzz
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG $(SANITIZE) -fsanitize=fuzzer-no-link
MODE_LDFLAGS := $(SANITIZE)
else ifeq ($(DEBUG),1)
MODE := debug
OUT := build/debug
CFLAGS ?= -O1 -g
MODE_FLAGS := -DCSP_DEBUG
else
MODE := release
OUT := build
CFLAGS ?= -O2 -g
endif

LIB_ROOMS := base lexer parser compiler vm gc stdlib api
LIB_SRC := $(sort $(foreach room,$(LIB_ROOMS),$(wildcard $(room)/*.c)))
REPL_SRC := $(sort $(wildcard repl/*.c))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
UNIT_SRC := $(sort $(wildcard tests/*/test_*.c))
SOAK_SRC := tests/soak/soak.c
FUZZ_SRC := tests/fuzz/source.c tests/fuzz/session.c
STDLIB := $(sort $(wildcard stdlib/*.csp))

# ---- Flags ----

PKGS := bdw-gc libuv libutf8proc
LIBS := $(or $(shell pkg-config --libs $(PKGS) 2>/dev/null),-lgc -luv -lutf8proc) -lgmp -lm -lpthread -ldl
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wvla
ifneq ($(WERROR),0)
WARNINGS += -Werror
endif
DEFINES := -D_GNU_SOURCE -DGC_NO_THREAD_REDIRECTS -DCSP_VERSION='"$(VERSION)"'
BASE_FLAGS := -std=gnu11 $(DEFINES) -iquote . -Iinclude $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(WARNINGS)
ALL_CFLAGS := $(BASE_FLAGS) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS) $(MODE_FLAGS) $(CPPFLAGS)
ALL_LDFLAGS := $(MODE_LDFLAGS) $(LDFLAGS)

# Flags of one file: CFLAGS_<path without .c>. The interpreter loop keeps one indirect jump for each opcode, which
# gcc would otherwise merge into a single one that the processor predicts badly.
CFLAGS_vm/run := $(if $(CLANG),,-fno-gcse -fno-crossjumping)

# Objects of different compilers or flags never mix: each combination has a folder of its own.
KEY := $(firstword $(shell printf '%s' "$(subst ",,$(CC) $(ALL_CFLAGS) $(CFLAGS_vm/run) $(ALL_LDFLAGS))" | cksum))
OBJ := build/obj-$(notdir $(firstword $(CC)))-$(MODE)-$(KEY)

LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o) $(OBJ)/stdlib_csp.o
REPL_OBJ := $(REPL_SRC:%.c=$(OBJ)/%.o)
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(OBJ)/%.o)
UNIT_TESTS := $(UNIT_SRC:%.c=$(OBJ)/%)
SOAK := $(OBJ)/tests/soak/soak

# Rewritten when a source file comes or goes, so that what is made of all of them is made anew.
SOURCE_LIST := build/sources.list
ifneq ($(MAKECMDGOALS),clean)
$(shell mkdir -p build && printf '%s\n' '$(LIB_SRC) $(REPL_SRC) $(STDLIB)' | cmp -s - $(SOURCE_LIST) || \
	printf '%s\n' '$(LIB_SRC) $(REPL_SRC) $(STDLIB)' > $(SOURCE_LIST))
endif

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
.PHONY: all help build unit-tests run test soak soak-program fuzz fuzz-programs check conformance format bench install clean setup FORCE

all: ## build/csp, build/libcsp.a and build/libcsp.so
	@CC='$(firstword $(CC))' scripts/setup --dry-run build
	@$(MAKE) $(SUB) build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@awk '/^# Variables:/,/^$$/ { sub(/^# ?/, ""); print }' Makefile

run: ## run FILE=script.csp with ARGS=…, or the REPL; installs what is missing first
	@CC='$(firstword $(CC))' scripts/setup build
	@$(MAKE) -s -q $(OBJ)/csp 2>/dev/null || echo 'building csp $(VERSION) ($(CC), $(MODE)) ...' >&2
	@$(MAKE) $(SUB) -s $(OUT)/csp
	@exec $(OUT)/csp $(if $(FILE),'$(FILE)') $(ARGS)

test: ## all tests; installs what they need first
	@CC='$(firstword $(CC))' scripts/setup build test
	@echo 'building csp $(VERSION) and its tests ($(CC), release) ...'
	@$(MAKE) $(SUB) -s SAN= DEBUG= build unit-tests
	@echo 'building csp $(VERSION) and its tests ($(CC), sanitizers) ...'
	@$(MAKE) $(SUB) -s SAN=1 DEBUG= build unit-tests
	@scripts/run-tests --csp build/csp --san build/san/csp --unit build/unit.list --unit build/san/unit.list \
		$(if $(WAY),--way '$(WAY)') $(ONLY)

soak: ## the stress test, SECONDS= in all (600), WAY= one of plain, slice, stress, san, threads; ARGS= goes to it
	@CC='$(firstword $(CC))' scripts/setup build
	@$(MAKE) $(SUB) -s SAN= DEBUG= soak-program
	@case ' $(SOAK_WAYS) ' in *' san '*) $(MAKE) $(SUB) -s SAN=1 DEBUG= soak-program ;; esac
	@for way in $(SOAK_WAYS); do \
		if [ $$way = san ]; then program=build/san/soak run=plain; else program=build/soak run=$$way; fi; \
		ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allow_user_segv_handler=1:quarantine_size_mb=16 \
			$$program --way $$run --seconds $$(($(SOAK_SECONDS) / $(words $(SOAK_WAYS)))) $(ARGS) || exit 1; \
	done

fuzz: ## programs and sessions of all kinds, by libFuzzer, SECONDS= for each (600), ONLY= source or session; ARGS= inputs
	@$(MAKE) $(SUB) -s SAN= DEBUG= FUZZ=1 CC=clang fuzz-programs
	@for name in $(or $(ONLY),source session); do \
		tests/fuzz/run build/fuzz/$$name $$name $(or $(SECONDS),600) $(ARGS) || exit 1; \
	done

check: ## mistakes in our programs, tables of the documents, formatting, clang-tidy, cppcheck, includes, headers
	@CC='$(firstword $(CC))' scripts/setup build test check
	@$(MAKE) $(SUB) -s SAN= DEBUG= build/csp
	@scripts/doc-tables --check
	@scripts/conformance --quiet
	@build/csp check examples/*.csp stdlib/*.csp $$(find bench -name '*.csp')
	@$(MAKE) $(SUB) -s -k check-format check-includes check-headers check-text check-cppcheck check-tidy
	@echo 'check: all is well'

conformance: ## the language, sentence by sentence, beside the script tests that show it; ARGS= names sections
	@scripts/conformance $(ARGS)

bench: ## our benchmarks beside the peers that are installed; ARGS= goes to bench/run
	@CC='$(firstword $(CC))' scripts/setup build bench
	@$(MAKE) $(SUB) -s build/csp
	@CSP=build/csp bench/run $(ARGS)

setup: ## install what building, testing and checking need
	@CC='$(firstword $(CC))' scripts/setup build test check

clean: ## remove build/
	$(Q)rm -rf build

# ---- The library and the command ----

build: $(OUT)/csp $(OUT)/libcsp.a $(if $(filter release,$(MODE)),$(OUT)/libcsp.so)

# The folder of the objects holds what was made with them; build/ shows that of the latest make.
$(OUT)/csp $(OUT)/libcsp.a $(OUT)/libcsp.so: $(OUT)/%: $(OBJ)/% FORCE
	@mkdir -p $(OUT) && ln -f $< $@

$(OBJ)/csp: $(REPL_OBJ) $(OBJ)/libcsp.a $(SOURCE_LIST)
	$(say) LINK $(OUT)/csp
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $(REPL_OBJ) $(OBJ)/libcsp.a $(LIBS) -lreadline

$(OBJ)/libcsp.a: $(LIB_OBJ) $(SOURCE_LIST)
	$(say) AR $(OUT)/libcsp.a
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(OBJ)/libcsp.so: $(LIB_OBJ) $(SOURCE_LIST)
	$(say) LINK $(OUT)/libcsp.so
	$(Q)$(CC) -shared -Wl,-soname,libcsp.so.$(ABI) -Wl,--no-undefined $(CFLAGS) $(ALL_LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)

$(OBJ)/%.o: %.c VERSION
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(CFLAGS_$*) -c -o $@ $<

# The part of the standard library that is written in csp is compiled in as text.
build/stdlib_csp.c: $(STDLIB) scripts/embed $(SOURCE_LIST)
	$(Q)scripts/embed $(STDLIB) > $@

$(OBJ)/stdlib_csp.o: build/stdlib_csp.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(REPL_OBJ:.o=.d) $(SUPPORT_OBJ:.o=.d) $(UNIT_TESTS:=.d) $(SOAK).d \
	$(FUZZ_SRC:%.c=$(OBJ)/%.d)

# ---- Unit tests: one program for each tests/<room>/test_<what>.c ----

unit-tests: $(UNIT_TESTS)
	@mkdir -p $(OUT) && printf '%s\n' $(UNIT_TESTS) > $(OUT)/unit.list

$(UNIT_TESTS): %: %.o $(SUPPORT_OBJ) $(OBJ)/libcsp.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(OBJ)/libcsp.a -lcriterion $(LIBS)

# ---- The stress test: tests/soak/ ----

SOAK_WAYS = $(or $(WAY),plain slice stress san threads)
SOAK_SECONDS = $(or $(SECONDS),600)

soak-program: $(SOAK)
	@mkdir -p $(OUT) && ln -f $(SOAK) $(OUT)/soak

$(SOAK): $(SOAK).o $(addprefix $(OBJ)/tests/support/,soak.o support.o threads.o) $(OBJ)/libcsp.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# ---- The fuzzers: tests/fuzz/ ----


fuzz-programs: $(FUZZ_SRC:%.c=$(OBJ)/%)
	@mkdir -p $(OUT) && ln -f $^ $(OUT)

$(OBJ)/tests/fuzz/%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/support/fuzz.o $(OBJ)/libcsp.a
	$(say) LINK $(OUT)/$*
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# ---- Checks ----

HEADERS := $(sort $(wildcard $(addsuffix /*.h,$(LIB_ROOMS) repl include tests/support)))
ALL_C := $(LIB_SRC) $(REPL_SRC) $(SUPPORT_SRC) $(UNIT_SRC) $(SOAK_SRC) $(FUZZ_SRC)
.PHONY: check-format check-includes check-headers check-text check-cppcheck check-tidy

check-format:
	@clang-format --dry-run -Werror $(ALL_C) $(HEADERS)

check-includes:
	@scripts/check-includes

check-text:
	@scripts/check-text

check-headers:
	@scripts/check-headers $(CC) $(BASE_FLAGS) -- $(HEADERS)

check-cppcheck:
	@cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppressions-list=scripts/cppcheck.suppress -j$(shell nproc) \
		$(DEFINES) -UCSP_DEBUG -I. -Iinclude $(LIB_SRC) $(REPL_SRC) $(SUPPORT_SRC)

TIDY := $(LIB_SRC:%=tidy/%) $(REPL_SRC:%=tidy/%) $(SUPPORT_SRC:%=tidy/%)
.PHONY: $(TIDY)
check-tidy: $(TIDY)
$(TIDY): tidy/%:
	@clang-tidy --quiet --warnings-as-errors='*' $* -- $(BASE_FLAGS) 2>&1 | \
		awk '!/warnings? (generated|treated as error)/ { print; bad = 1 } END { exit bad }'

format: ## rewrite the C sources in the one format
	clang-format -i $(ALL_C) $(HEADERS)

# ---- Installation ----

BIN := $(DESTDIR)$(PREFIX)/bin
LIB := $(DESTDIR)$(PREFIX)/lib
INCLUDE := $(DESTDIR)$(PREFIX)/include
MAN := $(DESTDIR)$(PREFIX)/share/man/man1

install: ## the command, libraries, header, csp.pc and man page; DESTDIR= PREFIX=
	@$(MAKE) $(SUB) -s SAN= DEBUG= build
	install -d '$(BIN)' '$(LIB)/pkgconfig' '$(INCLUDE)' '$(MAN)'
	install -m 755 build/csp '$(BIN)/csp'
	install -m 644 build/libcsp.a '$(LIB)/libcsp.a'
	install -m 755 build/libcsp.so '$(LIB)/libcsp.so.$(VERSION)'
	ln -sf libcsp.so.$(VERSION) '$(LIB)/libcsp.so.$(ABI)'
	ln -sf libcsp.so.$(ABI) '$(LIB)/libcsp.so'
	install -m 644 include/csp.h '$(INCLUDE)/csp.h'
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' scripts/csp.pc.in > '$(LIB)/pkgconfig/csp.pc'
	install -m 644 docs/csp.1 '$(MAN)/csp.1'
