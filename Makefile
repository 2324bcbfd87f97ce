# SPDX-License-Identifier: LGPL-2.1-or-later
# Thin on purpose: the work is done by npm scripts and by tools/. Every target that needs npm packages depends on
# node_modules/.stamp, which installs what is missing (system packages too, on Debian and Ubuntu) and is quick when nothing is.

PACKAGE = migrate
METAINFO = org.cockpit_project.migrate.metainfo.xml
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' package.json)

# Node of the system if it is new enough, else the one that tools/ensure-packages put into .cache/.
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)

# Without po/migrate.pot, which is made from the others.
SOURCES := $(shell find src po -type f ! -name '*.pot' 2>/dev/null) $(wildcard tools/*-plugin.js) tools/unused-styles.js \
	manifest.json index.html package.json vite.config.ts vite.cli.config.ts
LINGUAS := $(basename $(notdir $(wildcard po/*.po)))

# An archive of `make dist` contains dist/ and dist-cli/, but no npm packages: nothing is built there, without Node and network.
ifneq ($(if $(wildcard node_modules),,$(wildcard dist/manifest.json)),)
built_from =
else
built_from = node_modules/.stamp $(SOURCES)
endif

all: dist/manifest.json dist-cli/cockpit-migrate

# What building needs: Node and the npm packages of the lock file.
node_modules/.stamp: package-lock.json tools/ensure-packages
	tools/ensure-packages build
	npm ci --no-audit --no-fund
	@touch $@

dist/manifest.json: $(built_from)
	npm run --silent build:page

dist-cli/cockpit-migrate: $(built_from)
	npm run --silent build:cli

demo: dist/manifest.json
	tools/ensure-packages lab
	node tools/demo.js

check: node_modules/.stamp
	tools/ensure-packages lab check packages
	node tools/check.js

# With the whole catalogue of broken and healthy cases.
check-all: node_modules/.stamp
	tools/ensure-packages lab check packages
	node tools/check.js --all

static: node_modules/.stamp
	npm run --silent static

bench: dist/manifest.json
	tools/ensure-packages lab check bench
	node tools/bench.js

po/migrate.pot: node_modules/.stamp $(SOURCES)
	npm run --silent pot

# The names of the scripts change with their content, so files of an older version would stay forever.
install: dist/manifest.json dist-cli/cockpit-migrate
	rm -rf $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	mkdir -p $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	cp -r dist/. $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	rm $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)/notices.txt
	mkdir -p $(DESTDIR)$(PREFIX)/share/metainfo
	install -m 644 packaging/$(METAINFO) $(DESTDIR)$(PREFIX)/share/metainfo
	mkdir -p $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 dist-cli/cockpit-migrate $(DESTDIR)$(PREFIX)/bin
	install -m 644 packaging/cockpit-migrate.1 $(DESTDIR)$(PREFIX)/share/man/man1
	mkdir -p $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate-cli
	install -m 644 dist/notices.txt $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate
	install -m 644 dist-cli/notices.txt $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate-cli

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	rm -f $(DESTDIR)$(PREFIX)/share/metainfo/$(METAINFO)
	rm -f $(DESTDIR)$(PREFIX)/bin/cockpit-migrate $(DESTDIR)$(PREFIX)/share/man/man1/cockpit-migrate.1
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate $(DESTDIR)$(PREFIX)/share/doc/cockpit-migrate-cli

# A link in the developer's own home: Cockpit serves the page from the checkout after a reload.
devel-install: dist/manifest.json dist-cli/cockpit-migrate
	mkdir -p $(HOME)/.local/share/cockpit
	ln -sfn $(CURDIR)/dist $(HOME)/.local/share/cockpit/$(PACKAGE)

devel-uninstall:
	rm -f $(HOME)/.local/share/cockpit/$(PACKAGE)

# The source with dist/ and dist-cli/ built, so that packagers and machines without Node can install it with `make install`.
dist_archive = cockpit-migrate-$(VERSION).tar.xz
dist: dist/manifest.json dist-cli/cockpit-migrate
	tools/make-archive

# Packages of Debian (and Ubuntu) and of Fedora (and RHEL), in build/.
deb rpm: dist
	tools/ensure-packages packages
	tools/make-packages $@ $(dist_archive) build

clean:
	rm -rf dist dist-cli build node_modules .cache cockpit-migrate-*.tar.xz

.PHONY: all demo check check-all static bench install uninstall devel-install devel-uninstall dist deb rpm clean
