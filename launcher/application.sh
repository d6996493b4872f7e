# Sourced by ./weft: where the application folder is, built first when it must be.

# Sets application to the folder of jars to run, and just_built if it was built now. Needs WEFT_DIR and JAVA_HOME.
find_application() {
  just_built=
  if [ ! -f "$WEFT_DIR/pom.xml" ]; then # an installed copy has no sources
    application=$WEFT_DIR/lib
    return 0
  fi
  application=$WEFT_DIR/tools/target/weft
  if stale "$application"; then
    build_application "$application" || return 1
    just_built=yes
  fi
}

# True when there is no build, or a source is newer than it.
stale() {
  local jar=$1/weft-tools-0.1.0-SNAPSHOT.jar stamp=$1/.built
  [ -f "$jar" ] || return 0
  if [ ! "$stamp" -nt "$jar" ]; then stamp=$jar; fi
  [ -n "$(find "$WEFT_DIR/pom.xml" "$WEFT_DIR"/*/pom.xml "$WEFT_DIR"/*/src/main -newer "$stamp" -type f -print -quit 2>/dev/null)" ]
}

# Runs Maven for the application alone and shows how far it is. One build at a time.
build_application() {
  local built=$1 lock=$WEFT_DIR/tools/target/.building log started=$SECONDS
  command -v mvn >/dev/null || {
    echo "weft: Maven is not installed, and Weft has to be built once: install Maven 3.8 or newer (apt install maven, brew install maven)." >&2
    return 1
  }
  mkdir -p "$WEFT_DIR/tools/target" 2>/dev/null || {
    echo "weft: cannot write to $WEFT_DIR: build it once as a user who can." >&2
    return 1
  }
  while ! mkdir "$lock" 2>/dev/null; do
    if [ -f "$lock/pid" ] && ! kill -0 "$(cat "$lock/pid" 2>/dev/null)" 2>/dev/null; then
      rm -rf "$lock"
      continue
    fi
    if [ $((SECONDS - started)) -gt 900 ]; then
      echo "weft: another build has held $lock for 15 minutes: remove it if none runs." >&2
      return 1
    fi
    sleep 0.3
  done
  echo $$ >"$lock/pid"
  if ! stale "$built"; then # somebody else built it meanwhile
    rm -rf "$lock"
    return 0
  fi
  log=$lock/log
  MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
    mvn -B -ntp -f "$WEFT_DIR/pom.xml" -Dquick -DskipTests -Dmaven.test.skip=true package >"$log" 2>&1 &
  local maven=$!
  # shellcheck disable=SC2064
  trap "kill $maven 2>/dev/null; rm -rf '$lock'; exit 130" INT TERM
  show_progress "$maven" "$log"
  local status=0
  wait "$maven" || status=$?
  trap - INT TERM
  if [ "$status" -ne 0 ]; then
    grep -E '^\[ERROR\]' "$log" | head -n 12 >&2 || tail -n 12 "$log" >&2
    mkdir -p "$WEFT_DIR/tools/target"
    cp "$log" "$WEFT_DIR/tools/target/build.log" 2>/dev/null
    rm -rf "$lock"
    echo "weft: the build failed: the lines above say where, and tools/target/build.log has the rest." >&2
    return 1
  fi
  touch "$built/.built"
  rm -rf "$lock"
  echo "weft: built in $((SECONDS - started)) s" >&2
}

# A line that moves on a terminal; elsewhere a line a module.
show_progress() {
  local maven=$1 log=$2 started=$SECONDS step said=none
  while kill -0 "$maven" 2>/dev/null; do
    step=$(sed -nE 's/.*Building Weft ([a-z]+) .*\[([0-9]+)\/([0-9]+)\].*/\2 of \3 \1/p' "$log" 2>/dev/null | tail -n 1)
    if [ -t 2 ]; then
      printf '\rweft: building, this once: %-18s %3d s ' "${step:-starting Maven}" $((SECONDS - started)) >&2
    elif [ "$step" != "$said" ]; then
      echo "weft: building, this once: ${step:-starting Maven}" >&2
      said=$step
    fi
    sleep 0.3
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}
