# Sourced by ./weft: an archive of the classes and lambdas that a training run needed, with which a demo is ready
# 1.5 s earlier (docs/benchmarks.md).

# Sets start_cache to the flag that uses the archive, or to nothing; a JVM whose other flags do not go with it leaves it aside.
# A build makes one (just_built is not empty). Where there is none, as in a fresh installation, a command that starts a node has it
# made; short ones do not wait for that. Needs WEFT_DIR, JAVA_HOME.
find_start_cache() {
  local application=$1 just_built=$2 cache
  shift 2
  start_cache=
  if [ -n "${WEFT_NO_START_CACHE:-}" ]; then return 0; fi
  case ${WEFT_JAVA_OPTS:-} in *-XX:AOT*) return 0 ;; esac # the JVM takes an archive of the one kind or of the other
  cache=$application/start-$(archived "$application")
  if [ ! -s "$cache.jsa" ] && ! failed_lately "$cache" &&
    { [ -n "$just_built" ] || { [ -z "${WEFT_JAVA_OPTS:-}" ] && starts_a_node "$@"; }; }; then
    train "$cache" "$application" || return 0
  fi
  if [ -s "$cache.jsa" ]; then start_cache=-XX:SharedArchiveFile=$cache.jsa; fi
}

# A number for all that the JVM compares: it takes an archive only at the place and with the very files that it was made from,
# and one that it cannot take is worse than none, since it goes without its own as well then.
archived() {
  {
    printf '%s\n' "$1"
    cat "$JAVA_HOME/release" 2>/dev/null || :
    TIME_STYLE=full-iso TZ=UTC0 LC_ALL=C ls -ln "$1"/*.jar 2>/dev/null || :
  } | cksum | sed 's/ .*//'
}

starts_a_node() {
  case " $* " in *" --help "* | *" -h "*) return 1 ;; esac
  case ${1:-} in demo | serve | gateway | bench) return 0 ;; *) return 1 ;; esac
}

# What made it fail may be gone tomorrow.
failed_lately() {
  [ -n "$(find "$1.log" -mtime -1 2>/dev/null)" ]
}

# One training at a time; who comes while it runs starts without.
train() {
  local cache=$1 application=$2 lock=$1.lock java=
  if ! mkdir "$lock" 2>/dev/null; then
    if [ -n "$(find "$lock" -maxdepth 0 -mmin +5 2>/dev/null)" ] || ! held "$lock"; then rm -rf "$lock"; fi
    return 1
  fi
  echo $$ >"$lock/pid"
  say "learning to start fast, this once (some ten seconds)"
  trap 'stop_training 130' INT
  trap 'stop_training 143' TERM
  if training_step -Xshare:off "-XX:DumpLoadedClassList=$lock/classes" \
    --module-path "$application" --module org.weft.tools/org.weft.tools.TrainingRun "$lock/home" &&
    training_step -Xshare:dump "-XX:SharedClassListFile=$lock/classes" "-XX:SharedArchiveFile=$lock/archive" \
      --module-path "$application" --module org.weft.tools/org.weft.tools.Weft && [ -s "$lock/archive" ] && ours "$lock"; then
    rm -f "$application"/start-*.jsa "$application"/start-*.aot "$application"/start-*.log # of builds and JDKs before
    mv "$lock/archive" "$cache.jsa"
  elif ours "$lock"; then
    mv "$lock/log" "$cache.log"
    say "that failed, and starts take a little longer; $cache.log says why."
  fi
  trap - INT TERM
  if ours "$lock"; then rm -rf "$lock"; fi
}

# To who builds or watches: to a program, what a command says is one sentence.
say() {
  if [ -n "$just_built" ] || [ -t 2 ]; then echo "weft: $1" >&2; fi
}

# Who made the lock has not written its number yet, or lives.
held() {
  [ ! -f "$1/pid" ] || kill -0 "$(cat "$1/pid" 2>/dev/null)" 2>/dev/null
}

ours() {
  [ "$(cat "$1/pid" 2>/dev/null)" = $$ ]
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
  exit "$1"
}
