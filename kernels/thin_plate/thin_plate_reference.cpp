#include "kernels/thin_plate/thin_plate_loops.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void thin_plate_solve_reference(ConstView points, ConstView values, View weights, double stiffness) {
  for_real_type(weights.dtype, "thin_plate", [&]<class T>(T) {
    const std::int64_t K = points.shape[1];
    Workspace<double> scratch(std::size_t(thin_plate_scratch(K)));
    for (std::int64_t n = 0; n < points.shape[0]; ++n)
      require(thin_plate_solve_one(points.as<T>() + n * K * 2, values.as<T>() + n * (K + 3) * 2,
                                   weights.as<T>() + n * (K + 3) * 2, K, stiffness, scratch.data()),
              "thin_plate",
              "the points of image {} are all on a line, two of them are in one place, or one is not finite",
              n);
  });
}

void thin_plate_solve_backward_reference(ConstView points, ConstView weights, ConstView gvalues,
                                         View gpoints) {
  for_real_type(gpoints.dtype, "thin_plate", [&]<class T>(T) {
    const std::int64_t K = points.shape[1];
    for (std::int64_t n = 0; n < points.shape[0]; ++n)
      for (std::int64_t k = 0; k < K; ++k)
        thin_plate_solve_backward_one(points.as<T>() + n * K * 2, weights.as<T>() + n * (K + 3) * 2,
                                      gvalues.as<T>() + n * (K + 3) * 2, gpoints.as<T>() + (n * K + k) * 2, K,
                                      k);
  });
}

void thin_plate_grid_forward_reference(ConstView points, ConstView weights, View grid) {
  for_real_type(grid.dtype, "thin_plate", [&]<class T>(T) {
    const std::int64_t K = points.shape[1], height = grid.shape[1], width = grid.shape[2];
    parallel_for(points.shape[0] * height, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t line = begin; line < end; ++line)
        for (std::int64_t column = 0; column < width; ++column)
          thin_plate_grid_one(points.as<T>() + line / height * K * 2,
                              weights.as<T>() + line / height * (K + 3) * 2, K,
                              thin_plate_place(column, width), thin_plate_place(line % height, height),
                              grid.as<T>() + (line * width + column) * 2);
    });
  });
}

void thin_plate_grid_backward_reference(ConstView points, ConstView weights, ConstView ggrid, View gpoints,
                                        View gweights) {
  for_real_type(gpoints.dtype, "thin_plate", [&]<class T>(T) {
    const std::int64_t K = points.shape[1], height = ggrid.shape[1], width = ggrid.shape[2];
    parallel_for(points.shape[0] * (K + 3), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t n = i / (K + 3), k = i % (K + 3);
        thin_plate_grid_backward_one(points.as<T>() + n * K * 2, weights.as<T>() + n * (K + 3) * 2,
                                     ggrid.as<T>() + n * height * width * 2, height, width, K, k,
                                     k < K ? gpoints.as<T>() + (n * K + k) * 2 : nullptr,
                                     gweights.as<T>() + i * 2);
      }
    });
  });
}

}  // namespace scrim::kernels
