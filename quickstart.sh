#!/usr/bin/env bash
# From a fresh Debian 12 to the first pictures: installs what is missing, builds, runs the main job on phantoms.
#   ./quickstart.sh [output folder]        default: quickstart-output
set -euo pipefail
cd "$(dirname "$0")"
output=${1:-quickstart-output}
if [ -e "$output" ] && [ -n "$(ls -A "$output" 2>/dev/null)" ]; then
  echo "quickstart: $output is not empty; remove it or name another folder: ./quickstart.sh FOLDER" >&2
  exit 2
fi
./install_dependencies.sh build
cmake --preset release -DSCRIM_BUILD_TESTS=OFF -DSCRIM_BUILD_BENCH=OFF >/dev/null
cmake --build --preset release --target scrim
echo
build/release/scrim quickstart -o "$output"
