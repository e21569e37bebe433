#!/usr/bin/env bash
# The standalone executable in an empty root: it must be static, small, and do the main job there.
#   tests/standalone_test.sh build/standalone/scrim
set -euo pipefail
binary=$1
if file -b "$binary" 2>/dev/null | grep -q 'dynamically linked' || readelf -d "$binary" | grep -q NEEDED; then
  echo "$binary needs shared libraries" >&2
  exit 1
fi
bytes=$(stat -c %s "$binary")
[ "$bytes" -le 20000000 ] || { echo "$binary has $bytes bytes, at most 20000000 are allowed" >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$binary" "$root/scrim"
in_root=(chroot "$root")
[ "$(id -u)" -eq 0 ] || in_root=(unshare --user --map-root-user chroot "$root")
"${in_root[@]}" /scrim --version
"${in_root[@]}" /scrim phantom -o /cohort --films 6 --size 64
cp "$(dirname "$0")/small_study.toml" "$root/study.toml"
"${in_root[@]}" /scrim study /study.toml --set output.folder=/look --set method.0.protection=none >/dev/null
[ -s "$root/look/report.html" ] || { echo "the study left no report" >&2; exit 1; }
"${in_root[@]}" /scrim anonymize /cohort/images -o /hidden -w /look/steps/flow_game/lowest_total_loss.safetensors
[ "$(ls "$root/hidden" | wc -l)" -eq 6 ] || { echo "expected 6 films" >&2; exit 1; }
"${in_root[@]}" /scrim anonymize /cohort/images -o /hidden_by_built_in_weights
cp "$(dirname "$0")/../weights/sparse_coder.safetensors" "$root/coder.safetensors"
"${in_root[@]}" /scrim share keygen -o /clinic
"${in_root[@]}" /scrim share seal /cohort/images -o /sealed --to /clinic.pub -w /coder.safetensors
"${in_root[@]}" /scrim share open /sealed -o /opened --key /clinic.key -w /coder.safetensors
[ "$(ls "$root/opened" | wc -l)" -eq 6 ] || { echo "expected 6 opened films" >&2; exit 1; }
echo "standalone: static, $bytes bytes, works in an empty root"
echo "1 passed, 0 failed"
