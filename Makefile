# SPDX-License-Identifier: LGPL-2.1-or-later
# Thin on purpose: the work is done by npm scripts and by tools/. Every target that needs npm packages depends on
# node_modules/.stamp, which installs what is missing (system packages too, on Debian and Ubuntu) and is quick when nothing is.

PACKAGE = migrate
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' package.json)

# Node of the system if it is new enough, else the one that tools/ensure-packages put into .cache/.
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)

# Without po/migrate.pot, which is made from the others.
SOURCES := $(shell find src po -type f ! -name '*.pot' 2>/dev/null) manifest.json index.html vite.config.ts package.json
LINGUAS := $(basename $(notdir $(wildcard po/*.po)))

all: dist/manifest.json dist-cli/cockpit-migrate

# What building needs: Node and the npm packages of the lock file.
node_modules/.stamp: package-lock.json tools/ensure-packages
	tools/ensure-packages build
	npm ci --no-audit --no-fund
	@touch $@

dist/manifest.json: node_modules/.stamp $(SOURCES)
	npm run --silent build:page

dist-cli/cockpit-migrate: node_modules/.stamp $(SOURCES) vite.cli.config.ts
	npm run --silent build:cli

demo: dist/manifest.json
	tools/ensure-packages lab
	node tools/demo.js

check: node_modules/.stamp
	tools/ensure-packages lab check
	node tools/check.js

# With the whole catalogue of broken and healthy set-ups.
check-all: node_modules/.stamp
	tools/ensure-packages lab check
	node tools/check.js --all

static: node_modules/.stamp
	npm run --silent static

bench: dist/manifest.json
	tools/ensure-packages lab check bench
	node tools/bench.js

po/migrate.pot: node_modules/.stamp $(SOURCES)
	npm run --silent pot

install: dist/manifest.json dist-cli/cockpit-migrate
	mkdir -p $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	cp -r dist/. $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	mkdir -p $(DESTDIR)$(PREFIX)/share/metainfo
	cp packaging/org.cockpit_project.migrate.metainfo.xml $(DESTDIR)$(PREFIX)/share/metainfo
	mkdir -p $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 dist-cli/cockpit-migrate $(DESTDIR)$(PREFIX)/bin
	install -m 644 packaging/cockpit-migrate.1 $(DESTDIR)$(PREFIX)/share/man/man1

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/share/cockpit/$(PACKAGE)
	rm -f $(DESTDIR)$(PREFIX)/share/metainfo/org.cockpit_project.migrate.metainfo.xml
	rm -f $(DESTDIR)$(PREFIX)/bin/cockpit-migrate $(DESTDIR)$(PREFIX)/share/man/man1/cockpit-migrate.1

# A link in the developer's own home: Cockpit serves the page from the checkout after a reload.
devel-install: dist/manifest.json dist-cli/cockpit-migrate
	mkdir -p $(HOME)/.local/share/cockpit
	ln -sfn $(CURDIR)/dist $(HOME)/.local/share/cockpit/$(PACKAGE)

devel-uninstall:
	rm -f $(HOME)/.local/share/cockpit/$(PACKAGE)

# The source with dist/ and dist-cli/ built, so that packagers and machines without Node can install it with `make install`.
dist-archive = cockpit-migrate-$(VERSION).tar.xz
dist: dist/manifest.json dist-cli/cockpit-migrate
	tar --create --xz --file $(dist-archive) --transform 's,^,cockpit-migrate-$(VERSION)/,' \
		--exclude-vcs --exclude='*/node_modules' dist dist-cli $$(git ls-files)
	@echo $(dist-archive)

clean:
	rm -rf dist dist-cli node_modules .cache cockpit-migrate-*.tar.xz

.PHONY: all demo check check-all static bench install uninstall devel-install devel-uninstall dist clean
