#!/usr/bin/env bash
# Installs the Debian packages that are missing, and prints which.
#   ./install_dependencies.sh build    what building the program needs
#   ./install_dependencies.sh test     that, and what the tests, the format check and the fuzz targets need
set -euo pipefail

build_packages=(g++ cmake ninja-build libfmt-dev nlohmann-json3-dev libtomlplusplus-dev libcli11-dev
                libpng-dev libjpeg-dev zlib1g-dev libprotobuf-dev protobuf-compiler libsodium-dev)
test_packages=(libgtest-dev libbenchmark-dev libboost-context-dev clang clang-format libclang-rt-dev python3)

case "${1:-build}" in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
  *) echo "usage: $0 build|test" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "these packages are missing, and there is neither root nor sudo to install them" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
