# Sourced by ./weft and ./build: gives a program that was started without standard input, output or error (weft <&-, a daemon's
# child) something in their places. A JVM takes a free descriptor below 3 for files of its own, and crashes when they are used.

# Nothing to read; writes fail as they do where nothing is open, so that output is not lost in silence; nobody reads errors.
{ : 9<&0; } 2>/dev/null || exec </dev/null
{ : 9>&1; } 2>/dev/null || exec 1</dev/null
: 9>&2 || exec 2>/dev/null
