#!/usr/bin/env bash
# Installs what is missing, builds and runs every test.
#   ./test.sh                 the release build
#   ./test.sh asan|tsan|reference|fuzz|cuda-emulated|cuda ...    further presets, one after the other
#   ./test.sh all             every preset that is tested
set -euo pipefail
cd "$(dirname "$0")"
presets=("${@:-release}")
[ "${presets[0]}" = all ] && presets=(release reference asan tsan cuda-emulated cuda standalone fuzz)
./install_dependencies.sh test
jobs=$(nproc)

for preset in "${presets[@]}"; do
  echo "== $preset"
  begin=$SECONDS
  if [ "$preset" = cuda ] && ! command -v nvcc >/dev/null && [ ! -x /usr/local/cuda/bin/nvcc ]; then
    echo "not built: nvcc is not found"
    continue
  fi
  build=build/$preset settings=()
  if [ "$preset" = cuda ]; then
    # Two architectures show what all would, and nothing of it runs here: a folder of its own, so that the program that
    # users build keeps its settings.
    build=build/cuda-check
    settings=(-B "$build" "-DSCRIM_CUDA_ARCHITECTURES=80-real;90" -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DSCRIM_BUILD_BENCH=OFF)
  fi
  cmake --preset "$preset" "${settings[@]}" >/dev/null
  case "$preset" in
    # The reference build is about the ops; what threads share is below the tools.
    reference) targets=(tensor_test ops_test) ;;
    tsan) targets=(tensor_test ops_test data_test training_test) ;;
    cuda) targets=(scrim gpu_test) ;;
    *) targets=(all) ;;
  esac
  if [ "$preset" = cuda ]; then
    cmake --build "$build" -j "$jobs" --target "${targets[@]}" | tee "$build/build.log"
    # What each kernel takes of registers, stack and spills, for every architecture.
    grep -E "Compiling entry|Used [0-9]+ registers|bytes stack frame" "$build/build.log" >"$build/registers.txt" || true
  else
    cmake --build "$build" -j "$jobs" --target "${targets[@]}"
  fi
  case "$preset" in
    fuzz) tests/fuzz/run.sh "$build" ;;
    standalone) tests/standalone_test.sh "$build/scrim" ;;
    cuda) tests/cuda_absent_test.sh "$build/scrim" ;;
    *)
      # Only the programs that were built have tests to list. The longest tests are for the release build: what the
      # others look for shows at a smaller size too.
      skipped=_NOT_BUILT
      [ "$preset" = release ] || skipped+='|GoldenFull|winograd_wide|OnRealFilms|Learn|KilledAtRandomMoments|PlaysTheGame|PixelsOfNoise'
      ctest --test-dir "$build" -j "$jobs" --output-on-failure -E "$skipped" ;;
  esac
  echo "== $preset took $((SECONDS - begin)) s"
done
