#!/usr/bin/env bash
# From a fresh Debian 12 to the first pictures: installs what is missing, builds, runs the main job on phantoms.
#   ./quickstart.sh [output folder]        default: quickstart-output
set -euo pipefail
cd "$(dirname "$0")"
output=${1:-quickstart-output}
./install_dependencies.sh build
cmake --preset release -DSCRIM_BUILD_TESTS=OFF -DSCRIM_BUILD_BENCH=OFF >/dev/null
cmake --build --preset release --target scrim
echo
build/release/scrim quickstart -o "$output"
