# Sourced by ./weft and ./build: where a JDK 25 is on this machine.

# Prints the home of a JDK whose major version is 25, or one sentence on stderr that says how to get one.
find_jdk25() {
  local home java
  while IFS= read -r home; do
    if is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done < <(jdk_homes)
  java=$(command -v java 2>/dev/null) && java=$(readlink -f "$java" 2>/dev/null || printf '%s' "$java")
  home=${java%/bin/java}
  if [ -n "$java" ] && is_jdk25 "$home"; then
    printf '%s\n' "$home"
    return 0
  fi
  echo "weft: no JDK 25 was found: install one (for example Eclipse Temurin 25: apt install temurin-25-jdk, brew install temurin@25, sdk install java 25-tem) or set JAVA_HOME to it." >&2
  return 1
}

# Prints the homes that people and package managers use, one a line, in the order in which we trust them.
jdk_homes() {
  printf '%s\n' "${JAVA_HOME:-}" "${WEFT_JAVA_HOME:-}" "${JDK_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* /usr/local/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/*
}

# A JDK 25 has a compiler and a release file that says so; reading it is quicker than starting a JVM.
is_jdk25() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] && grep -qE '^JAVA_VERSION="25([."+-]|$)' "$1/release"
}
