#!/bin/sh
# Says which Chromium the end-to-end tests will use; on a Debian machine where we are root, installs one.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then
    echo "browser   $(command -v "$name")"
    exit 0
  fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "browser   installing Debian's chromium"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  exit 0
fi
echo "browser   no Chromium found: the end-to-end tests will be skipped." >&2
echo "          Install chromium with your system's package manager to run them." >&2
exit 1
