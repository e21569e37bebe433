#include "kernels/roi_align/roi_align_cells.h"

namespace scrim::kernels {
namespace {

/// Of boxes on the processor; those on a GPU are looked at by the kernel, which complains.
void require_boxes(ConstView boxes, std::int64_t images) {
  if (boxes.device.is_cuda()) return;
  for_real_type(boxes.dtype, "roi_align", [&]<class T>(T) {
    const T* box = boxes.as<T>();
    for (std::int64_t r = 0; r < boxes.shape[0]; ++r, box += 5)
      require(is_roi_box(box, images), "roi_align",
              "box {} is ({}, {}, {}, {}, {}), expected an image 0 to {} and finite corners", r,
              double(box[0]), double(box[1]), double(box[2]), double(box[3]), double(box[4]), images - 1);
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
