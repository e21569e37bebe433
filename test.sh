#!/usr/bin/env bash
# Installs what is missing, builds and runs every test.
#   ./test.sh                 the release build
#   ./test.sh asan|tsan|reference|cuda-emulated|cuda ...    further presets, one after the other; asan fuzzes too
#   ./test.sh all             every preset that is tested
set -euo pipefail
cd "$(dirname "$0")"
has_nvcc() { command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; }
presets=("${@:-release}")
if [ "${presets[0]}" = all ]; then
  # Where the GPU's kernels can be compiled, the build that has them is the release build with something more.
  first=release
  if has_nvcc; then first=cuda; else echo "== cuda: not built, nvcc is not found"; fi
  presets=("$first" reference asan tsan cuda-emulated standalone)
fi
./install_dependencies.sh test
jobs=$(nproc)

for preset in "${presets[@]}"; do
  echo "== $preset"
  begin=$SECONDS
  build=build/$preset settings=() targets=(all)
  case "$preset" in
    cuda)
      has_nvcc || { echo "not built: nvcc is not found"; continue; }
      # Two architectures show what all would, and no kernel runs here: a folder of its own, so that the program that users
      # build keeps its settings.
      build=build/cuda-check
      settings=(-B "$build" "-DSCRIM_CUDA_ARCHITECTURES=80-real;90") ;;
    reference)
      # It is about the ops.
      settings=(-DCMAKE_CXX_FLAGS_RELEASE=-O1)
      targets=(tensor_test ops_test) ;;
    # What threads share is below the tools, and so is what computes on a GPU.
    tsan) targets=(tensor_test ops_test data_test films_test training_test) ;;
    cuda-emulated)
      targets=(tensor_test ops_test models_test films_test training_test sharing_test evaluation_test gpu_test cuda_test
        cuda_emulation_test) ;;
  esac
  cmake --preset "$preset" "${settings[@]}" >/dev/null
  if [ "$preset" = cuda ]; then
    cmake --build "$build" -j "$jobs" --target "${targets[@]}" | tee "$build/build.log"
    # What each kernel takes of registers, stack and spills, for every architecture.
    grep -E "Compiling entry|Used [0-9]+ registers|bytes stack frame" "$build/build.log" >"$build/registers.txt" || true
    tests/cuda_absent_test.sh "$build/scrim"
  else
    cmake --build "$build" -j "$jobs" --target "${targets[@]}"
  fi
  if [ "$preset" = standalone ]; then
    tests/standalone_test.sh "$build/scrim"
  else
    # The longest tests are for the release build: what the others look for shows at a smaller size too (tests/CMakeLists.txt).
    case "$preset" in
      release | cuda) labels='^(fast|asan|long)$' ;;
      asan) labels='^fast$' ;;
      *) labels='^(fast|asan)$' ;;
    esac
    ctest --test-dir "$build" -j "$jobs" --output-on-failure -L "$labels"
  fi
  [ "$preset" != asan ] || tests/fuzz/run.sh "$build" 10
  echo "== $preset took $((SECONDS - begin)) s"
done
