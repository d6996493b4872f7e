# Sourced by ./weft: the JVM's notes from a training run, with which every start costs a fifth less (docs/benchmarks.md).

# Prints the flag that uses the notes. Where there are none, a command that starts a node has them made; short ones do not wait
# for that. Needs WEFT_DIR, JAVA_HOME.
start_cache_flag() {
  local application=$1 version cache
  shift
  if [ -n "${WEFT_JAVA_OPTS:-}${WEFT_NO_START_CACHE:-}" ]; then return 0; fi # other flags, other notes
  version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release" 2>/dev/null)
  cache=$application/start-${version:-25}.aot
  if ! fresh_notes "$cache" "$application"; then
    starts_a_node "$@" && train "$cache" "$application" || return 0
  fi
  if [ -s "$cache" ]; then printf '%s\n' "-XX:AOTCache=$cache"; fi
}

starts_a_node() {
  case " $* " in *" --help "* | *" -h "*) return 1 ;; esac
  case ${1:-} in demo | serve | gateway | bench) return 0 ;; *) return 1 ;; esac
}

# True where there are notes on these very jars, or (an empty file) word that they cannot be made.
fresh_notes() {
  [ -f "$1" ] && [ -z "$(find "$2" -name '*.jar' -newer "$1" -print -quit 2>/dev/null)" ]
}

# One training at a time; who comes while it runs starts without.
train() {
  local cache=$1 application=$2 lock=$1.lock home java mine
  if ! mkdir "$lock" 2>/dev/null; then
    if [ -f "$lock/pid" ]; then
      kill -0 "$(cat "$lock/pid" 2>/dev/null)" 2>/dev/null || rm -rf "$lock"
    elif [ -n "$(find "$lock" -maxdepth 0 -mmin +2 2>/dev/null)" ]; then
      rm -rf "$lock"
    fi
    return 1
  fi
  "$BASH" -c 'echo $PPID' >"$lock/pid" # of this subshell, which $$ is not
  mine=$(cat "$lock/pid")
  home=$lock/home
  echo "weft: learning to start fast, this once (some ten seconds)" >&2
  "$JAVA_HOME/bin/java" "@$WEFT_DIR/launcher/jvm.options" "-Dweft.dir=$WEFT_DIR" "-XX:AOTCacheOutput=$lock/notes" \
    --module-path "$application" --module org.weft.tools/org.weft.tools.TrainingRun "$home" >"$lock/log" 2>&1 </dev/null &
  java=$!
  # shellcheck disable=SC2064
  trap "kill $java 2>/dev/null; wait $java; rm -rf '$lock'; exit 130" INT TERM
  if wait "$java" && [ -s "$lock/notes" ]; then
    mv "$lock/notes" "$cache"
  elif [ "$(cat "$lock/pid" 2>/dev/null)" = "$mine" ]; then
    : >"$cache" # not tried again until the next build
  fi
  trap - INT TERM
  rm -rf "$lock"
}
