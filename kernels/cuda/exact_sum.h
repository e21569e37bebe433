// Sums in which many threads meet in one place, with the same bits in any order: values become multiples of a power of
// two, small enough that `terms` of the largest fit 63 bits, and are added as integers. Against the largest value the
// rounding is 2^-63 * terms; a value that is NaN or infinite makes the whole result NaN.
#pragma once

#include "kernels/cuda/scratch.h"
#include "tensor/cuda/launch.h"
#include "tensor/tensor.h"

namespace scrim::kernels {

/// What a kernel adds to. `inverse` holds the unit's inverse, or NaN.
struct ExactCells {
  unsigned long long* cells;
  const double* inverse;

  __device__ void add(std::int64_t i, double value) const {
    const double scaled = value * *inverse;
    if (scaled != scaled || scaled == 0) return;  // NaN: the finish makes everything NaN
    atomicAdd(cells + i, static_cast<unsigned long long>(static_cast<long long>(scaled)));
  }
};

class ExactSum {
 public:
  /// `count` zeros. No value to be added is larger than the largest of `bound`; at most `terms` meet in one cell.
  ExactSum(std::int64_t count, ConstView bound, std::int64_t terms);
  ExactCells cells() const { return {cells_.data(), unit_.data()}; }
  /// Overwrites out, of `count` elements.
  void finish(View out) const;

 private:
  std::int64_t count_;
  Scratch<unsigned long long> cells_;
  Scratch<double> unit_;  ///< 1 / unit
};

}  // namespace scrim::kernels
