#!/usr/bin/env bash
# Installs a build into a folder of its own and builds and runs examples/ against the installed copy.
#   tests/examples_test.sh BUILD_FOLDER
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/scrim" --component library >/dev/null
cmp -s "$source/layers/module.h" "$folder/scrim/include/scrim/layers/module.h" || { echo "headers are not under scrim/"; exit 1; }
cp -r "$source/examples" "$folder/examples"  # nothing of the source tree is beside them
cmake -S "$folder/examples" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$folder/scrim" >/dev/null
cmake --build "$folder/build" >"$folder/build.log" || { cat "$folder/build.log"; exit 1; }

"$folder/build/own_op"
"$folder/build/train_classifier" | tee "$folder/losses.txt"
awk '{ loss[NR] = $NF } END { exit !(NR == 4 && loss[4] < 0.5 * loss[1]) }' "$folder/losses.txt" ||
  { echo "the loss did not halve"; exit 1; }

"$build/scrim" phantom --films 2 --size 64 -o "$folder/cohort" >/dev/null
film=$(ls "$folder"/cohort/images/*.png | head -n 1)
"$folder/build/anonymize_film" builtin:flow_field "$film" "$folder/released.png"
"$build/scrim" anonymize "$film" -o "$folder/by_scrim.png" >/dev/null 2>&1
cmp "$folder/released.png" "$folder/by_scrim.png"
if nm -C "$folder/build/anonymize_film" | grep -qE 'google::protobuf|scrim::RunFolder|scrim::EventFile'; then
  echo "anonymizing links training or protobuf"
  exit 1
fi
status=0
"$folder/build/anonymize_film" absent.safetensors "$film" "$folder/none.png" 2>"$folder/error.txt" || status=$?
[ "$status" -eq 1 ] && grep -q absent.safetensors "$folder/error.txt" && [ ! -e "$folder/none.png" ]
echo "examples pass against an installed copy"
