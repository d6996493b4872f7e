#!/usr/bin/env bash
# Fuzzes every target for SECONDS (default 20), one JVM a target: ./launcher/fuzz.sh [SECONDS]
# In an ordinary build the same tests replay their seeds only.
set -euo pipefail
unset CDPATH # with it, cd goes elsewhere and says where to
cd "$(dirname "$0")/.."
seconds=${1:-20}
. ./launcher/jdk.sh
JAVA_HOME=$(find_jdk25)
export JAVA_HOME JAZZER_FUZZ=1 MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"

targets=$(grep -rlE '@FuzzTest' --include='*Test.java' ./*/src/test/java | sort)
passed=0
for file in $targets; do
  module=$(echo "$file" | cut -d/ -f2)
  name=$(basename "$file" .java)
  echo "fuzzing $module $name for $seconds s"
  mvn -B -q -ntp -o -Dquick -pl "$module" -am surefire:test -Dtest="$name" -Dsurefire.failIfNoSpecifiedTests=false \
    -Djazzer.max_duration="${seconds}s" || { echo "fuzzing $name found something: see $module/target/surefire-reports"; exit 1; }
  passed=$((passed + 1))
done
echo "fuzzing: $passed passed, 0 failed"
