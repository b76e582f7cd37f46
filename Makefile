# make help tells what there is.

TOP := $(CURDIR)
BUILD ?= build
OUT := $(abspath $(BUILD))

GLYPH_PORT ?= 8080
GLYPH_RUN ?= run
NGINX ?= $(or $(GLYPH_NGINX),nginx)
NGINX_SRC ?=
NGINX_FLAGS ?= --with-compat --with-threads --with-debug \
	--with-http_v2_module --with-http_ssl_module
TEST_NGINX_LIB ?=
TESTS ?= t/fault t

# not NGINX itself: to nginx that variable means a binary upgrade
unexport NGINX
GLYPH_NGINX := $(NGINX)
export GLYPH_PORT GLYPH_RUN GLYPH_NGINX

PACKAGES = nginx nginx-dev gcc make libc6-dev libcsv-dev libxxhash-dev \
	libyajl-dev libhiredis-dev libpq-dev libssl-dev libpcre2-dev zlib1g-dev \
	libzstd-dev \
	redis-server postgresql prometheus libtest-base-perl perl curl jq \
	procps bsdextrautils util-linux libnginx-mod-http-lua

# only t/openapi needs these, and any other Node.js of 18 or more will do
NODE_PACKAGES = nodejs npm

# only make test-ui needs these, and any other Node.js of 18 or more
UI_PACKAGES = chromium

# only the fuzzers need these
FUZZ_PACKAGES = clang libclang-rt-dev llvm

# only make bench needs these
BENCH_PACKAGES = wrk pgloader

# only make clients needs these
CLIENT_PACKAGES = python3-requests python3-httpx python3-h2 python3-aiohttp \
	default-jdk-headless php-cli php-curl haproxy chromium openssl

# only make deb needs these
DEB_PACKAGES = debhelper lintian
DEB_TEST_PACKAGES = debootstrap

WARN = -Wall -Wextra -Werror
SAN =
ASAN = -fsanitize=address,undefined -fno-omit-frame-pointer

# two words written one by one and then loaded as one of 16 bytes, as SLP does,
# are waited for
TUNE = -fno-tree-slp-vectorize
CFLAGS = -std=gnu11 -O2 -g $(TUNE) $(WARN) $(SAN)
LDFLAGS =
LIBS = -lcsv -lyajl -lcrypto -lz -lzstd -lm $(LDFLAGS)

# nginx's own headers and habits are not clean under -Wextra
MODULE_CFLAGS = $(CFLAGS) -Wno-unused-parameter \
	-Wno-missing-field-initializers -I$(shell pg_config --includedir)

CORE_SRC := $(wildcard src/core/*/*.c)
CORE_OBJ := $(CORE_SRC:src/core/%.c=$(OUT)/core/%.o)
UNIT_SRC := $(wildcard t/unit/test_*.c)
UNIT := $(UNIT_SRC:t/unit/%.c=$(OUT)/unit/%)
WRAP = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

FUZZ_SECONDS ?= 60
FUZZ_TARGETS = fuzz_reader fuzz_json fuzz_match fuzz_money fuzz_values \
	fuzz_pipeline fuzz_decoder fuzz_http
# NULL + 0 is an offset like another one, as it is in C2y
FUZZ_CFLAGS = -std=gnu11 -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow \
	-fno-sanitize-recover=all -fno-sanitize=pointer-overflow
FUZZ_COMMON := $(addprefix $(OUT)/fuzz/obj/,fuzz.o fuzz_copy.o fuzz_csv.o)
FUZZ_CORE := $(CORE_SRC:src/core/%.c=$(OUT)/fuzz/core/%.o)


.PHONY: build deps up down demo test sown compat soak asan fuzz lint bench clients \
	install uninstall deb deb-test clean help module unit fuzz-deps fuzz-build \
	openapi test-ui

build: deps
	@$(MAKE) --no-print-directory $(OUT)/glyphsieve $(OUT)/schema.sql module

help:
	@echo "make build    the module and glyphsieve, in build/"
	@echo "make demo     start all, upload a sample, show what became of it"
	@echo "make up       start a private Postgres, Redis and nginx, in run/"
	@echo "make down     stop them"
	@echo "make test     every test"
	@echo "make test-ui  uses the page in a browser; GLYPH_SHOTS=docs/ui renews the"
	@echo "              pictures"
	@echo "make sown     sows faults into a copy and looks whether tests catch them,"
	@echo "              all of t/sown/faults or those that match SOWN"
	@echo "make compat   builds the nginx in NGINX_SRC, with and without"
	@echo "              --with-compat, the module for each, and tests both"
	@echo "make soak     uploads while faults come at random, ten minutes"
	@echo "make asan     the same with AddressSanitizer and UBSan; a short fuzz"
	@echo "make fuzz     libFuzzer on the core, and uploads over sockets,"
	@echo "              FUZZ_SECONDS for each target"
	@echo "make clients  real clients, from Python's requests to Chromium, each"
	@echo "              with a file of 30 MB"
	@echo "make lint     style checks"
	@echo "make bench    measurements against named peers"
	@echo "make install  the module and its files into the system's nginx, or"
	@echo "              below DESTDIR; make uninstall takes them away"
	@echo "make deb      Debian packages, in build/; make deb-test installs and"
	@echo "              runs them in a fresh root (as root)"
	@echo "make clean    remove build/ and run/"
	@echo
	@echo "GLYPH_PORT=8080 GLYPH_RUN=run NGINX_SRC= NGINX_FLAGS= NGINX=nginx"
	@echo "TEST_NGINX_LIB= TESTS='t/fault t'"
	@echo "FUZZ_SECONDS=60 FUZZ_TARGETS='$(FUZZ_TARGETS)'"

deps:
	@util/deps.sh $(PACKAGES)


# the core, the command line tool, the unit tests

$(OUT)/core/%.o: src/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Isrc/core -MMD -MP -fPIC -c -o $@ $<

$(OUT)/libglyphcore.a: $(CORE_OBJ)
	@rm -f $@
	ar rcs $@ $^

CLI = src/cli/glyphsieve.c src/cli/sieve_args.c

$(OUT)/glyphsieve: $(CLI) src/cli/sieve_args.h $(OUT)/libglyphcore.a
	$(CC) $(CFLAGS) -Wno-unused-parameter -Isrc/core -o $@ $(CLI) \
		$(OUT)/libglyphcore.a $(LIBS)

$(OUT)/unit/%: t/unit/%.c t/unit/tap.c t/unit/tap.h $(OUT)/libglyphcore.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Isrc/core -It/unit -o $@ $< t/unit/tap.c \
		$(OUT)/libglyphcore.a $(WRAP) $(LIBS)

# what writes a suite's input
$(OUT)/unit/test_titles $(OUT)/unit/test_things \
$(OUT)/unit/test_markets: t/unit/titles.h

$(OUT)/unit/chosen: t/unit/chosen.c $(OUT)/libglyphcore.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Isrc/core -o $@ $^ $(LIBS)

unit: $(UNIT) $(OUT)/unit/chosen

# tables, steps and functions of conf/schema, in one file to run
$(OUT)/schema.sql: util/schema.pl $(wildcard conf/schema/*.sql conf/schema/*/*.sql)
	@mkdir -p $(@D)
	@util/schema.pl > $@.new && mv $@.new $@

module:
	@util/module.sh $(TOP) $(OUT)/nginx "$(NGINX_SRC)" \
		"$(MODULE_CFLAGS)" "$(SAN)" "$(NGINX_FLAGS)"
	@cmp -s $(OUT)/nginx/ngx_glyph_module.so $(OUT)/ngx_glyph_module.so \
		|| { cp $(OUT)/nginx/ngx_glyph_module.so $(OUT)/new.so \
		&& mv $(OUT)/new.so $(OUT)/ngx_glyph_module.so; }

-include $(CORE_OBJ:.o=.d)


# the private stack

up: build
	@util/stack.sh up

down:
	@util/stack.sh down

demo: up
	@util/demo.sh


# tests

test: build openapi
	@$(MAKE) --no-print-directory unit
	@TEST_NGINX_LIB="$(TEST_NGINX_LIB)" BUILD=$(OUT) util/test.sh $(UNIT) $(TESTS)

# each fault is built, and met by the suites that it names: a quarter of an hour
sown: deps
	@TEST_NGINX_LIB="$(TEST_NGINX_LIB)" BUILD=$(OUT) util/sow.pl $(SOWN)

# COMPAT="with without" says which of the two
compat: TESTS = t
compat: deps openapi
	@$(MAKE) --no-print-directory $(OUT)/glyphsieve
	@TEST_NGINX_LIB="$(TEST_NGINX_LIB)" BUILD=$(OUT) \
		util/compat.sh "$(NGINX_SRC)" $(TESTS)

# what t/openapi needs to compare answers with conf/openapi.yaml
openapi:
	@command -v node > /dev/null && command -v npm > /dev/null \
		|| util/deps.sh $(NODE_PACKAGES)
	@$(MAKE) --no-print-directory $(OUT)/openapi/installed

$(OUT)/openapi/installed: t/openapi/package.json t/openapi/package-lock.json
	@mkdir -p $(@D)
	@cp t/openapi/package.json t/openapi/package-lock.json \
		t/openapi/.npmrc $(@D)
	cd $(@D) && npm ci --silent
	@touch $@

# the page in Chromium, two minutes
test-ui: build
	@util/deps.sh $(UI_PACKAGES)
	@command -v node > /dev/null && command -v npm > /dev/null \
		|| util/deps.sh $(NODE_PACKAGES)
	@$(MAKE) --no-print-directory $(OUT)/ui/installed
	@BUILD=$(OUT) util/ui.sh

$(OUT)/ui/installed: t/ui/package.json t/ui/package-lock.json
	@mkdir -p $(@D)
	@cp t/ui/package.json t/ui/package-lock.json t/ui/.npmrc $(@D)
	cd $(@D) && npm ci --silent
	@touch $@

# SOAK_SECONDS=600, SOAK_SEED to repeat one
soak: build
	@TEST_NGINX_LIB="$(TEST_NGINX_LIB)" BUILD=$(OUT) util/test.sh t/soak

clients: build
	@util/deps.sh $(CLIENT_PACKAGES)
	@command -v node > /dev/null || util/deps.sh $(NODE_PACKAGES)
	@BUILD=$(OUT) util/test.sh t/clients

asan: deps
	@$(MAKE) --no-print-directory BUILD=$(OUT)/asan NGINX_SRC=$(NGINX_SRC) \
		SAN="$(ASAN)" GLYPH_ASAN=1 test
	@FUZZ_RUNS=20000 $(MAKE) --no-print-directory FUZZ_SECONDS=10 \
		FUZZ_TARGETS="$(filter-out fuzz_http,$(FUZZ_TARGETS))" fuzz
	@FUZZ_SEED=$(or $(FUZZ_SEED),1) $(MAKE) --no-print-directory \
		FUZZ_SECONDS=60 FUZZ_TARGETS=fuzz_http fuzz

# FUZZ_SEED to repeat what fuzz_http has found
fuzz: fuzz-build
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" TEST_NGINX_LIB="$(TEST_NGINX_LIB)" \
		BUILD=$(OUT) util/fuzz.sh $(FUZZ_TARGETS)

# fuzz_http is no program but t/fuzz/http.t, and needs no clang
FUZZ_PROGRAMS = $(filter-out fuzz_http,$(FUZZ_TARGETS))

fuzz-deps: deps
	@[ -z "$(FUZZ_PROGRAMS)" ] || util/deps.sh $(FUZZ_PACKAGES)

fuzz-build: fuzz-deps
	@[ -z "$(FUZZ_PROGRAMS)" ] || $(MAKE) --no-print-directory \
		$(FUZZ_PROGRAMS:%=$(OUT)/fuzz/%)
	@[ -z "$(filter fuzz_http,$(FUZZ_TARGETS))" ] || $(MAKE) \
		--no-print-directory BUILD=$(OUT)/asan NGINX_SRC=$(NGINX_SRC) \
		SAN="$(ASAN)" build

# gcc's warnings are those that count for the core
$(OUT)/fuzz/core/%.o: src/core/%.c
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -w -Isrc/core -MMD -MP -c -o $@ $<

$(OUT)/fuzz/obj/%.o: t/fuzz/%.c
	@mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) $(WARN) -MMD -MP -Isrc/core -c -o $@ $<

$(OUT)/fuzz/fuzz_%: $(OUT)/fuzz/obj/fuzz_%.o $(FUZZ_COMMON) $(FUZZ_CORE)
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PRECIOUS: $(OUT)/fuzz/obj/%.o $(OUT)/fuzz/core/%.o

-include $(FUZZ_CORE:.o=.d) $(wildcard $(OUT)/fuzz/obj/*.d)


lint:
	@util/lint.sh

bench: build
	@util/deps.sh $(BENCH_PACKAGES)
	@command -v node > /dev/null && command -v npm > /dev/null \
		|| util/deps.sh $(NODE_PACKAGES)
	@bench/run.sh

install: build
	@DESTDIR="$(DESTDIR)" BUILD=$(OUT) util/install.sh install

uninstall:
	@DESTDIR="$(DESTDIR)" BUILD=$(OUT) util/install.sh uninstall

deb: deps
	@util/deps.sh $(DEB_PACKAGES)
	@BUILD=$(OUT) util/deb.sh

# in a root of its own: needs root, the network, two minutes
deb-test: deb
	@util/deps.sh $(DEB_TEST_PACKAGES)
	@prove t/deb/packages.t
	@BUILD=$(OUT) prove --exec bash t/deb/root.sh

clean: down
	rm -rf $(OUT) $(GLYPH_RUN)
