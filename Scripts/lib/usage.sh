# shellcheck shell=bash
# Help texts of the scripts; to be sourced.

# Prints the comment at the head of a script: everything between its first line and its `set` line.
print_usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$1"
}
