#!/usr/bin/env bash
# Validates docker-compose.yml with docker-compose (Debian: apt install docker-compose) or docker's compose plugin.
# Needs no engine. Where neither is installed it says so and passes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if command -v docker-compose >/dev/null; then
  compose=(docker-compose)
elif docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
else
  echo "check-compose: SKIPPED, docker-compose.yml was NOT checked: neither docker-compose nor docker's compose plugin is installed (Debian: apt install docker-compose)" >&2
  exit 0
fi

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
