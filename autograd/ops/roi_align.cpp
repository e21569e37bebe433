#include "autograd/ops/roi_align.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct RoiAlignNode : Node {
  Tensor boxes;
  Shape x_shape;
  kernels::RoiAlignOptions options;

  std::string_view op() const override { return "roi_align"; }
  std::vector<KeptItem> kept() const override { return {{"boxes", boxes.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::roi_align_backward(boxes.view(), gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable roi_align(const Variable& any, const Tensor& boxes, const kernels::RoiAlignOptions& options) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(kernels::roi_align_output_shape(x.shape(), boxes.shape(), options));
  kernels::roi_align_forward(x.value().view(), boxes.view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "roi_align");
  auto node = std::make_shared<RoiAlignNode>();
  node->boxes = boxes;
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
