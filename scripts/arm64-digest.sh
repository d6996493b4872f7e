#!/usr/bin/env bash
# Computes the digest of all kernels, and that of the embedded model's logits, on AArch64 under user-mode emulation, with
# NEON (128 bits) and with SVE, and fails unless they are the pinned ones. Debian or Ubuntu, with the package source of an AArch64 JRE 25 (trixie) in reach.
# Use: scripts/arm64-digest.sh [DIR]     DIR keeps the runtime for the next time; a temporary one by default.
# Some minutes: nothing is interpreted faster by being emulated.
set -euo pipefail
unset CDPATH # with it, cd goes elsewhere and says where to
cd "$(dirname "$0")/.."
. launcher/jdk.sh
home=$(find_jdk25) || exit 1

if [[ $# -gt 0 ]]; then
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
else
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
fi
root=$dir/root
java=$root/usr/lib/jvm/java-25-openjdk-arm64/bin/java

if ! command -v qemu-aarch64-static >/dev/null; then
  apt-get update -qq >&2
  apt-get install -y -qq qemu-user-static >&2
fi

if [[ ! -x $java ]]; then
  uri=$(grep -rhoE '^URIs: *\S+' /etc/apt/sources.list.d/ 2>/dev/null | awk '{print $2}' | grep -m1 debian || true)
  [[ -n $uri ]] || uri=$(grep -hoE '^deb [^#]*' /etc/apt/sources.list | grep -oE 'https?://\S+' | head -1)
  mkdir -p "$dir"/{lists/partial,cache/archives/partial,root}
  : >"$dir/status"
  echo "deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$dir/sources.list"
  apt_arm64() {
    apt-get -oDir::Etc::sourcelist="$dir/sources.list" -oDir::Etc::sourceparts=/dev/null -oAPT::Architecture=arm64 \
      -oAPT::Architectures=arm64 -oDir::State::Lists="$dir/lists" -oDir::Cache="$dir/cache" \
      -oDir::State::status="$dir/status" "$@" >&2
  }
  apt_arm64 update -qq
  apt_arm64 -y -qq --no-install-recommends --download-only install openjdk-25-jre-headless
  for deb in "$dir"/cache/archives/*.deb; do dpkg -x "$deb" "$root"; done
  [[ -e $root/lib ]] || ln -s usr/lib "$root/lib"
fi
# Debian keeps the runtime's configuration in /etc, which outside of the emulated root is another machine's.
find "$root/usr/lib/jvm" -type l -lname '/etc/*' | while read -r link; do
  ln -sfn "$root$(readlink "$link")" "$link"
done

classes=$dir/classes
mkdir -p "$classes"
jspecify=$(find "${MAVEN_REPO:-$HOME/.m2/repository}" -name 'jspecify-1*.jar' | head -1)
tests=shard/src/test/java/org/weft/shard
mapfile -t sources < <(find shard/src/main/java/org/weft/shard/{kernel,gguf,model} -name '*.java'
  ls shard/src/main/java/org/weft/shard/*.java
  ls $tests/kernel/{KernelDigest,Buffers,RandomBlocks,PagedKv}.java $tests/model/{LogitsDigest,Pipeline}.java)
"$home/bin/javac" -nowarn --add-modules jdk.incubator.vector -cp "$jspecify" -d "$classes" "${sources[@]}" 2>/dev/null

status=0
emulated() { # CPU MAIN ARGUMENTS...
  printf '%s: ' "$1"
  QEMU_CPU=$1 qemu-aarch64-static -L "$root" "$java" -Xshare:off --enable-native-access=ALL-UNNAMED \
    -XX:CompileCommand=quiet -XX:CompileCommand='CompileThresholdScaling,org.weft.shard.kernel.Vector*::*,0.02' \
    --add-modules jdk.incubator.vector -cp "$classes:shard/src/test/resources" "${@:2}" 2>/dev/null || status=1
}
for cpu in cortex-a72 max; do
  emulated "$cpu" org.weft.shard.kernel.KernelDigest vector 1
  emulated "$cpu" org.weft.shard.model.LogitsDigest models/weft-demo-q8_0.gguf 1
done
exit $status
