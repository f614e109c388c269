# pierre-mcp-server: build, run, test and install.
#
#   make            build the server (build/release/pierre-mcp-server)
#   make run        install what is missing, build, start with demo data
#   make check      install what is missing, build, run every test
#   make unit       run the C unit tests only
#   make asan       every test under AddressSanitizer and UBSan
#   make fuzz       each fuzz target for FUZZ_SECONDS (60)
#   make bench      side-by-side measurements against nginx and the SDK server
#   make lint       format, static analysis, manual pages, layers
#   make format     rewrite the C files in the project's format
#   make layers     prove that no room reaches over its walls
#   make deps       install missing Debian packages (packaging/packages)
#   make install    to DESTDIR and prefix; an existing configuration stays
#   make uninstall  the reverse; configuration and data stay
#   make dist       a source archive
#   make clean      remove build/
#   make help       this text
#
# Variables: FLAVOUR=release|debug|asan|fuzz, WERROR=1, BUILD=build, V=1.

VERSION := 1.0.0
FLAVOUR ?= release
BUILD ?= build
O := $(BUILD)/$(FLAVOUR)
GEN := $(BUILD)/gen

prefix ?= /usr
sbindir ?= $(prefix)/sbin
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
sysconfdir ?= /etc
localstatedir ?= /var
unitdir ?= $(prefix)/lib/systemd/system

CC ?= cc
CLANG ?= clang-14
PERL ?= perl
PROVE ?= prove
PKGS := libevent_core sqlite3 libcjson libcrypto yaml-0.1 expat
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
GIT_COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wundef \
	-Wno-format-nonliteral
ifeq ($(WERROR)$(CI),)
else
WARN += -Werror
endif
CPPFLAGS_ALL := -D_GNU_SOURCE -DPIERRE_VERSION='"$(VERSION)"' \
	-I$(GEN) $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=gnu11 -g -fno-strict-aliasing -pthread $(WARN)
LDFLAGS_ALL := -pthread $(LDFLAGS)
LIBS := $(PKG_LIBS) -lm

ifeq ($(FLAVOUR),release)
CFLAGS_ALL += -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE \
	-fcf-protection -fstack-clash-protection
LDFLAGS_ALL += -pie -Wl,-z,relro,-z,now
else ifeq ($(FLAVOUR),debug)
CFLAGS_ALL += -O0
else ifeq ($(FLAVOUR),asan)
CFLAGS_ALL += -O1 -fno-omit-frame-pointer -DARENA_DEBUG \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS_ALL += -fsanitize=address,undefined
else ifeq ($(FLAVOUR),fuzz)
CC := $(CLANG)
CFLAGS_ALL += -O1 -fno-omit-frame-pointer -DARENA_DEBUG \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -Wno-gnu-zero-variadic-macro-arguments
LDFLAGS_ALL += -fsanitize=fuzzer,address,undefined
else
$(error FLAVOUR is release, debug, asan or fuzz)
endif
CFLAGS_ALL += $(CFLAGS)

COMMON_SRC := $(wildcard common/*/*.c)
MASTER_SRC := $(wildcard master/*.c)
WORKER_SRC := $(wildcard worker/*.c worker/*/*.c worker/mcp/tools/*.c)
GEN_SRC := $(GEN)/sql_text.c
UNIT_SRC := $(shell find t/unit -name '*.c' 2>/dev/null)
FUZZ_SRC := $(wildcard t/fuzz/*.c)

COMMON_OBJ := $(COMMON_SRC:%.c=$(O)/%.o)
MASTER_OBJ := $(MASTER_SRC:%.c=$(O)/%.o)
WORKER_OBJ := $(WORKER_SRC:%.c=$(O)/%.o) $(O)/gen/sql_text.o
UNIT_BIN := $(UNIT_SRC:t/unit/%.c=$(O)/t/%)
FUZZ_BIN := $(FUZZ_SRC:t/fuzz/%.c=$(O)/fuzz/%)
ALL_OBJ := $(COMMON_OBJ) $(MASTER_OBJ) $(WORKER_OBJ)

ifneq ($(V),1)
Q := @
SAY = @printf '  %-5s %s\n'
else
SAY = @:
endif

BIN := $(O)/pierre-mcp-server
CTL := $(O)/pierrectl

.PHONY: all
all: $(BIN) $(CTL)

$(BIN): $(COMMON_OBJ) $(MASTER_OBJ) $(WORKER_OBJ) $(O)/objects.list
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $(ALL_OBJ) $(LIBS)

$(CTL): $(BIN)
	$(Q)ln -sf pierre-mcp-server $@

# The unit tests and fuzzers link the rooms without the master, which proves
# that no room needs it.
$(O)/lib.a: $(COMMON_OBJ) $(WORKER_OBJ) $(O)/objects.list
	$(SAY) AR $@
	$(Q)rm -f $@ && ar rcs $@ $(COMMON_OBJ) $(WORKER_OBJ)

# Include paths are the walls: common sees itself, master sees common, worker
# sees common.
$(O)/common/%.o: INC := -Icommon
$(O)/master/%.o: INC := -Icommon -Imaster
$(O)/worker/%.o: INC := -Icommon -Iworker
$(O)/gen/%.o: INC := -Icommon -Iworker
$(O)/t/%: INC := -Icommon -Iworker -It/unit

$(O)/%.o: %.c $(O)/flags $(GEN)/sql_names.h
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(INC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(O)/gen/%.o: $(GEN)/%.c $(O)/flags
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(INC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# What the binary says of its own origin, rebuilt when the commit changes.
$(O)/common/base/version.o: CPPFLAGS += -DPIERRE_COMMIT='"$(GIT_COMMIT)"'
$(O)/common/base/version.o: $(O)/commit

$(GEN)/sql_names.h $(GEN)/sql_text.c &: sql/embed.pl $(wildcard sql/*/*.sql)
	$(SAY) GEN $(GEN)/sql_text.c
	@mkdir -p $(GEN)
	$(Q)$(PERL) sql/embed.pl $(GEN)

# Files that hold a value; rewritten, and so newer, only when it changes.
.PHONY: FORCE
FORCE:
define keep_value
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(1))' > $@
endef
$(O)/flags: FORCE
	$(call keep_value,$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LIBS))
$(O)/objects.list: FORCE
	$(call keep_value,$(ALL_OBJ))
$(O)/commit: FORCE
	$(call keep_value,$(GIT_COMMIT))

-include $(ALL_OBJ:.o=.d) $(UNIT_BIN:%=%.d)

# --- tests ---------------------------------------------------------------

$(O)/t/%: t/unit/%.c $(O)/lib.a $(O)/flags
	$(SAY) TEST $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(INC) $(CFLAGS_ALL) -MMD -MP -MF $@.d \
	    $(LDFLAGS_ALL) -o $@ $< $(O)/lib.a $(LIBS)

.PHONY: unit-build unit
unit-build: $(UNIT_BIN)
unit: unit-build
	$(PROVE) -e '' $(UNIT_BIN)

$(O)/fuzz/%: t/fuzz/%.c $(O)/lib.a $(O)/flags
	$(SAY) FUZZ $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Icommon -Iworker $(CFLAGS_ALL) $(LDFLAGS_ALL) \
	    -o $@ $< $(O)/lib.a $(LIBS)
.PHONY: fuzz-build
fuzz-build: $(FUZZ_BIN)

.PHONY: clean
clean:
	rm -rf $(BUILD)

.PHONY: help
help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile
