// A short list of the best so far, kept in order: most elements of a line are turned away by one comparison
// with its last.
#include <vector>

#include "kernels/axis_lines.h"
#include "kernels/top_k/top_k.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

/// Whether a stands before b when both are in the list and a came later.
bool better(float a, float b) {
  return a > b || (a != a && b == b);
}

}  // namespace

void top_k_cpu(ConstView x, int axis, View values, View indices) {
  const AxisLines in("top_k", x.shape, axis), out("top_k", values.shape, axis);
  parallel_for(in.lines(), 64, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> best(static_cast<std::size_t>(out.size));
    std::vector<std::int64_t> where(static_cast<std::size_t>(out.size));
    for (std::int64_t line = begin; line < end; ++line) {
      const float* from = x.as<float>() + in.first(line);
      std::int64_t filled = 0;
      for (std::int64_t k = 0; k < in.size; ++k) {
        const float value = from[k * in.inner];
        if (filled == out.size && !better(value, best[std::size_t(filled - 1)])) continue;
        std::int64_t at = filled < out.size ? filled++ : filled - 1;
        for (; at > 0 && better(value, best[std::size_t(at - 1)]); --at) {
          best[std::size_t(at)] = best[std::size_t(at - 1)];
          where[std::size_t(at)] = where[std::size_t(at - 1)];
        }
        best[std::size_t(at)] = value;
        where[std::size_t(at)] = k;
      }
      for (std::int64_t j = 0; j < out.size; ++j) {
        const std::int64_t to = out.first(line) + j * out.inner;
        values.as<float>()[to] = best[std::size_t(j)];
        indices.as<std::int64_t>()[to] = where[std::size_t(j)];
      }
    }
  });
}

}  // namespace scrim::kernels
