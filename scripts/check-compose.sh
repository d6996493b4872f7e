#!/usr/bin/env bash
# Validates docker-compose.yml with docker-compose (Debian's package) or docker's compose plugin; neither needs an engine for it.
# Installs docker-compose where neither is there and a package manager can. Where that fails, too, it says so and passes: this
# machine's lack of a tool is no fault of the file's.
set -euo pipefail
unset CDPATH # with it, cd goes elsewhere and says where to
cd "$(dirname "${BASH_SOURCE[0]}")/.."

compose_is_there() {
  if command -v docker-compose >/dev/null; then
    compose=(docker-compose)
  elif docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
  else
    return 1
  fi
}

install_compose() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  echo "check-compose: installing docker-compose" >&2
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-compose; } </dev/null >&2
}

compose_is_there || { install_compose && compose_is_there; } || {
  echo "check-compose: SKIPPED, docker-compose.yml was NOT checked: neither docker-compose nor docker's compose plugin is installed, and it cannot be installed here (Debian: apt install docker-compose)" >&2
  exit 0
}

"${compose[@]}" -f docker-compose.yml config --quiet
# What config cannot see: variables reach the commands, and every service is there.
seen=$(WEFT_MODEL=/models/m.gguf WEFT_BLOCKS_1=0:10 WEFT_BLOCKS_2=10:20 WEFT_BLOCKS_3=20:30 WEFT_API_KEY=secret \
  "${compose[@]}" -f docker-compose.yml config)
for text in /models/m.gguf 0:10 10:20 20:30 secret identities: node-1: node-2: node-3: gateway:; do
  grep -qF -- "$text" <<<"$seen" || {
    echo "check-compose: '$text' is missing from the configuration that ${compose[*]} reads" >&2
    exit 1
  }
done
echo "check-compose: docker-compose.yml is valid ($("${compose[@]}" version --short 2>/dev/null || echo "${compose[*]}"))"
