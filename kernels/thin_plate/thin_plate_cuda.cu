#include "kernels/cuda/scratch.h"
#include "kernels/thin_plate/thin_plate_loops.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct SolveKernel {
  const T *points, *values;
  T* weights;
  std::int64_t K;
  double stiffness;
  double* scratch;
  int* complaint;
  __device__ void operator()(std::int64_t n) const {
    if (!thin_plate_solve_one(points + n * K * 2, values + n * (K + 3) * 2, weights + n * (K + 3) * 2, K,
                              stiffness, scratch + n * thin_plate_scratch(K)))
      *complaint = int(cuda::Complaint::points_on_a_line);
  }
};

template <class T>
struct SolveBackwardKernel {
  const T *points, *weights, *gvalues;
  T* gpoints;
  std::int64_t K;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t n = i / K;
    thin_plate_solve_backward_one(points + n * K * 2, weights + n * (K + 3) * 2, gvalues + n * (K + 3) * 2,
                                  gpoints + i * 2, K, i % K);
  }
};

template <class T>
struct GridForwardKernel {
  const T *points, *weights;
  T* grid;
  std::int64_t K, height, width;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t line = i / width, n = line / height;
    thin_plate_grid_one(points + n * K * 2, weights + n * (K + 3) * 2, K, thin_plate_place(i % width, width),
                        thin_plate_place(line % height, height), grid + i * 2);
  }
};

template <class T>
struct GridBackwardKernel {
  const T *points, *weights, *ggrid;
  T *gpoints, *gweights;
  std::int64_t K, height, width;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t n = i / (K + 3), k = i % (K + 3);
    thin_plate_grid_backward_one(points + n * K * 2, weights + n * (K + 3) * 2,
                                 ggrid + n * height * width * 2, height, width, K, k,
                                 k < K ? gpoints + (n * K + k) * 2 : nullptr, gweights + i * 2);
  }
};

}  // namespace

void thin_plate_solve_cuda(ConstView points, ConstView values, View weights, double stiffness) {
  for_real_type(weights.dtype, "thin_plate", [&]<class T>(T) {
    const std::int64_t N = points.shape[0], K = points.shape[1];
    const Scratch<double> scratch(weights.device, N * thin_plate_scratch(K));
    cuda::for_each_element(
        weights.device, N,
        SolveKernel<T>{points.on_device<T>(), values.on_device<T>(), weights.on_device<T>(), K, stiffness,
                       scratch.data(), cuda::Runtime::of(weights.device).complaint()});
  });
}

void thin_plate_solve_backward_cuda(ConstView points, ConstView weights, ConstView gvalues, View gpoints) {
  for_real_type(gpoints.dtype, "thin_plate", [&]<class T>(T) {
    cuda::for_each_element(
        gpoints.device, points.shape[0] * points.shape[1],
        SolveBackwardKernel<T>{points.on_device<T>(), weights.on_device<T>(), gvalues.on_device<T>(),
                               gpoints.on_device<T>(), points.shape[1]});
  });
}

void thin_plate_grid_forward_cuda(ConstView points, ConstView weights, View grid) {
  for_real_type(grid.dtype, "thin_plate", [&]<class T>(T) {
    cuda::for_each_element(
        grid.device, grid.shape.numel() / 2,
        GridForwardKernel<T>{points.on_device<T>(), weights.on_device<T>(), grid.on_device<T>(),
                             points.shape[1], grid.shape[1], grid.shape[2]});
  });
}

void thin_plate_grid_backward_cuda(ConstView points, ConstView weights, ConstView ggrid, View gpoints,
                                   View gweights) {
  for_real_type(gpoints.dtype, "thin_plate", [&]<class T>(T) {
    cuda::for_each_element(
        gpoints.device, gweights.shape.numel() / 2,
        GridBackwardKernel<T>{points.on_device<T>(), weights.on_device<T>(), ggrid.on_device<T>(),
                              gpoints.on_device<T>(), gweights.on_device<T>(), points.shape[1],
                              ggrid.shape[1], ggrid.shape[2]});
  });
}

}  // namespace scrim::kernels
