// One thread a line. The result's own line is the short list of the best so far, as in top_k_cpu.cpp.
#include "kernels/axis_lines.h"
#include "kernels/top_k/top_k.h"
#include "tensor/cuda/launch.h"
#include "tensor/memory/device_memory.h"

namespace scrim::kernels {
namespace {

template <class T>
struct TopKKernel {
  AxisLines in, out;
  const T* x;
  T* values;
  std::int64_t* indices;

  /// Whether a stands before b when both are in the list and a came later.
  __device__ static bool better(T a, T b) { return a > b || (a != a && b == b); }

  __device__ void operator()(std::int64_t line) const {
    const T* from = x + in.first(line);
    T* best = values + out.first(line);
    std::int64_t* where = indices + out.first(line);
    std::int64_t filled = 0;
    for (std::int64_t k = 0; k < in.size; ++k) {
      const T value = from[k * in.inner];
      if (filled == out.size && !better(value, best[(filled - 1) * out.inner])) continue;
      std::int64_t at = filled < out.size ? filled++ : filled - 1;
      for (; at > 0 && better(value, best[(at - 1) * out.inner]); --at) {
        best[at * out.inner] = best[(at - 1) * out.inner];
        where[at * out.inner] = where[(at - 1) * out.inner];
      }
      best[at * out.inner] = value;
      where[at * out.inner] = k;
    }
  }
};

/// Index j of a line of the part, as an element of the whole; -1 and a complaint when it lies outside.
struct Indexed {
  AxisLines whole, part;
  const std::int64_t* index;
  int* complaint;
  __device__ std::int64_t operator()(std::int64_t at) const {
    const std::int64_t line = at / (part.size * part.inner) * part.inner + at % part.inner;
    const std::int64_t chosen = index[at];
    if (chosen < 0 || chosen >= whole.size) {
      *complaint = int(cuda::Complaint::index_outside);
      return -1;
    }
    return whole.first(line) + chosen * whole.inner;
  }
};

Indexed indexed(std::string_view op, const Shape& whole, ConstView index, int axis) {
  return {AxisLines(op, whole, axis), AxisLines(op, index.shape, axis), index.on_device<std::int64_t>(),
          cuda::Runtime::of(index.device).complaint()};
}

template <class T>
struct GatherKernel {
  Indexed indexed;
  const T* x;
  T* y;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t from = indexed(at);
    y[at] = from < 0 ? T(0) : x[from];
  }
};

template <class T>
struct ScatterKernel {
  Indexed indexed;
  const T* source;
  T* y;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t to = indexed(at);
    if (to >= 0) y[to] = source[at];
  }
};

/// A line at a time: its indices may repeat.
template <class T>
struct ScatterAddKernel {
  Indexed indexed;
  const T* source;
  T* y;
  __device__ void operator()(std::int64_t line) const {
    T* out = y + indexed.whole.first(line);
    for (std::int64_t k = 0; k < indexed.whole.size; ++k) out[k * indexed.whole.inner] = 0;
    for (std::int64_t j = 0; j < indexed.part.size; ++j) {
      const std::int64_t at = indexed.part.first(line) + j * indexed.part.inner, to = indexed(at);
      if (to >= 0) y[to] += source[at];
    }
  }
};

}  // namespace

void top_k_cuda(ConstView x, int axis, View values, View indices) {
  const AxisLines in("top_k", x.shape, axis), out("top_k", values.shape, axis);
  for_real_type(x.dtype, "top_k", [&]<class T>(T) {
    cuda::for_each_element(
        x.device, in.lines(),
        TopKKernel<T>{in, out, x.on_device<T>(), values.on_device<T>(), indices.on_device<std::int64_t>()});
  });
}

void gather_cuda(ConstView x, ConstView index, View y, int axis) {
  for_real_type(x.dtype, "gather", [&]<class T>(T) {
    cuda::for_each_element(
        y.device, y.shape.numel(),
        GatherKernel<T>{indexed("gather", x.shape, index, axis), x.on_device<T>(), y.on_device<T>()});
  });
}

void scatter_cuda(ConstView base, ConstView index, ConstView source, View y, int axis) {
  for_real_type(base.dtype, "scatter", [&]<class T>(T) {
    if (y.shape.numel() > 0)
      cuda::copy_on_device(base.data, y.data, std::size_t(y.shape.numel()) * sizeof(T), y.device);
    cuda::for_each_element(
        y.device, index.shape.numel(),
        ScatterKernel<T>{indexed("scatter", y.shape, index, axis), source.on_device<T>(), y.on_device<T>()});
  });
}

void scatter_add_cuda(ConstView index, ConstView source, View y, int axis) {
  const AxisLines lines("scatter_add", y.shape, axis);
  for_real_type(source.dtype, "scatter_add", [&]<class T>(T) {
    cuda::for_each_element(y.device, lines.lines(),
                           ScatterAddKernel<T>{indexed("scatter_add", y.shape, index, axis),
                                               source.on_device<T>(), y.on_device<T>()});
  });
}

}  // namespace scrim::kernels
