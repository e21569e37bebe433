#!/usr/bin/env bash
# Installs what is missing, builds and runs every test.
#   ./test.sh                 the release build
#   ./test.sh asan|tsan|reference|fuzz ...    further presets, one after the other
#   ./test.sh all             every preset that is tested
set -euo pipefail
cd "$(dirname "$0")"
presets=("${@:-release}")
[ "${presets[0]}" = all ] && presets=(release reference asan tsan standalone fuzz)
./install_dependencies.sh test
jobs=$(nproc)

for preset in "${presets[@]}"; do
  echo "== $preset"
  cmake --preset "$preset" >/dev/null
  case "$preset" in
    # The reference build is about the ops; what threads share is below the tools.
    reference) targets=(tensor_test ops_test) ;;
    tsan) targets=(tensor_test ops_test data_test training_test) ;;
    *) targets=(all) ;;
  esac
  cmake --build --preset "$preset" -j "$jobs" --target "${targets[@]}"
  case "$preset" in
    fuzz) tests/fuzz/run.sh build/fuzz ;;
    standalone) tests/standalone_test.sh build/standalone/scrim ;;
    *)
      # Only the programs that were built have tests to list. The longest tests are for the release build: what the
      # others look for shows at a smaller size too.
      skipped=_NOT_BUILT
      [ "$preset" = release ] || skipped+='|GoldenFull|winograd_wide|OnRealFilms|Learn|KilledAtRandomMoments|PlaysTheGame|PixelsOfNoise'
      ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure -E "$skipped" ;;
  esac
done
