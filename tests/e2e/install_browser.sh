#!/usr/bin/env bash
# Find a Chromium for the browser tests, or install one: Debian's package, else Playwright's own.
set -euo pipefail
bin=$1
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
else
    "$bin/playwright" install chromium
fi
