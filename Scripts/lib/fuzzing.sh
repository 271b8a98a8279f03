# shellcheck shell=bash
# Building and running the fuzz targets (Tests/Fuzz); to be sourced after packages.sh.

readonly fuzz_targets=(pcap pcapng decode flows json yaml table)

# Where the targets keep what they come upon.
runs=.build/fuzz/run

# The largest input of a target: what holds several packets, documents or edits, and no more, since small inputs are fast.
largest_input() {
  case $1 in
    decode) printf 512 ;;
    table) printf 400 ;;
    json | yaml) printf 4096 ;;
    *) printf 8192 ;;
  esac
}

# Stops with 3 where the toolchain can build programs, but no fuzzers.
require_fuzzer() {
  local folder status=0
  folder=$(mktemp -d)
  printf '@c(LLVMFuzzerTestOneInput) public func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt { 0 }\n' \
    >"$folder/probe.swift"
  if ! swiftc -parse-as-library -emit-library "$folder/probe.swift" -o "$folder/probe.so" >&2; then
    status=1
  elif ! swiftc -sanitize=fuzzer,address -parse-as-library "$folder/probe.swift" -o "$folder/probe" >/dev/null 2>&1; then
    printf 'this Swift toolchain cannot build with -sanitize=fuzzer\n' >&2
    status=3
  fi
  rm -r "$folder"
  return $status
}

# Builds the fuzz targets of a copy of the package. All modules are instrumented: coverage counts in each.
build_fuzzer() {
  local package=$1 scratch=$2 configuration=$3 log
  log=$(mktemp)
  if ! swift build --package-path "$package/Tests/Fuzz" --scratch-path "$scratch" --configuration "$configuration" \
    -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address,fuzzer-no-link >"$log" 2>&1; then
    # The linker's pages of warnings about the sanitizers' symbols say nothing.
    grep -v 'Cannot export local symbol' "$log" >&2
    rm "$log"
    return 1
  fi
  rm "$log"
}

# Runs libFuzzer with settings that hold for every target. A process that crashes must not start Swift's backtracer, which
# waits for ever under the sanitizer; the runtime itself leaks a little.
run_fuzzer() {
  local program=$1 target=$2
  shift 2
  ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no "$program" "--target=$target" \
    -max_len="$(largest_input "$target")" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=512 "$@"
}

# Fuzzes a target once, as far as options of libFuzzer allow. Adds to the target's log and to `processor_seconds`. Fails if
# there is a finding.
fuzz_once() {
  local target=$1 folder=$runs/$1 status=0 TIMEFORMAT='%U %S' times
  shift
  times=$(mktemp)
  { time run_fuzzer .build/fuzz/release/flowverdict-fuzz "$target" "$@" -print_final_stats=1 \
    -artifact_prefix="$folder/findings/" "$folder/corpus" "Tests/Fuzz/corpus/$target" >>"$folder/log" 2>&1; } 2>"$times" ||
    status=$?
  processor_seconds=$(awk -v before="$processor_seconds" '{ print before + $1 + $2 }' "$times")
  rm "$times"
  return $status
}

# Fuzzes a target for so many seconds of processor time, or once where there is no such number, and prints a line of
# figures. Fails if there is a finding.
fuzz_target() {
  local target=$1 seconds=$2 status=0 processor_seconds=0 left
  shift 2
  local folder=$runs/$target
  mkdir -p "$folder/corpus" "$folder/findings"
  : >"$folder/log"
  if [ -z "$seconds" ]; then
    fuzz_once "$target" "$@" || status=$?
  else
    # libFuzzer ends by the clock: where other work took processors away, it goes on from what it has kept.
    while left=$(awk -v all="$seconds" -v used="$processor_seconds" 'BEGIN { print int(all - used + 0.999) }') &&
      [ "$left" -gt 0 ] && [ "$status" -eq 0 ]; do
      fuzz_once "$target" "$@" -max_total_time="$left" || status=$?
    done
  fi
  awk -v target="$target" -v status="$status" -v seconds="$processor_seconds" '
    / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") edges = $(i + 1); if ($i == "ft:") features = $(i + 1); if ($i == "corp:") corpus = $(i + 1) } }
    /number_of_executed_units/ { executions += $2 }
    /Test unit written to/ { finding = $NF }
    END {
      if (status && !finding) finding = "the fuzzer ended with code " status
      sub("/.*", "", corpus)
      printf "%-8s %12s %9d %9s %8s %9s  %s\n", target, executions, seconds, edges, features, corpus, finding ? finding : "none"
    }' "$folder/log"
  if [ "$status" -ne 0 ]; then
    # What did not hold, and where.
    grep -A 12 -m 1 -E 'does not hold|Fatal error|ERROR:' "$folder/log" | cut -c 1-400 >&2 || tail -n 20 "$folder/log" >&2
    return 1
  fi
}

# Makes the kept corpus of a target: as few inputs of the old and the new one as reach the same edges.
keep_corpus() {
  local target=$1 folder=$runs/$1 kept=Tests/Fuzz/corpus/$1 merged
  merged=$(mktemp -d)
  run_fuzzer .build/fuzz/release/flowverdict-fuzz "$target" -merge=1 -use_counters=0 "$merged" "$kept" "$folder/corpus" \
    >"$folder/merge.log" 2>&1
  rm -rf "$kept"
  mv "$merged" "$kept"
  chmod 755 "$kept"
}

# Plants bugs in a copy of the sources, one for each target (Tests/Fuzz/planted), and looks whether each target finds its
# own in two minutes. The bugs of one build are out of each other's way: flows reads what pcap, pcapng and decode read.
find_planted_bugs() {
  local group target wanted missed=no
  for group in 'pcap pcapng decode json yaml table' flows; do
    wanted=()
    for target in $group; do
      if [[ " $* " == *" $target "* ]]; then wanted+=("$target"); fi
    done
    if [ ${#wanted[@]} -eq 0 ]; then continue; fi
    plant_bugs .build/fuzz-planted "${wanted[@]}"
    for target in "${wanted[@]}"; do find_planted_bug .build/fuzz-planted "$target" || missed=yes; done
  done
  if [ $missed = yes ]; then return 1; fi
}

# Copies the sources, plants bugs in the copy and builds it, not optimised, which takes half the time. What was built there
# before is used again.
plant_bugs() {
  local copy=$1 target
  shift
  mkdir -p "$copy"
  rm -rf "$copy/Sources" "$copy/Tests"
  tar --create --exclude .build Package.swift Sources Tests | tar --extract --directory "$copy"
  for target in "$@"; do
    patch --quiet --strip 1 --directory "$copy" <"Tests/Fuzz/planted/$target.patch"
  done
  build_fuzzer "$copy" "$copy/.build" debug
}

find_planted_bug() {
  local copy=$1 target=$2 start=$SECONDS
  local log=$copy/$target.log
  if run_fuzzer "$copy/.build/debug/flowverdict-fuzz" "$target" -max_total_time=120 \
    -artifact_prefix="$copy/" "Tests/Fuzz/corpus/$target" >"$log" 2>&1; then
    printf '%-8s planted bug NOT FOUND in 120 s\n' "$target"
    return 1
  fi
  printf '%-8s planted bug found after %d s: %s\n' "$target" $((SECONDS - start)) \
    "$(grep -E -m 1 'does not hold|Fatal error|ERROR:' "$log" | cut -c 1-120)"
}
