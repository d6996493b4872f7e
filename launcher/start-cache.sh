# Sourced by ./weft: an archive of the classes and lambdas that a training run needed, with which a demo is ready
# 1.5 s earlier (docs/benchmarks.md).

# Prints the flag that uses the archive; a JVM whose other flags do not go with it leaves it aside. Where there is none, a command
# that starts a node has it made; short ones do not wait for that. Needs WEFT_DIR, JAVA_HOME.
start_cache_flag() {
  local application=$1 version place cache
  shift
  if [ -n "${WEFT_NO_START_CACHE:-}" ]; then return 0; fi
  case ${WEFT_JAVA_OPTS:-} in *-XX:AOT*) return 0 ;; esac # the JVM takes an archive of the one kind or of the other
  version=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release" 2>/dev/null)
  place=$(printf '%s' "$application" | cksum) # the JVM uses an archive where it was made, and nowhere else
  cache=$application/start-${version:-25}-${place%% *}.jsa
  if ! fresh_archive "$cache" "$application"; then
    [ -z "${WEFT_JAVA_OPTS:-}" ] && starts_a_node "$@" && train "$cache" "$application" || return 0
  fi
  if [ -s "$cache" ]; then printf '%s\n' "-XX:SharedArchiveFile=$cache"; fi
}

starts_a_node() {
  case " $* " in *" --help "* | *" -h "*) return 1 ;; esac
  case ${1:-} in demo | serve | gateway | bench) return 0 ;; *) return 1 ;; esac
}

# True where there is an archive of these very jars, or (an empty file) word that it cannot be made.
fresh_archive() {
  [ -f "$1" ] && [ -z "$(find "$2" -name '*.jar' -newer "$1" -print -quit 2>/dev/null)" ]
}

# One training at a time; who comes while it runs starts without.
train() {
  local cache=$1 application=$2 lock=$1.lock java mine
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
  echo "weft: learning to start fast, this once (some ten seconds)" >&2
  java=
  trap 'stop_training' INT TERM
  if training_step -Xshare:off "-XX:DumpLoadedClassList=$lock/classes" \
    --module-path "$application" --module org.weft.tools/org.weft.tools.TrainingRun "$lock/home" &&
    training_step -Xshare:dump "-XX:SharedClassListFile=$lock/classes" "-XX:SharedArchiveFile=$lock/archive" \
      --module-path "$application" --module org.weft.tools/org.weft.tools.Weft && [ -s "$lock/archive" ]; then
    mv "$lock/archive" "$cache"
  elif [ "$(cat "$lock/pid" 2>/dev/null)" = "$mine" ]; then
    : >"$cache" # not tried again until the next build
  fi
  trap - INT TERM
  rm -rf "$lock"
}

# Runs a JVM with that part's flags, out of sight. In the background, since a trap waits for what runs in front.
training_step() {
  "$JAVA_HOME/bin/java" "@$WEFT_DIR/launcher/jvm.options" "-Dweft.dir=$WEFT_DIR" "$@" >>"$lock/log" 2>&1 </dev/null &
  java=$!
  wait "$java"
}

stop_training() {
  if [ -n "$java" ]; then
    kill "$java" 2>/dev/null
    wait "$java"
  fi
  rm -rf "$lock"
  exit 130
}
