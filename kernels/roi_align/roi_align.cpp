#include "kernels/roi_align/roi_align.h"

#include <cmath>

namespace scrim::kernels {
namespace {

void require_boxes(ConstView boxes, std::int64_t images) {
  constexpr double widest = 1 << 20;  // of pixels: bounds the samples of an adaptive box
  for_real_type(boxes.dtype, "roi_align", [&]<class T>(T) {
    const T* box = boxes.as<T>();
    for (std::int64_t r = 0; r < boxes.shape[0]; ++r, box += 5) {
      for (int i = 0; i < 5; ++i)
        require(std::abs(double(box[i])) <= widest, "roi_align", "box {} has the value {}", r,
                double(box[i]));
      require(box[0] >= 0 && box[0] < T(images) && box[0] == std::floor(box[0]), "roi_align",
              "box {} names image {}, expected 0 to {}", r, double(box[0]), images - 1);
    }
  });
}

}  // namespace

Shape roi_align_output_shape(const Shape& x, const Shape& boxes, const RoiAlignOptions& o) {
  require(x.rank() == 4 && boxes.rank() == 2 && boxes[1] == 5, "roi_align",
          "x {} and boxes {} came, expected [N,H,W,C] and [R,5]", x.str(), boxes.str());
  require(o.output_h >= 1 && o.output_w >= 1 && o.sampling >= 0, "roi_align",
          "output {} x {} and sampling {} came", o.output_h, o.output_w, o.sampling);
  return {boxes[0], o.output_h, o.output_w, x[3]};
}

void roi_align_forward(ConstView x, ConstView boxes, View y, const RoiAlignOptions& options) {
  require_same_type("roi_align", x, y);
  require_same_type("roi_align", boxes, y);
  require_shape("roi_align", "y", y, roi_align_output_shape(x.shape, boxes.shape, options));
  require_boxes(boxes, x.shape[0]);
  dispatch(roi_align_forward_kernels, y, x, boxes, y, options);
}

void roi_align_backward(ConstView boxes, ConstView gy, View gx, const RoiAlignOptions& options) {
  require_same_type("roi_align", gy, gx);
  require_same_type("roi_align", boxes, gx);
  require_shape("roi_align", "gy", gy, roi_align_output_shape(gx.shape, boxes.shape, options));
  require_boxes(boxes, gx.shape[0]);
  dispatch(roi_align_backward_kernels, gx, boxes, gy, gx, options);
}

}  // namespace scrim::kernels
