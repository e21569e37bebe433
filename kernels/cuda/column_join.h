// Joins over the rows of a matrix [rows, columns], column by column, in a fixed order: what per-channel sums of NHWC
// tensors are. First blocks of 32 columns and 8 lanes join chunks of rows, reading whole lines of memory; then one block
// a column joins the chunks.
//
// `Op` says what is joined:
//   using Partial = ...                       plain struct
//   Partial empty() const
//   Partial over(first, last, step, column)   the rows first, first + step, ... below last of one column
//   Partial join(a, b) const
//   void finish(column, partial) const        writes the result
#pragma once

#include "kernels/cuda/scratch.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {

inline constexpr int join_columns = 32, join_lanes = cuda::threads_per_block / join_columns;
inline constexpr std::int64_t rows_per_lane = 64, rows_per_chunk = join_lanes * rows_per_lane;

template <class Op>
struct JoinChunks {
  using Partial = typename Op::Partial;
  Op op;
  std::int64_t rows, columns, column_blocks;
  Partial* partials;  // [chunks, columns]

  __device__ void operator()(std::int64_t block) const {
    __shared__ Partial shared[cuda::threads_per_block];
    const int lane = int(threadIdx.x) / join_columns, in_block = int(threadIdx.x) % join_columns;
    const std::int64_t column = block % column_blocks * join_columns + in_block,
                       chunk = block / column_blocks;
    const std::int64_t first = chunk * rows_per_chunk;
    const std::int64_t last = first + rows_per_chunk < rows ? first + rows_per_chunk : rows;
    shared[threadIdx.x] = column < columns ? op.over(first + lane, last, join_lanes, column) : op.empty();
    __syncthreads();
    if (lane != 0 || column >= columns) return;
    Partial total = shared[in_block];
    for (int i = 1; i < join_lanes; ++i) total = op.join(total, shared[i * join_columns + in_block]);
    partials[chunk * columns + column] = total;
  }
};

template <class Op>
struct JoinColumn {
  using Partial = typename Op::Partial;
  Op op;
  std::int64_t chunks, columns;
  const Partial* partials;

  __device__ void operator()(std::int64_t column) const {
    Partial total = op.empty();
    for (std::int64_t i = threadIdx.x; i < chunks; i += cuda::threads_per_block)
      total = op.join(total, partials[i * columns + column]);
    const Op& joiner = op;
    total = cuda::joined_over_block(
        total, [&joiner](const Partial& a, const Partial& b) { return joiner.join(a, b); });
    if (threadIdx.x == 0) op.finish(column, total);
  }
};

template <class Op>
void join_columns_of(Device device, std::int64_t rows, std::int64_t columns, const Op& op) {
  const std::int64_t chunks = (rows + rows_per_chunk - 1) / rows_per_chunk;
  const std::int64_t column_blocks = (columns + join_columns - 1) / join_columns;
  Scratch<typename Op::Partial> partials(device, chunks * columns);
  cuda::for_each_block(device, chunks * column_blocks,
                       JoinChunks<Op>{op, rows, columns, column_blocks, partials.data()});
  cuda::for_each_block(device, columns, JoinColumn<Op>{op, chunks, columns, partials.data()});
}

}  // namespace scrim::kernels
