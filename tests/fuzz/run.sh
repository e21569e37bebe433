#!/usr/bin/env bash
# A short run of every fuzz target, two at a time; seconds each as the second argument.
#   tests/fuzz/run.sh build/asan [20]
set -euo pipefail
build=$1
seconds=${2:-20}
corpus=$build/corpus
targets=(safetensors image config lists share sign_code donors)
"$build/tests/fuzz/fuzz_seeds" "$corpus"

fuzz() {
  "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/" "$corpus/$1" >"$build/fuzz_$1.log" 2>&1
}
show() {
  echo "the $1 reader, $seconds s"
  grep -E 'ERROR|SUMMARY|stat::number_of_executed|artifact|==[0-9]+==' "$build/fuzz_$1.log" || true
}

failed=()
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  pair=("${targets[@]:i:2}") running=()
  for target in "${pair[@]}"; do
    fuzz "$target" &
    running+=($!)
  done
  for j in "${!pair[@]}"; do
    wait "${running[j]}" || failed+=("${pair[j]}")
    show "${pair[j]}"
  done
done
echo "$((${#targets[@]} - ${#failed[@]})) passed, ${#failed[@]} failed"
if [ "${#failed[@]}" -gt 0 ]; then
  echo "failed: ${failed[*]}; the inputs are in $build" >&2
  exit 1
fi
