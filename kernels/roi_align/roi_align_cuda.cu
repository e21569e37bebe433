#include "kernels/cuda/exact_sum.h"
#include "kernels/roi_align/roi_align_cells.h"

namespace scrim::kernels {
namespace {

/// A value of y: its box, its cell and its channel.
struct Cells {
  std::int64_t images, height, width, channels;
  RoiAlignOptions options;
  int* complaint;

  /// Calls body(element of x, weight) for value `at` of y; a box that cannot be is complained of and counts nothing.
  template <class T, class Body>
  __device__ void for_each(std::int64_t at, const T* boxes, Body&& body) const {
    const std::int64_t c = at % channels, cell = at / channels;
    const T* box = boxes + 5 * (cell / options.output_w / options.output_h);
    if (!is_roi_box(box, images)) {
      *complaint = int(cuda::Complaint::box_outside);
      return;
    }
    for_each_roi_weight(height, width, box, cell / options.output_w % options.output_h,
                        cell % options.output_w, options,
                        [&](std::int64_t pixel, double weight) { body(pixel * channels + c, weight); });
  }
};

Cells cells_of(const ConstView& x, const RoiAlignOptions& options) {
  return {x.shape[0], x.shape[1], x.shape[2], x.shape[3], options, cuda::Runtime::of(x.device).complaint()};
}

template <class T>
struct RoiAlignForwardKernel {
  Cells cells;
  const T *x, *boxes;
  T* y;
  __device__ void operator()(std::int64_t i) const {
    T sum = 0;
    cells.for_each(i, boxes, [&](std::int64_t at, double weight) { sum += T(weight * double(x[at])); });
    y[i] = sum;
  }
};

template <class T>
struct RoiAlignBackwardKernel {
  Cells cells;
  const T *boxes, *gy;
  ExactCells gx;
  __device__ void operator()(std::int64_t i) const {
    const double upstream = double(gy[i]);
    cells.for_each(i, boxes, [&](std::int64_t at, double weight) { gx.add(at, upstream * weight); });
  }
};

}  // namespace

void roi_align_forward_cuda(ConstView x, ConstView boxes, View y, const RoiAlignOptions& options) {
  for_real_type(x.dtype, "roi_align", [&]<class T>(T) {
    cuda::for_each_element(y.device, y.shape.numel(),
                           RoiAlignForwardKernel<T>{cells_of(x, options), x.on_device<T>(),
                                                    boxes.on_device<T>(), y.on_device<T>()});
  });
}

void roi_align_backward_cuda(ConstView boxes, ConstView gy, View gx, const RoiAlignOptions& options) {
  for_real_type(gx.dtype, "roi_align", [&]<class T>(T) {
    const ExactSum sum(gx.shape.numel(), gy, gy.shape.numel() / std::max<std::int64_t>(gx.shape[3], 1));
    cuda::for_each_element(gy.device, gy.shape.numel(),
                           RoiAlignBackwardKernel<T>{cells_of(gx, options), boxes.on_device<T>(),
                                                     gy.on_device<T>(), sum.cells()});
    sum.finish(gx);
  });
}

}  // namespace scrim::kernels
