#include "autograd/ops/concat.h"

#include <algorithm>

#include "autograd/ops/convert.h"
#include "kernels/concat/concat.h"

namespace scrim {
namespace {

Tensor join(const std::vector<Tensor>& parts, int axis) {
  std::vector<Shape> shapes;
  std::vector<ConstView> views;
  for (const Tensor& part : parts) {
    shapes.push_back(part.shape());
    views.push_back(part.view());
  }
  Tensor y = parts[0].empty_like(kernels::concat_shape(shapes, axis));
  kernels::concat(views, axis, y.mutable_view());
  return y;
}

struct ConcatNode : Node {
  std::vector<Kept> parts;  // so that a consumer need not keep the joined copy
  std::vector<Shape> shapes;
  int axis;

  std::string_view op() const override { return "concat"; }
  std::vector<KeptItem> kept() const override {
    std::vector<KeptItem> items;
    for (std::size_t i = 0; i < parts.size(); ++i)
      items.push_back({fmt::format("part {}", i), parts[i].bytes()});
    return items;
  }
  bool can_recompute() const override { return true; }
  Tensor recompute() const override {
    std::vector<Tensor> tensors;
    for (const Kept& part : parts) tensors.push_back(part.get());
    return join(tensors, axis);
  }
  std::vector<Tensor> backward(Tensor gy) override {
    parts.clear();
    std::vector<Tensor> gradients;
    std::int64_t begin = 0;
    for (const Shape& shape : shapes) {
      gradients.push_back(gy.empty_like(shape));
      kernels::slice(gy.view(), axis, begin, gradients.back().mutable_view());
      begin += shape[axis];
    }
    return gradients;
  }
};

struct SliceNode : Node {
  Shape x_shape;
  int axis;
  std::int64_t begin;

  std::string_view op() const override { return "slice"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Shape before = x_shape, after = x_shape;
    before[axis] = begin;
    after[axis] = x_shape[axis] - begin - gy.size(axis);
    return {join({gy.full_like(before, 0), gy, gy.full_like(after, 0)}, axis)};
  }
};

}  // namespace

Variable concat(const std::vector<Variable>& given, int axis) {
  require(!given.empty(), "concat", "no tensor came");
  std::vector<Variable> parts = given;
  // A part that an op has widened is rounded again: a joined image of f32 would cost twice the memory.
  const auto half = std::find_if(given.begin(), given.end(),
                                 [](const Variable& part) { return is_half(part.value().dtype()); });
  if (half != given.end())
    for (Variable& part : parts) part = convert(part, half->value().dtype());
  std::vector<Tensor> tensors;
  bool wanted = false;
  for (const Variable& part : parts) {
    tensors.push_back(part.value());
    wanted |= wants_gradient({&part});
  }
  Tensor y = join(tensors, axis);
  if (!wanted) return constant(y, "concat");
  auto node = std::make_shared<ConcatNode>();
  for (const Variable& part : parts) {
    node->parts.emplace_back(part);
    node->shapes.push_back(part.shape());
  }
  node->axis = axis;
  return record(y, node, parts);
}

Variable slice(const Variable& x, int axis, std::int64_t begin, std::int64_t size) {
  require(axis >= 0 && axis < x.shape().rank() && size >= 0, "slice",
          "{} cells of axis {} of x {} were asked for", size, axis, x.shape().str());
  Shape shape = x.shape();
  shape[axis] = size;
  Tensor y = x.value().empty_like(shape);
  kernels::slice(x.value().view(), axis, begin, y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "slice");
  auto node = std::make_shared<SliceNode>();
  node->x_shape = x.shape();
  node->axis = axis;
  node->begin = begin;
  return record(y, node, {&x});
}

}  // namespace scrim
