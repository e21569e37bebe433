#!/usr/bin/env bash
# A short run of every fuzz target; seconds each as the second argument.
#   tests/fuzz/run.sh build/fuzz [20]
set -euo pipefail
build=$1
seconds=${2:-20}
corpus=$build/corpus
"$build/tests/fuzz/fuzz_seeds" "$corpus"
passed=0
for target in safetensors image config lists share sign_code; do
  echo "fuzzing the $target reader for $seconds s"
  log=$build/fuzz_$target.log
  status=0
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/" "$corpus/$target" >"$log" 2>&1 || status=$?
  grep -E 'ERROR|SUMMARY|stat::number_of_executed|artifact|==' "$log" || true
  [ "$status" -eq 0 ] || { echo "the $target reader failed; the input is in $build" >&2; exit 1; }
  passed=$((passed + 1))
done
echo "$passed passed, 0 failed"
