# initkit: small static programs for init containers. `make help` lists the targets.
#
# To add a tool: its folder in cmd/, a line in TOOLS, a line with the libraries it links.

VERSION := 0.1.0

TOOLS := wait-for-dns wait-for-tcp

LIBRARIES.wait-for-dns := c-ares
LIBRARIES.wait-for-tcp := c-ares

# --- what all of it follows from ---

SHELL := /bin/bash
HOST := $(patsubst arm64,aarch64,$(shell uname -m))
ARCH := $(HOST)
BIN := $(if $(filter $(HOST),$(ARCH)),build/bin,build/$(ARCH)/bin)

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

# In the order in which the linker wants them.
LIBRARIES := $(filter $(sort $(foreach t,$(TOOLS),$(LIBRARIES.$t))),curl openssl libzstd zlib c-ares)
LINK.curl := -lcurl
LINK.openssl := -lssl -lcrypto
LINK.libzstd := -lzstd
LINK.zlib := -lz
LINK.c-ares := -lcares
LINK.check := -lcheck
LIBRARIES.initkit := $(LIBRARIES)
link = $(foreach l,$(filter $1,curl openssl libzstd zlib c-ares check),$(LINK.$l))

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wvla \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum
LANGUAGE := -std=c11 -D_GNU_SOURCE -DINITKIT_VERSION='"$(VERSION)"' -I.
SMALL := -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
CFLAGS := $(LANGUAGE) $(WARNINGS) $(SMALL) -fPIE -fstack-protector-strong
LDFLAGS := -static-pie -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack,--build-id=none -s
# ld 2.40 knows packed relocations for x86_64 only; they make a file with OpenSSL in it 5 % smaller.
LDFLAGS.x86_64 := -Wl,-z,pack-relative-relocs

COMMON := $(wildcard common/*.c)
MAINS := $(foreach t,$(TOOLS),cmd/$t/main.c)
PARTS := $(filter-out $(MAINS),$(foreach t,$(TOOLS),$(wildcard cmd/$t/*.c)))
INITKIT := $(filter-out cmd/initkit/docs.c,$(wildcard cmd/initkit/*.c))

all: $(foreach t,$(TOOLS) initkit,$(BIN)/$t)


# --- libraries (deps/build keeps them outside the work tree) ---

build/.packages-%: deps/packages
	@deps/packages $*
	@mkdir -p $(@D) && touch $@

# $1: ARCH-VARIANT, $2: library. Provided again if the cache that it points into is gone.
define library
build/deps/$1/.$2: deps/lock deps/build deps/fetch deps/cache.sh $(call packages_for,$1) \
		$(if $(wildcard build/deps/$1/pkg/$2/versions),,always)
	+@INITKIT_STRICT=$(STRICT) deps/build $(subst -, ,$1) $2
	@touch $$@
endef
packages_for = $(addprefix build/.packages-,build $(if $(findstring sanitized,$1),sanitized,\
	$(if $(findstring $(HOST),$1),,cross)))

VARIANTS := $(sort $(HOST)-release $(ARCH)-release $(HOST)-sanitized)
$(foreach v,$(VARIANTS),$(foreach l,toolchain zlib libzstd openssl curl c-ares check,$(eval $(call library,$v,$l))))

libraries = $(foreach l,toolchain $2,build/deps/$1/.$l)

# --- compiling: one and the same for each kind of build ---

# $1: folder, $2: ARCH-VARIANT of the libraries, $3: flags, $4: libraries
define kind
$1/%.o: %.c $1/flags $1/versions.h $(call libraries,$2,$4)
	@mkdir -p $$(@D)
	$$(quiet) build/deps/$2/bin/cc $3 -MMD -MP -I$1 -isystem build/deps/$2/include -c -o $$@ $$<

# A tool's main under another name, for a program that holds several tools.
$1/multi/cmd/%/main.o: cmd/%/main.c $1/flags $1/versions.h $(call libraries,$2,$4)
	@mkdir -p $$(@D)
	$$(quiet) build/deps/$2/bin/cc $3 -MMD -MP -I$1 -isystem build/deps/$2/include \
		-Dmain=$$(subst -,_,$$*)_main -Wno-missing-prototypes -c -o $$@ $$<

$1/libcommon.a: $(COMMON:%.c=$1/%.o) $1/common.list
	@rm -f $$@
	$$(quiet) $(AR.$2) rcs $$@ $$(filter %.o,$$^)

$1/libcmd.a: $(PARTS:%.c=$1/%.o) $1/cmd.list
	@rm -f $$@
	$$(quiet) $(AR.$2) rcs $$@ $$(filter %.o,$$^)

$1/flags: always
	@$$(call if_changed,build/deps/$2/bin/cc $3)
$1/common.list: always
	@$$(call if_changed,$(COMMON))
$1/cmd.list: always
	@$$(call if_changed,$(PARTS))
$1/versions.h: deps/lock deps/versions-header $(call libraries,$2,$4)
	@mkdir -p $$(@D)
	@deps/versions-header build/deps/$2/versions >$$@
endef

# Writes $1 to the target if it is not what the target holds.
if_changed = mkdir -p $(@D); echo '$(subst ','\'',$1)' | cmp -s - $@ || echo '$(subst ','\'',$1)' >$@
quiet = $(if $(V),,@echo '  $(if $(findstring .o,$@),CC,$(if $(findstring .a,$@),AR,LD))  $@';)

AR.$(HOST)-release := ar
AR.$(HOST)-sanitized := ar
$(if $(filter $(HOST),$(ARCH)),,$(eval AR.$(ARCH)-release := $(ARCH)-linux-gnu-ar))

$(foreach a,$(sort $(HOST) $(ARCH)),$(eval $(call kind,build/$a,$a-release,$(CFLAGS),$(LIBRARIES))))

# --- programs ---

# $1: program, $2: folder of the objects, $3: ARCH-VARIANT, $4: objects, $5: link flags, $6: libraries
define program
$1: $4 $2/libcommon.a $2/flags
	@mkdir -p $$(@D)
	$$(quiet) build/deps/$3/bin/cc $5 -o $$@ $4 $2/libcommon.a -Lbuild/deps/$3/lib $(call link,$6)
endef
# $1: folder of the binaries, $2: folder of the objects, $3: ARCH-VARIANT, $4: link flags
define programs
$(foreach t,$(TOOLS),$(call program,$1/$t,$2,$3,$(patsubst %.c,$2/%.o,$(wildcard cmd/$t/*.c)),$4,$(LIBRARIES.$t))$(newline))
$(call program,$1/initkit,$2,$3,$(INITKIT:%.c=$2/%.o) $(PARTS:%.c=$2/%.o) $(MAINS:%.c=$2/multi/%.o),$4,$(LIBRARIES))
endef
define newline


endef

$(eval $(call programs,$(BIN),build/$(ARCH),$(ARCH)-release,$(LDFLAGS) $(LDFLAGS.$(ARCH))))
$(eval $(call program,build/docs-gen,build/$(HOST),$(HOST)-release,build/$(HOST)/cmd/initkit/docs.o \
	$(PARTS:%.c=build/$(HOST)/%.o) $(MAINS:%.c=build/$(HOST)/multi/%.o),$(LDFLAGS),$(LIBRARIES)))

-include $(shell find build -name '*.d' 2>/dev/null)
always:
.PHONY: all always
