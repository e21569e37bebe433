"""Makes the vectors that scrim's tests compare with: every op, network, optimizer and training step, in PyTorch.

  python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy
  /tmp/venv/bin/python scripts/vectors -o tests/vectors

The same PyTorch on the same processor makes the same files. Only making them needs PyTorch; the tests read the files.
"""
import argparse
import pathlib
import sys

import torch

import models
import ops
import training


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("tests/vectors"), help="folder to write")
    folder = parser.parse_args().output
    torch.set_num_threads(1)
    total = 0
    for made in (ops.write(folder), models.write(folder), training.write_optimizers(folder), training.write_steps(folder)):
        for name, size in made:
            total += size
            print(f"{name:<32} {size / 1024:8.1f} KiB")
    print(f"{'in all':<32} {total / 1024:8.1f} KiB, PyTorch {torch.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
