// One thread an output where outputs are many or short; column joins where the leading axes go, as in a bias' gradient;
// else blocks of threads, on chunks of long lines first.
#include "kernels/axis_lines.h"
#include "kernels/cuda/column_join.h"
#include "kernels/cuda/strided.h"
#include "kernels/reduce/reduce.h"

namespace scrim::kernels {
namespace {

/// Output k stands for x[kept.offset(k) + reduced.offset(r)] over all r in [0, count).
struct Plan {
  Strided kept, reduced;
  std::int64_t outputs = 1, count = 1;

  Plan(const Shape& x, Axes axes) {
    std::int64_t stride[Shape::max_rank], next = 1;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
      stride[axis] = next;
      next *= x[axis];
    }
    for (int axis = 0; axis < x.rank(); ++axis) {
      (axes.has(axis) ? reduced : kept).append(x[axis], stride[axis]);
      (axes.has(axis) ? count : outputs) *= x[axis];
    }
  }
  /// Whether x is a matrix whose rows are summed.
  bool is_columns() const {
    return kept.is_flat() && outputs >= 8 && reduced.rank == 1 && reduced.stride[0] == outputs;
  }
};

template <class T>
struct Total {
  using Value = double;
  SCRIM_HOST_DEVICE static Value empty() { return 0; }
  SCRIM_HOST_DEVICE static Value join(Value a, Value b) { return a + b; }
};

/// NaN wins over every number.
template <class T>
struct Maximum {
  using Value = T;
  SCRIM_HOST_DEVICE static Value empty() { return T(-INFINITY); }
  SCRIM_HOST_DEVICE static Value join(Value a, Value b) {
    if (a != a) return a;
    if (b != b) return b;
    return b > a ? b : a;
  }
};

template <class T, class Op>
struct ReduceByThreadKernel {
  Plan plan;
  const T* x;
  Wide<T>* y;
  __device__ void operator()(std::int64_t k) const {
    const T* line = x + plan.kept.offset(k);
    typename Op::Value total = Op::empty();
    for (std::int64_t r = 0; r < plan.count; ++r) total = Op::join(total, line[plan.reduced.offset(r)]);
    y[k] = Wide<T>(total);
  }
};

template <class T, class Op, class Out>
struct ReduceByBlockKernel {
  Plan plan;
  std::int64_t chunk, chunks;
  const T* x;
  Out* y;  // [outputs, chunks]
  __device__ void operator()(std::int64_t block) const {
    const T* line = x + plan.kept.offset(block / chunks);
    const std::int64_t first = block % chunks * chunk,
                       last = first + chunk < plan.count ? first + chunk : plan.count;
    typename Op::Value total = Op::empty();
    for (std::int64_t r = first + threadIdx.x; r < last; r += cuda::threads_per_block)
      total = Op::join(total, line[plan.reduced.offset(r)]);
    total = cuda::joined_over_block(
        total, [](typename Op::Value a, typename Op::Value b) { return Op::join(a, b); });
    if (threadIdx.x == 0) y[block] = Out(total);
  }
};

template <class T, class Op>
void reduce(ConstView x, Axes axes, View y) {
  constexpr std::int64_t long_line = 65536;
  const Plan plan(x.shape, axes);
  const T* in = x.on_device<T>();
  Wide<T>* out = y.on_device<Wide<T>>();
  if (plan.count <= 64 || plan.outputs >= 65536)
    return cuda::for_each_element(y.device, plan.outputs, ReduceByThreadKernel<T, Op>{plan, in, out});
  if (plan.count <= 2 * long_line)
    return cuda::for_each_block(y.device, plan.outputs,
                                ReduceByBlockKernel<T, Op, Wide<T>>{plan, plan.count, 1, in, out});
  using Value = typename Op::Value;
  const std::int64_t chunks = (plan.count + long_line - 1) / long_line;
  const Scratch<Value> partials(y.device, plan.outputs * chunks);
  cuda::for_each_block(y.device, plan.outputs * chunks,
                       ReduceByBlockKernel<T, Op, Value>{plan, long_line, chunks, in, partials.data()});
  const Plan joined({plan.outputs, chunks}, Axes::of({1}));
  cuda::for_each_block(y.device, plan.outputs,
                       ReduceByBlockKernel<Value, Op, Wide<T>>{joined, chunks, 1, partials.data(), out});
}

template <class T>
struct ColumnTotal {
  using Partial = double;
  const T* x;
  Wide<T>* y;
  std::int64_t columns;
  __device__ Partial empty() const { return 0; }
  __device__ Partial over(std::int64_t first, std::int64_t last, std::int64_t step,
                          std::int64_t column) const {
    double total = 0;
    for (std::int64_t row = first; row < last; row += step) total += double(x[row * columns + column]);
    return total;
  }
  __device__ Partial join(Partial a, Partial b) const { return a + b; }
  __device__ void finish(std::int64_t column, Partial all) const { y[column] = Wide<T>(all); }
};

template <class T>
struct ArgmaxKernel {
  AxisLines lines;
  const T* x;
  std::int64_t* y;
  __device__ void operator()(std::int64_t line) const {
    const T* in = x + lines.first(line);
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < lines.size; ++k)
      if (in[k * lines.inner] > in[best * lines.inner]) best = k;
    y[line] = best;
  }
};

}  // namespace

void sum_cuda(ConstView x, Axes axes, View y) {
  for_floating_type(x.dtype, "sum", [&]<class T>(T) {
    const Plan plan(x.shape, axes);
    if (x.shape.numel() == 0) return cuda::fill(y, 0);
    if (plan.is_columns())
      join_columns_of(y.device, plan.count, plan.outputs,
                      ColumnTotal<T>{x.on_device<T>(), y.on_device<Wide<T>>(), plan.outputs});
    else
      reduce<T, Total<T>>(x, axes, y);
  });
}

void largest_cuda(ConstView x, Axes axes, View y) {
  for_real_type(x.dtype, "largest", [&]<class T>(T) { reduce<T, Maximum<T>>(x, axes, y); });
}

void argmax_cuda(ConstView x, int axis, View y) {
  const AxisLines lines("argmax", x.shape, axis);
  for_real_type(x.dtype, "argmax", [&]<class T>(T) {
    cuda::for_each_element(y.device, y.shape.numel(),
                           ArgmaxKernel<T>{lines, x.on_device<T>(), y.on_device<std::int64_t>()});
  });
}

}  // namespace scrim::kernels
