#!/usr/bin/env bash
# Find what the tests drive besides Python, or install it: a Chromium (Debian's package, else
# Playwright's own) and nginx (Debian's; where it cannot be installed its tests are skipped).
set -euo pipefail
bin=$1
PATH=$PATH:/usr/sbin
may_install() { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }
has_one_of() { for name in "$@"; do command -v "$name" >/dev/null && return; done; return 1; }
install() { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }

if ! has_one_of chromium chromium-browser google-chrome; then
    if may_install; then install chromium fonts-dejavu-core; else "$bin/playwright" install chromium; fi
fi

if ! has_one_of nginx && may_install; then
    # Debian starts what it installs, unless this file says no.
    policy=/usr/sbin/policy-rc.d
    if ! [ -e $policy ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    install nginx-light
fi
