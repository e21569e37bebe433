#!/usr/bin/env bash
# On a machine without a GPU, the program with the CUDA backend computes on the processor, and says what is missing when it
# is asked for a GPU.   cuda_absent_test.sh SCRIM
set -euo pipefail
scrim=$1
if nvidia-smi >/dev/null 2>&1; then
  echo "this machine has a GPU: run ctest -L gpu"
  exit 0
fi
status=0
message=$("$scrim" --device cuda quickstart -o /nonexistent 2>&1) || status=$?
[ "$status" -eq 2 ] || { echo "exit status $status, expected 2"; exit 1; }
echo "$message" | grep -Eq "no NVIDIA GPU|driver is too old" || { echo "unexpected: $message"; exit 1; }
"$scrim" inspect | grep -q "^GPU .*no NVIDIA GPU" || { echo "scrim inspect does not say that there is no GPU"; exit 1; }
echo "without a GPU: said, exit 2"
