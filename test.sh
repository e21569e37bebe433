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
  cmake --build --preset "$preset" -j "$jobs"
  case "$preset" in
    fuzz) tests/fuzz/run.sh "build/fuzz" ;;
    standalone) tests/standalone_test.sh build/standalone/scrim ;;
    tsan)
      # What the sanitizer can find is in the thread loop and its users; gradients by central differences run elsewhere.
      ctest --test-dir build/tsan -j "$jobs" --output-on-failure -R 'tensor\.|data\.|models\.|training\.Pretrain\.|Conv2d|BatchNorm' ;;
    *) ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure ;;
  esac
done
