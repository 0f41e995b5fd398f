# initkit: small static programs for init containers. `make help` lists the targets.
#
# To add a tool: its folder in cmd/, a word in TOOLS, a line with the libraries that it links. CONTRIBUTING.md has the rest.

VERSION := 0.1.0

TOOLS := wait-for-dns wait-for-tcp wait-for-file wait-for-ping wait-for-http wait-for-kube fetch-config copy-agent tls-check
# In initkit-wait, the one file of the image `wait`.
WAIT_TOOLS := wait-for-dns wait-for-tcp wait-for-file wait-for-ping

LIBRARIES.wait-for-dns := c-ares
LIBRARIES.wait-for-tcp := c-ares
LIBRARIES.wait-for-http := curl nghttp2 openssl jansson libzstd xz-utils bzip2 zlib c-ares
LIBRARIES.wait-for-kube = $(LIBRARIES.wait-for-http)
LIBRARIES.wait-for-file :=
LIBRARIES.wait-for-ping := c-ares
LIBRARIES.fetch-config := curl nghttp2 openssl libarchive libyaml jansson expat libzstd xz-utils bzip2 zlib c-ares
LIBRARIES.copy-agent :=
LIBRARIES.tls-check := openssl expat c-ares

# --- what all of it follows from ---

SHELL := /bin/bash
HOST := $(patsubst arm64,aarch64,$(shell uname -m))
ARCH := $(HOST)
binaries = $(if $(filter $(HOST),$1),build/bin,build/$1/bin)
BIN := $(call binaries,$(ARCH))
PREFIX := /usr/local
T := 60
IMAGES := build/images
IMAGE_ARCHES := x86_64 aarch64

JOBS := $(shell nproc)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

comma := ,
space := $(subst ,, )

# In the order in which the linker wants them.
ALL_LIBRARIES := check curl nghttp2 openssl libarchive libyaml jansson expat libzstd xz-utils bzip2 zlib c-ares
LINK.check := -lcheck
LINK.curl := -lcurl
LINK.nghttp2 := -lnghttp2
LINK.openssl := -lssl -lcrypto
LINK.libarchive := -larchive
LINK.libyaml := -lyaml
LINK.jansson := -ljansson
LINK.expat := -lexpat
LINK.libzstd := -lzstd
LINK.xz-utils := -llzma
LINK.bzip2 := -lbz2
LINK.zlib := -lz
LINK.c-ares := -lcares
LIBRARIES := $(filter $(foreach t,$(TOOLS),$(LIBRARIES.$t)),$(ALL_LIBRARIES))
link = $(foreach l,$(filter $1,$(ALL_LIBRARIES)),$(LINK.$l))
$(foreach line,$(shell awk '/^[a-z]/ && NF > 2 { n = $$1; for (i = 3; i <= NF; i++) n = n "," $$i; print n }' deps/libraries),\
	$(eval NEEDS.$(firstword $(subst $(comma), ,$(line))) := $(wordlist 2,9,$(subst $(comma), ,$(line)))))
PACKAGES := musl $(LIBRARIES)

# As the libraries have it (deps/build).
HARDENING := -fstack-clash-protection -ftrivial-auto-var-init=zero
HARDENING.aarch64 := -mbranch-protection=standard

# The lists for C (cmd/initkit/tools.h): _(wait_for_dns) _(wait_for_tcp) …
in_c = $(foreach t,$1,_($(subst -,_,$t)))
TOOL_LISTS := '-DINITKIT_TOOLS(_)=$(call in_c,$(TOOLS))' '-DINITKIT_WAIT_TOOLS(_)=$(call in_c,$(WAIT_TOOLS))'

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wvla \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum
LANGUAGE := -std=c11 -D_GNU_SOURCE -DINITKIT_VERSION='"$(VERSION)"' $(TOOL_LISTS) -I. $(WARNINGS) -fstack-protector-strong
SMALL := $(HARDENING) -Os -fPIE -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
TRAP := -fsanitize=undefined -fsanitize-undefined-trap-on-error

LDFLAGS := -static-pie -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack,--build-id=none
# Packed relocations make a file with OpenSSL in it 5 % smaller. ld 2.40 packs them for x86_64 only, so arm64 is linked by lld, which
# with -O2 also lets strings share their ends. Data that become read-only end with a page of 64 KiB, as some kernels for arm64 have them.
LDFLAGS.x86_64 := -Wl,-z,pack-relative-relocs
LDFLAGS.aarch64 := -Wl,--pack-dyn-relocs=relr,-O2,-z,common-page-size=65536
# The shipped code with Debian's musl as a shared library: valgrind can take the place of nothing else's malloc.
SHARED := -pie -Wl,--dynamic-linker=/lib/ld-musl-$(HOST).so.1,--gc-sections /lib/ld-musl-$(HOST).so.1

HTTP := $(wildcard common/http/*.c)
COMMON := $(filter-out $(HTTP),$(wildcard common/*/*.c))
MAINS := $(foreach t,$(TOOLS),cmd/$t/main.c)
PARTS := $(filter-out $(MAINS),$(foreach t,$(TOOLS),$(wildcard cmd/$t/*.c)))
WAIT_PARTS := $(filter-out $(MAINS),$(foreach t,$(WAIT_TOOLS),$(wildcard cmd/$t/*.c)))
DOCS := $(wildcard cmd/initkit/docs*.c)
# What of initkit knows no tool: `initkit run`.
RUN_PARTS := $(filter-out $(DOCS) cmd/initkit/main.c,$(wildcard cmd/initkit/*.c))
UNIT := $(wildcard tests/unit/*/check_*.c)
UNIT_PARTS := $(filter-out $(UNIT),$(wildcard tests/unit/*.c))
TIDY := $(patsubst %.c,build/lint/%.tidy,$(COMMON) $(HTTP) $(PARTS) $(MAINS) cmd/initkit/main.c $(RUN_PARTS) $(DOCS))
FUZZ := $(wildcard tests/fuzz/fuzz_*.c)

all: $(foreach t,$(TOOLS) initkit initkit-wait,$(BIN)/$t) $(if $(filter $(HOST),$(ARCH)),build/docs-fresh) ## build the tools into build/bin (ARCH=aarch64: build/aarch64/bin)

# What the tools' sources include; only these wait for OpenSSL's headers.
TLS_COMMON := $(shell deps/users openssl/ common/*)
HTTP_LIBRARIES := curl nghttp2 openssl libzstd xz-utils bzip2 zlib c-ares jansson

# --- libraries (deps/build keeps them outside the work tree) ---

build/.packages-%: deps/packages $(wildcard tests/*/packages)
	@deps/packages $*
	@mkdir -p $(@D) && touch $@

# What deps/fetch is told, whoever calls it.
fetching := $(if $(STRICT),INITKIT_STRICT=$(STRICT)) $(if $(SOURCES),INITKIT_SOURCES=$(abspath $(SOURCES)))

# $1: ARCH-VARIANT, $2: library. Provided again if the cache that it points into is gone. While the first one is compiled, the
# sources of the others are fetched.
define library
build/deps/$1/.$2: deps/lock deps/build deps/libraries deps/fetch deps/archives.sh deps/cache.sh \
		$(NEEDS.$2:%=build/deps/$1/.%) $(if $(wildcard build/deps/$1/pkg/$2/versions),,always) \
		$(if $(filter 1,$(STRICT)),always) | $(call packages_for,$1)
	$(if $(filter toolchain,$2),@$(fetching) deps/fetch --ahead $(PACKAGES) &)
	+@$(fetching) INITKIT_LIBRARIES=$(words toolchain $(if $(filter wait,$(MAKECMDGOALS)),$(LIBRARIES.wait-for-dns),$(LIBRARIES))) \
		deps/build $(subst -, ,$1) $2
	@touch $$@
endef
packages_for = $(addprefix build/.packages-,build $(if $(findstring sanitized,$1),sanitized,\
	$(if $(findstring $(HOST),$1),,cross)))

VARIANTS := $(sort $(HOST)-release $(ARCH)-release $(HOST)-sanitized)
$(foreach v,$(VARIANTS),$(foreach l,toolchain $(ALL_LIBRARIES),$(eval $(call library,$v,$l))))

libraries = $(foreach l,toolchain $2,build/deps/$1/.$l)

# --- compiling: one and the same for each kind of build ---

# $1: folder, $2: ARCH-VARIANT of the libraries, $3: flags
define kind
compile.$1 := build/deps/$2/bin/cc $3 -MMD -MP -I$1 -isystem build/deps/$2/include

$1/%.o: %.c $1/flags $(call libraries,$2)
	@mkdir -p $$(@D)
	$$(quiet) $$(compile.$1) -c -o $$@ $$<

# A tool's main under another name, for a program that holds several tools.
$1/multi/cmd/%/main.o: cmd/%/main.c $1/flags $(call libraries,$2)
	@mkdir -p $$(@D)
	$$(quiet) $$(compile.$1) -Dmain=$$(subst -,_,$$*)_main -Wno-missing-prototypes -c -o $$@ $$<

$1/wait/cmd/initkit/main.o: cmd/initkit/main.c $1/flags $(call libraries,$2)
	@mkdir -p $$(@D)
	$$(quiet) $$(compile.$1) -DINITKIT_WAIT_ONLY -c -o $$@ $$<

# Whose headers they include.
$(COMMON:%.c=$1/%.o): $(call libraries,$2,c-ares)
$(TLS_COMMON:%.c=$1/%.o): $(call libraries,$2,openssl)
$(HTTP:%.c=$1/%.o): $(call libraries,$2,$(HTTP_LIBRARIES))
$(foreach t,$(TOOLS),$(call tool_objects,$1,$2,$t))

# All of common/ but common/http; what of it needs no OpenSSL; and common/http, which needs libcurl.
$(call archive,$1/libcommon.a,$2,$(COMMON:%.c=$1/%.o))
$(call archive,$1/libplain.a,$2,$(patsubst %.c,$1/%.o,$(filter-out $(TLS_COMMON),$(COMMON))))
$(call archive,$1/libhttp.a,$2,$(HTTP:%.c=$1/%.o))
$(call archive,$1/libcmd.a,$2,$(patsubst %.c,$1/%.o,$(PARTS) $(RUN_PARTS)))

$1/flags: always
	@$$(call if_changed,build/deps/$2/bin/cc $3)
endef

# $1: folder, $2: ARCH-VARIANT, $3: tool
define tool_objects
$(patsubst %.c,$1/%.o,$(wildcard cmd/$3/*.c)) $1/multi/cmd/$3/main.o: $(call libraries,$2,$(LIBRARIES.$3)) | $1/cmd/$3/versions.h
$1/cmd/$3/versions.h: Makefile deps/lock deps/versions-header $(call libraries,$2,$(LIBRARIES.$3))
	@mkdir -p $$(@D)
	@deps/versions-header build/deps/$2/versions $(LIBRARIES.$3) >$$@

endef

# $1: archive, $2: ARCH-VARIANT, $3: objects. The list makes it anew when a source is gone.
define archive
$1: $3 $1.list
	@rm -f $$@
	$$(quiet) $(call ar,$2) rcs $$@ $$(filter %.o,$$^)
$1.list: always
	@$$(call if_changed,$3)
endef

# Writes $1 to the target if it is not what the target holds.
if_changed = mkdir -p $(@D); echo '$(subst ','\'',$1)' | cmp -s - $@ || echo '$(subst ','\'',$1)' >$@
quiet = $(if $(V),,@echo '  $(if $(findstring .o,$@),CC,$(if $(findstring .a,$@),AR,LD))  $@';)

ar = $(if $(filter $(HOST)-%,$1),ar,$(firstword $(subst -, ,$1))-linux-gnu-ar)

$(foreach a,$(sort $(HOST) $(ARCH)),$(eval $(call kind,build/$a,$a-release,$(LANGUAGE) $(SMALL) $(HARDENING.$a))))
$(eval $(call kind,build/musl,$(HOST)-release,$(LANGUAGE) $(SMALL) $(TRAP)))
$(eval $(call kind,build/sanitized,$(HOST)-sanitized,$(LANGUAGE) -O1 -g -fno-omit-frame-pointer))
$(eval $(call kind,build/coverage,$(HOST)-sanitized,$(LANGUAGE) -DSANDBOX_NEVER=1 -O0 -g --coverage))
$(eval $(call kind,build/fuzz,$(HOST)-sanitized,$(LANGUAGE) -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link -Wno-missing-prototypes))

# --- programs ---

# $1: program, $2: folder of the objects, $3: ARCH-VARIANT, $4: objects and archives, $5: link flags, $6: libraries
define program
$1: $4 $2/flags $(call libraries,$3,$6)
	@mkdir -p $$(@D)
	$$(quiet) build/deps/$3/bin/cc $5 -o $$@ $4 -Lbuild/deps/$3/lib $(call link,$6)

endef
# $1: folder of the binaries, $2: folder of the objects, $3: ARCH-VARIANT, $4: link flags
define programs
$(foreach t,$(TOOLS),$(call program,$1/$t,$2,$3,$(patsubst %.c,$2/%.o,$(wildcard cmd/$t/*.c)) \
	$(if $(filter curl,$(LIBRARIES.$t)),$2/libhttp.a) $2/$(if $(filter openssl,$(LIBRARIES.$t)),libcommon,libplain).a,$4,$(LIBRARIES.$t)))
$(call program,$1/initkit,$2,$3,$2/cmd/initkit/main.o $(MAINS:%.c=$2/multi/%.o) $2/libcmd.a $2/libhttp.a $2/libcommon.a,$4,$(LIBRARIES))
$(call program,$1/initkit-wait,$2,$3,$2/wait/cmd/initkit/main.o $(WAIT_TOOLS:%=$2/multi/cmd/%/main.o) \
	$(patsubst %.c,$2/%.o,$(WAIT_PARTS) $(RUN_PARTS)) $2/libplain.a,$4,$(LIBRARIES.wait-for-dns))
endef
# $1: folder, $2: ARCH-VARIANT, $3: link flags
define unit_tests
$(foreach t,$(UNIT),$(call program,$(t:tests/unit/%.c=$1/unit/%),$1,$2,$(t:%.c=$1/%.o) $(UNIT_PARTS:%.c=$1/%.o) \
	$1/libcmd.a $1/libhttp.a $1/libcommon.a,$3,check $(LIBRARIES)))
$(UNIT:%.c=$1/%.o) $(UNIT_PARTS:%.c=$1/%.o): $(call libraries,$2,check $(LIBRARIES))
endef

$(eval $(call programs,$(BIN),build/$(ARCH),$(ARCH)-release,$(LDFLAGS) $(LDFLAGS.$(ARCH)) -s))
$(eval $(call programs,build/valgrind,build/$(HOST),$(HOST)-release,$(SHARED)))
$(TOOLS:%=build/valgrind/%) build/valgrind/initkit: | build/.packages-valgrind
$(eval $(call programs,build/sanitized/bin,build/sanitized,$(HOST)-sanitized,))
$(eval $(call unit_tests,build/sanitized,$(HOST)-sanitized,))
$(eval $(call programs,build/coverage/bin,build/coverage,$(HOST)-sanitized,--coverage))
$(eval $(call unit_tests,build/coverage,$(HOST)-sanitized,--coverage))
$(eval $(call unit_tests,build/musl,$(HOST)-release,$(LDFLAGS)))
$(eval $(call program,build/docs-gen,build/$(HOST),$(HOST)-release,$(patsubst %.c,build/$(HOST)/%.o,$(DOCS) $(RUN_PARTS)) \
	$(patsubst %.c,build/$(HOST)/multi/%.o,$(MAINS) cmd/initkit/main.c) build/$(HOST)/libcmd.a \
	build/$(HOST)/libhttp.a build/$(HOST)/libcommon.a,$(LDFLAGS),$(LIBRARIES)))
$(FUZZ:%.c=build/fuzz/%.o): $(call libraries,$(HOST)-sanitized,$(LIBRARIES))
$(foreach f,$(FUZZ),$(eval $(call program,$(f:tests/fuzz/%.c=build/fuzz/%),build/fuzz,$(HOST)-sanitized,\
	$(f:%.c=build/fuzz/%.o) build/fuzz/libcmd.a build/fuzz/libhttp.a build/fuzz/libcommon.a,-fsanitize=fuzzer,$(LIBRARIES))))

build/lint/%.tidy: %.c .clang-tidy build/sanitized/%.o build/.packages-lint
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(LANGUAGE) -Ibuild/sanitized -isystem build/deps/$(HOST)-sanitized/include 2>$@.log \
		|| { cat $@.log >&2; exit 1; }
	@touch $@

# --- what people call ---

wait: $(foreach t,$(WAIT_TOOLS) initkit-wait,$(BIN)/$t) ## build only the tools that need no OpenSSL to wait: quick from nothing

deps: $(foreach l,$(ALL_LIBRARIES),build/deps/$(ARCH)-release/.$l) ## build all the libraries, not only those that the tools need

sources: ## write all sources of the libraries into one archive: build/initkit-VERSION-sources.tar (see SOURCES)
	@deps/bundle build/initkit-$(VERSION)-sources.tar

relock: ## name the newest revisions of the libraries that can be had in deps/lock
	@deps/relock

audit: ## which locked revisions are behind Debian's signed index?
	@deps/audit

docs: build/docs-gen ## write man pages, README's tables, completion and common/cli/variables.inc from the option tables
	@build/docs-gen

# Printed, not a failure: a document is stale while an option is being added.
build/docs-fresh: build/docs-gen
	@if build/docs-gen --check; then touch $@; fi

DATA := $(DESTDIR)$(PREFIX)/share

install: all ## install binaries, man pages, completion for bash, licence (DESTDIR, PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DATA)/man/man1 $(DATA)/bash-completion/completions $(DATA)/doc/initkit
	install -m 755 $(foreach t,$(TOOLS) initkit,$(BIN)/$t) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard cmd/*/*.1) $(DATA)/man/man1
	install -m 644 cmd/initkit/completion.bash $(DATA)/bash-completion/completions/initkit
	for tool in $(TOOLS); do ln -sf initkit $(DATA)/bash-completion/completions/$$tool; done
	install -m 644 LICENSE README.md $(DATA)/doc/initkit

# For the other architecture, what can run in an emulator: the tools' tests.
CHECKS := $(if $(filter $(HOST),$(ARCH)),lint check-deps check-docs check-unit check-unit-musl check-tools check-build,check-tools)

check: ## run everything that a change must pass; the last line counts (ARCH=aarch64: the tools' tests, emulated)
	+@MAKE='$(MAKE)' tests/run $(CHECKS)

check-all: ## the same, and the fault matrix, a short run of the fuzzers, the images, and the examples as pods
	+@MAKE='$(MAKE)' tests/run $(CHECKS) faults check-fuzz check-images pods

lint: build/.packages-lint $(TIDY) build/$(HOST)/libcommon.a build/$(HOST)/libhttp.a build/$(HOST)/libcmd.a ## clang-format, clang-tidy, cppcheck, shellcheck, who may use whom, and plain words
	@tests/layers build/$(HOST)
	@tests/lint $(TOOL_LISTS)

format: build/.packages-lint ## lay out all C files as .clang-format says
	@clang-format -i $(wildcard cmd/*/*.[ch] common/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch])

check-deps: $(foreach v,$(ARCH)-release $(HOST)-sanitized,$(call libraries,$v,$(ALL_LIBRARIES))) ## do the libraries work, and are they the lock's?
	@deps/check $(ARCH) release
	@deps/check $(HOST) sanitized

check-docs: build/docs-gen ## are the generated documents up to date, and do their links lead somewhere?
	@build/docs-gen --check
	@tests/links

check-unit: $(UNIT:tests/unit/%.c=build/sanitized/unit/%) ## unit tests, with ASan and UBSan
	@$(run_each)

check-unit-musl: $(UNIT:tests/unit/%.c=build/musl/unit/%) ## the same against musl, with UBSan
	@$(run_each)

run_each = status=0; for program in $^; do $$program || status=1; done; exit $$status

check-tools: all build/.packages-test $(if $(filter $(HOST),$(ARCH)),,build/.packages-cross) ## the binaries against real servers
	@tests/emulate $(ARCH)
	@INITKIT_BIN=$(abspath $(BIN)) INITKIT_EMULATED=$(if $(filter $(HOST),$(ARCH)),,1) bats --jobs 4 tests/tools

check-tools-sanitized: $(foreach t,$(TOOLS) initkit,build/sanitized/bin/$t) build/.packages-test ## the same with ASan and UBSan
	@INITKIT_BIN=$(abspath build/sanitized/bin) bats --jobs 4 tests/tools

check-tools-valgrind: $(foreach t,$(TOOLS) initkit,build/valgrind/$t) build/.packages-test build/.packages-valgrind ## the tools' main paths under valgrind
	@bats --jobs 2 tests/valgrind

check-build: all build/.packages-test ## is the build reproducible, complete, and idle when nothing changed?
	@bats tests/deps

faults: all build/.packages-test ## each system call of each tool fails once: build/faults.md
	@tests/faults/run

check-images: images ## do the images hold what they should, and are they reproducible? are both architectures' binaries hardened?
	@bats tests/images tests/deps/hardening.bats

pods: images build/.packages-pods ## play the manifests of examples/ as real pods (podman, as root; else skipped)
	@bats tests/pods

coverage: $(UNIT:tests/unit/%.c=build/coverage/unit/%) $(foreach t,$(TOOLS) initkit,build/coverage/bin/$t) \
		build/.packages-test build/.packages-coverage ## which lines the unit tests and the tools' tests run: build/coverage.txt
	@find build/coverage -name '*.gcda' -delete
	-@$(foreach u,$(UNIT),build/coverage/unit/$(u:tests/unit/%.c=%);)
	-@INITKIT_BIN=$(abspath build/coverage/bin) bats --jobs 4 tests/tools
	@gcovr --root . --object-directory build/coverage --filter common/ --filter cmd/ --exclude cmd/initkit/docs \
		--gcov-executable 'llvm-cov gcov' --txt build/coverage.txt build/coverage
	@awk '$$4 ~ /%/ && $$4 + 0 < 90' build/coverage.txt; tail -n 3 build/coverage.txt

FUZZED := $(FUZZ:tests/fuzz/%.c=build/fuzz/%)

fuzz: $(FUZZED) all ## fuzz each parser for T seconds (T=60), and race against the tools for as long
	@INITKIT_BIN=$(abspath $(BIN)) tests/fuzz/run $(T) $(FUZZED) tests/fuzz/confinement

check-fuzz: $(FUZZED) all ## the same, for three seconds
	@INITKIT_BIN=$(abspath $(BIN)) tests/fuzz/run 3 $(FUZZED) tests/fuzz/confinement

images: ## OCI images for both architectures, build/images/NAME.tar, and their bills of materials
	+@for arch in $(IMAGE_ARCHES); do $(MAKE) ARCH=$$arch all || exit 1; done
	+@$(MAKE) image-files

# The images alone, of binaries that are there already; NAMES: not all of them.
image-files: build/.packages-images
	@$(fetching) images/build --version $(VERSION) --out $(IMAGES) \
		$(foreach a,$(IMAGE_ARCHES),--binaries $a=$(call binaries,$a)) \
		$(foreach t,$(TOOLS),--links $t=$(subst $(space),$(comma),$(LIBRARIES.$t))) \
		$(foreach t,$(WAIT_TOOLS),--wait-tool $t) $(NAMES)

demo: all build/.packages-demo ## the whole init chain against real servers on this machine
	@tests/demo/run

bench: all build/.packages-bench ## measure the tools against what they replace
	@tests/bench/run

report: images build/.packages-bench build/.packages-test ## measure all there is to measure, and write tests/bench/REPORT.md
	@tests/faults/run
	@tests/bench/run
	@tests/bench/page build/bench.json

clean: ## remove build/; the libraries stay in their cache
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  ARCH=aarch64   the other architecture    STRICT=1   take no other library revision than the lock'"'"'s'
	@echo '  SOURCES=FILE   take the libraries'"'"' sources from the archive that `make sources` wrote, and nothing from the network'
	@echo '  V=1            show the commands         INITKIT_CACHE=DIR   where built libraries are kept'

-include $(shell find build -name '*.d' 2>/dev/null)
always:
.PHONY: all wait always deps sources relock audit docs install check check-all lint format check-deps check-docs check-unit check-unit-musl check-tools \
	check-tools-sanitized check-tools-valgrind check-build faults check-images pods coverage fuzz check-fuzz images image-files demo bench report clean help
