# pierre-mcp-server: build, run, test and install.
#
#   make            build the server (build/release/pierre-mcp-server)
#   make run        install what is missing, build, start with demo data
#   make check      install what is missing, build, run every test
#   make unit       run the C unit tests only
#   make asan       every test under AddressSanitizer and UBSan
#   make fuzz       each fuzz target for FUZZ_SECONDS (60)
#   make bars       long tests under load, one at a time (BARS_SCALE=0.1: short)
#   make bench      side-by-side measurements against nginx and the SDK server
#   make lint       format, static analysis, manual pages, layers
#   make format     rewrite the C files in the project's format
#   make layers     prove that no room reaches over its walls
#   make deps       install missing Debian packages (packaging/packages)
#   make install    to DESTDIR and prefix; an existing configuration stays
#   make uninstall  the reverse; configuration and data stay
#   make dist       a source archive
#   make deb        Debian packages, in build/deb
#   make clean      remove build/
#   make help       this text
#
# Variables: FLAVOUR=release|debug|asan|fuzz, WERROR=1, BUILD=build, V=1,
#   JOBS=2 (tests at a time), TESTS="t/20-http.t ...".

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
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
completiondir ?= $(prefix)/share/bash-completion/completions
examplesdir ?= $(prefix)/share/doc/pierre-mcp-server/examples

CC ?= cc
CLANG ?= clang-14
PERL ?= perl
PROVE ?= prove
PKGS := libevent_core sqlite3 libpq libcjson libssl libcrypto libsodium libcrypt yaml-0.1 expat zlib libarchive libcurl \
	cairo cairo-ft cairo-svg freetype2
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
GIT_COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
GIT_COMMIT := $(GIT_COMMIT)

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
WORKER_SRC := $(wildcard worker/*.c worker/*/*.c worker/mcp/tools/*.c \
	worker/mcp/charts/*.c worker/mcp/fixture/*.c)
GEN_SRC := $(GEN)/sql_text.c $(GEN)/web_files.c $(GEN)/mcp_views.c
UNIT_SRC := $(shell find t/unit -name '*.c' 2>/dev/null)
FUZZ_SRC := $(wildcard t/fuzz/*.c)

COMMON_OBJ := $(COMMON_SRC:%.c=$(O)/%.o)
MASTER_OBJ := $(MASTER_SRC:%.c=$(O)/%.o)
WORKER_OBJ := $(WORKER_SRC:%.c=$(O)/%.o) $(GEN_SRC:$(GEN)/%.c=$(O)/gen/%.o)
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
$(O)/common/base/version.o: CPPFLAGS_ALL += -DPIERRE_COMMIT='"$(GIT_COMMIT)"'
$(O)/common/base/version.o: $(O)/commit

SQL_SRC := $(wildcard sql/*/*.sql)
$(GEN)/sql_names.h $(GEN)/sql_text.c &: sql/embed.pl sql/columns.def $(SQL_SRC) \
    $(GEN)/sql.list
	$(SAY) GEN $(GEN)/sql_text.c
	@mkdir -p $(GEN)
	$(Q)$(PERL) sql/embed.pl $(GEN)

$(GEN)/mcp_views.c: worker/mcp/views/embed.pl $(wildcard worker/mcp/views/*.html)
	$(SAY) GEN $@
	@mkdir -p $(@D)
	$(Q)$(PERL) $^ >$@.new && mv $@.new $@

$(GEN)/web_files.c: worker/web/embed.pl $(wildcard worker/web/static/*)
	$(SAY) GEN $@
	@mkdir -p $(@D)
	$(Q)$(PERL) $^ >$@.new && mv $@.new $@

# Files that hold a value: made again, and so newer, only when it has changed.
.PHONY: FORCE
FORCE:
FLAGS_NOW := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LIBS)
FLAGS_WAS := $(file <$(O)/flags)
OBJECTS_WAS := $(file <$(O)/objects.list)
COMMIT_WAS := $(file <$(O)/commit)
SQL_WAS := $(file <$(GEN)/sql.list)
ifneq ($(FLAGS_NOW),$(FLAGS_WAS))
$(O)/flags: FORCE
endif
ifneq ($(ALL_OBJ),$(OBJECTS_WAS))
$(O)/objects.list: FORCE
endif
ifneq ($(SQL_SRC),$(SQL_WAS))
$(GEN)/sql.list: FORCE
endif
ifneq ($(GIT_COMMIT),$(COMMIT_WAS))
$(O)/commit: FORCE
endif
define write_value
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(1))' > $@
endef
$(O)/flags:
	$(call write_value,$(FLAGS_NOW))
$(O)/objects.list:
	$(call write_value,$(ALL_OBJ))
$(O)/commit:
	$(call write_value,$(GIT_COMMIT))
$(GEN)/sql.list:
	$(call write_value,$(SQL_SRC))

-include $(ALL_OBJ:.o=.d) $(UNIT_BIN:%=%.d)

# --- run -----------------------------------------------------------------

.PHONY: deps deps-run run
deps:
	@sh packaging/install-packages build run package check
deps-run:
	@sh packaging/install-packages build run

# The packages come first: pkg-config is read when a Makefile is parsed, so
# what follows runs in a make of its own.
run: deps-run
	@$(MAKE) --no-print-directory all
	@$(CTL) --config conf/demo.yaml demo
	@exec $(BIN) -f -c conf/demo.yaml

# --- tests ---------------------------------------------------------------

$(O)/t/%: t/unit/%.c $(O)/lib.a $(O)/flags
	$(SAY) TEST $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(INC) $(CFLAGS_ALL) -MMD -MP -MF $@.d \
	    $(LDFLAGS_ALL) -o $@ $< $(O)/lib.a $(LIBS)

.PHONY: unit-build unit tests check asan
unit-build: $(UNIT_BIN)
unit: unit-build
	@$(PROVE) -e '' $(UNIT_BIN)

TESTS ?= $(sort $(wildcard t/*.t))
export PIERRE_OBJECTS := $(O)
export PIERRE_BIN := $(O)/pierre-mcp-server
export PIERRE_CLIENTS := $(BUILD)/clients

# Those whose subject is data run on PostgreSQL too; others do both by
# themselves, or have nothing to do with it.
DATA_TESTS ?= $(wildcard $(addprefix t/,21-auth.t 50-import.t 53-archives.t \
	67-pages.t 70-mcp.t 71-tools.t 72-sessions.t))

# Each test has ports and folders of its own, and waits more than it works.
# Side by side they share the machine all the same, and some hold a bound of
# time: what fails is told, and has the machine to itself for the verdict.
JOBS ?= 2
PROVE_STATE = $(BUILD)/prove.state
define PROVE_FILES
rm -f $(PROVE_STATE); \
$(PROVE) -j$(JOBS) --timer --statefile=$(PROVE_STATE) --state=save $(1) || \
    { echo "=== what failed, again and alone"; \
      test -n "$$($(PROVE) -D --statefile=$(PROVE_STATE) --state=failed)" && \
      $(PROVE) -v --timer --statefile=$(PROVE_STATE) --state=failed; }
endef

tests: all unit-build $(BUILD)/clients/.scripts $(if $(CI),fuzz-replay)
	@$(PROVE) -j$(JOBS) --exec '' $(UNIT_BIN)
	@$(call PROVE_FILES,$(TESTS))
	@$(if $(filter $(DATA_TESTS),$(TESTS)),export PIERRE_TEST_ENGINE=postgresql; \
	    $(call PROVE_FILES,$(filter $(DATA_TESTS),$(TESTS))))

check: deps
	@$(MAKE) --no-print-directory WERROR=1 tests

asan:
	@$(MAKE) --no-print-directory WERROR=1 FLAVOUR=asan tests

# Node.js comes from npm too, since Debian's is older than some clients want; and
# it comes first, since npm leaves out what the Node.js that runs it is too old for.
NODE_VERSION = $(shell sed -n 's/.*"node": "\(.*\)".*/\1/p' t/clients/package.json)
NPM_FLAGS := --no-audit --no-fund --loglevel=error
$(BUILD)/clients/.installed: t/clients/package.json t/clients/package-lock.json
	$(SAY) NPM $(BUILD)/clients
	@mkdir -p $(@D)
	$(Q)cp t/clients/package.json t/clients/package-lock.json $(@D)
	$(Q)cd $(@D) && { npm install --prefix ../node --no-save $(NPM_FLAGS) node@$(NODE_VERSION) && \
	    PATH=$$PWD/../node/node_modules/node/bin:$$PATH npm ci $(NPM_FLAGS); } >npm.log 2>&1 || \
	    { cat npm.log; exit 1; }
	@touch $@

# Scripts stand beside node_modules, where Node.js looks for what they import.
CLIENT_SCRIPTS := $(wildcard t/clients/*.mjs t/bench/*.mjs)
$(BUILD)/clients/.scripts: $(CLIENT_SCRIPTS) $(BUILD)/clients/.installed
	$(Q)cp $(CLIENT_SCRIPTS) $(@D)
	@touch $@

# --- fuzzing -------------------------------------------------------------

FUZZ_SECONDS ?= 60

$(O)/fuzz/%: t/fuzz/%.c $(O)/lib.a $(O)/flags
	$(SAY) FUZZ $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Icommon -Iworker $(CFLAGS_ALL) \
	    -Wno-missing-prototypes $(LDFLAGS_ALL) -o $@ $< $(O)/lib.a $(LIBS)

.PHONY: fuzz-build fuzz fuzz-replay
fuzz-build: $(FUZZ_BIN)
fuzz:
	@$(MAKE) --no-print-directory FLAVOUR=fuzz fuzz-build
	@for f in $(FUZZ_SRC:t/fuzz/%.c=%); do \
	    mkdir -p $(BUILD)/fuzz/corpus/$$f t/fuzz/corpus/$$f && \
	    $(BUILD)/fuzz/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) \
	        -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$$f- \
	        $(BUILD)/fuzz/corpus/$$f t/fuzz/corpus/$$f || exit 1; done
# Every seed once more: what a fuzzer found stays fixed.
fuzz-replay:
	@$(MAKE) --no-print-directory FLAVOUR=fuzz fuzz-build
	@for f in $(FUZZ_SRC:t/fuzz/%.c=%); do \
	    $(BUILD)/fuzz/fuzz/$$f -runs=0 t/fuzz/corpus/$$f >$(BUILD)/fuzz/replay.log 2>&1 || \
	    { cat $(BUILD)/fuzz/replay.log; exit 1; }; done

# --- measurements --------------------------------------------------------

$(O)/bench/%: t/bench/%.c $(O)/flags
	$(SAY) BENCH $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< -lsqlite3

.PHONY: bench
bench: deps
	@$(MAKE) --no-print-directory all $(O)/bench/select $(BUILD)/clients/.scripts
	@$(PERL) t/bench/run.pl

# --- long tests ----------------------------------------------------------
# What a release is held to, under load and for minutes; each file runs alone,
# too: prove -v t/bars/NAME.t.  They measure, so that nothing else should run.

$(O)/bars/%: t/bars/%.c $(O)/flags
	$(SAY) BARS $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $<

.PHONY: bars bars-build
bars-build: all $(O)/bars/client $(O)/bars/sse_client
bars:
	@sh packaging/install-packages build check bars
	@$(MAKE) --no-print-directory bars-build
	@$(PROVE) -v -j1 $(sort $(wildcard t/bars/*.t))

# --- lint ----------------------------------------------------------------

FORMATTED = $(shell git ls-files '*.c' '*.h')
.PHONY: lint format layers
format:
	@clang-format-14 -i $(FORMATTED)
layers: all
	@$(PROVE) t/00-layers.t
lint: layers
	@clang-format-14 --dry-run -Werror $(FORMATTED)
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	    --enable=warning,portability --suppress=unknownMacro \
	    --suppress=normalCheckLevelMaxBranches \
	    -D_GNU_SOURCE -DPIERRE_VERSION='"$(VERSION)"' -I$(GEN) -Icommon \
	    -Imaster -Iworker -j2 common master worker
	mandoc -Tlint -Wwarning $(MAN_OUT)
	shellcheck packaging/install-packages .ci/run \
	    $(addprefix packaging/debian/,postinst prerm postrm)

# --- manual --------------------------------------------------------------
# A line ".\" @table NAME" in a page is replaced by what the program prints
# with --man NAME.

MAN_SRC := $(wildcard man/*.[1-8])
MAN_OUT := $(MAN_SRC:man/%=$(BUILD)/man/%)
$(BUILD)/man/%: man/% $(BIN)
	$(SAY) MAN $@
	@mkdir -p $(@D)
	$(Q)$(PERL) -pe 's{^\.\\" \@table (\S+)\n}{qx($(BIN) --man $$1)}e' $< > $@
.PHONY: man
man: $(MAN_OUT)
all: $(MAN_OUT)
lint: $(MAN_OUT)

# --- install -------------------------------------------------------------

# What else is run with the server, for the operator to copy.
EXAMPLES := alerts.yml grafana.json nginx.conf prometheus.yml
# Files that go to a place as they are: target=source.
FILES := \
	$(unitdir)/pierre-mcp-server.service=packaging/systemd/pierre-mcp-server.service \
	$(unitdir)/pierre-mcp-server.socket=packaging/systemd/pierre-mcp-server.socket \
	$(sysusersdir)/pierre-mcp-server.conf=packaging/systemd/pierre-mcp-server.sysusers \
	$(tmpfilesdir)/pierre-mcp-server.conf=packaging/systemd/pierre-mcp-server.tmpfiles \
	$(sysconfdir)/logrotate.d/pierre-mcp-server=packaging/logrotate \
	$(completiondir)/pierre-mcp-server=packaging/bash/pierre-mcp-server \
	$(completiondir)/pierrectl=packaging/bash/pierrectl \
	$(foreach file,$(EXAMPLES),$(examplesdir)/$(file)=conf/$(file)) \
	$(foreach page,$(MAN_SRC:man/%=%),$(mandir)/man$(lastword $(subst \
	    ., ,$(page)))/$(page)=$(BUILD)/man/$(page))

.PHONY: install uninstall dist deb
install: all
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(bindir) $(DESTDIR)$(sysconfdir)/pierre-mcp
	install -m 755 $(BIN) $(DESTDIR)$(sbindir)/pierre-mcp-server
	ln -sf $(sbindir)/pierre-mcp-server $(DESTDIR)$(bindir)/pierrectl
	for file in $(FILES); do install -D -m 644 $${file#*=} \
	    $(DESTDIR)$${file%=*} || exit 1; done
	sed -i 's,/usr/sbin/,$(sbindir)/,' $(DESTDIR)$(unitdir)/pierre-mcp-server.service \
	    $(DESTDIR)$(sysconfdir)/logrotate.d/pierre-mcp-server
	test -e $(DESTDIR)$(sysconfdir)/pierre-mcp/pierre.yaml || \
	    install -m 640 conf/pierre.yaml $(DESTDIR)$(sysconfdir)/pierre-mcp/
uninstall:
	rm -f $(DESTDIR)$(sbindir)/pierre-mcp-server $(DESTDIR)$(bindir)/pierrectl
	for file in $(FILES); do rm -f $(DESTDIR)$${file%=*} || exit 1; done
dist:
	@mkdir -p $(BUILD)
	git archive --prefix=pierre-mcp-server-$(VERSION)/ \
	    -o $(BUILD)/pierre-mcp-server-$(VERSION).tar.gz HEAD

# Built from a copy, so that the tree stays as it is; at a fixed path, since a
# package names it in its debugging information.
DEB := $(BUILD)/deb
deb:
	@sh packaging/install-packages build package
	rm -rf $(DEB)
	mkdir -p $(DEB)/source
	git ls-files -z | tar -c --null -T - | tar -x -C $(DEB)/source
	rm $(DEB)/source/debian
	mv $(DEB)/source/packaging/debian $(DEB)/source/debian
	cd $(DEB)/source && GIT_COMMIT=$(GIT_COMMIT) MAKEFLAGS= MAKELEVEL= \
	    DEB_BUILD_OPTIONS="nocheck parallel=2 $(DEB_BUILD_OPTIONS)" \
	    dpkg-buildpackage -us -uc >../build.log 2>&1 || { tail -30 ../build.log; exit 1; }
	rm -rf $(DEB)/source
	@ls $(DEB)/*.deb

.PHONY: clean help
clean:
	rm -rf $(BUILD)
help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile
