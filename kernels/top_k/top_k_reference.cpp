#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/axis_lines.h"
#include "kernels/top_k/top_k.h"

namespace scrim::kernels {
namespace {

/// Calls body(element of the whole, element of the part) for every index of the part.
template <class Body>
void for_each_index(const Shape& whole, ConstView index, int axis, Body&& body) {
  const AxisLines in("gather", whole, axis), part("gather", index.shape, axis);
  for (std::int64_t line = 0; line < part.lines(); ++line)
    for (std::int64_t j = 0; j < part.size; ++j) {
      const std::int64_t at = part.first(line) + j * part.inner;
      body(in.first(line) + index.as<std::int64_t>()[at] * in.inner, at);
    }
}

}  // namespace

void top_k_reference(ConstView x, int axis, View values, View indices) {
  const AxisLines in("top_k", x.shape, axis), out("top_k", values.shape, axis);
  for_real_type(x.dtype, "top_k", [&]<class T>(T) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(in.size));
    for (std::int64_t line = 0; line < in.lines(); ++line) {
      const T* from = x.as<T>() + in.first(line);
      const auto at = [&](std::int64_t k) { return from[k * in.inner]; };
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return at(a) > at(b) || (at(a) != at(a) && at(b) == at(b));
      });
      for (std::int64_t j = 0; j < out.size; ++j) {
        const std::int64_t to = out.first(line) + j * out.inner;
        values.as<T>()[to] = at(order[std::size_t(j)]);
        indices.as<std::int64_t>()[to] = order[std::size_t(j)];
      }
    }
  });
}

void gather_reference(ConstView x, ConstView index, View y, int axis) {
  for_real_type(x.dtype, "gather", [&]<class T>(T) {
    for_each_index(x.shape, index, axis,
                   [&](std::int64_t from, std::int64_t to) { y.as<T>()[to] = x.as<T>()[from]; });
  });
}

void scatter_reference(ConstView base, ConstView index, ConstView source, View y, int axis) {
  for_real_type(base.dtype, "scatter", [&]<class T>(T) {
    std::copy_n(base.as<T>(), base.shape.numel(), y.as<T>());
    for_each_index(y.shape, index, axis,
                   [&](std::int64_t to, std::int64_t from) { y.as<T>()[to] = source.as<T>()[from]; });
  });
}

void scatter_add_reference(ConstView index, ConstView source, View y, int axis) {
  for_real_type(source.dtype, "scatter_add", [&]<class T>(T) {
    std::fill_n(y.as<T>(), y.shape.numel(), T(0));
    for_each_index(y.shape, index, axis,
                   [&](std::int64_t to, std::int64_t from) { y.as<T>()[to] += source.as<T>()[from]; });
  });
}

}  // namespace scrim::kernels
