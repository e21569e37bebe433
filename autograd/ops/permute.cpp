#include "autograd/ops/permute.h"

#include "autograd/ops/concat.h"
#include "autograd/ops/pad.h"
#include "autograd/ops/reduce.h"
#include "kernels/permute/permute.h"

namespace scrim {
namespace {

Tensor permuted(const Tensor& x, const std::vector<int>& order) {
  Tensor y = x.empty_like(kernels::permuted_shape(x.shape(), order));
  kernels::permute(x.view(), order, y.mutable_view());
  return y;
}

struct PermuteNode : Node {
  std::vector<int> order;

  std::string_view op() const override { return "permute"; }
  std::vector<Tensor> backward(Tensor gy) override { return {permuted(gy, kernels::inverse_order(order))}; }
};

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

const std::vector<int> patch_order{0, 1, 3,
                                   2, 4, 5};  // (n, row, i, column, j, c) to (n, row, column, i, j, c)

}  // namespace

Variable permute(const Variable& x, const std::vector<int>& order) {
  Tensor y = permuted(x.value(), order);
  if (!wants_gradient({&x})) return constant(y, "permute");
  auto node = std::make_shared<PermuteNode>();
  node->order = order;
  return record(y, node, {&x});
}

Variable patches_from_images(const Variable& x, std::int64_t patch) {
  require(x.shape().rank() == 4 && patch >= 1, "patches_from_images", "x {} and patches of {} came",
          x.shape().str(), patch);
  const std::int64_t n = x.shape()[0], rows = ceil_divide(x.shape()[1], patch),
                     columns = ceil_divide(x.shape()[2], patch), channels = x.shape()[3];
  const kernels::Border border{.right = columns * patch - x.shape()[2],
                               .bottom = rows * patch - x.shape()[1]};
  const bool divides = border.right == 0 && border.bottom == 0;
  const Variable whole = divides ? x : pad2d(x, border, kernels::PadMode::reflect);
  return reshape(permute(reshape(whole, {n, rows, patch, columns, patch, channels}), patch_order),
                 {n * rows * columns, patch, patch, channels});
}

Variable images_from_patches(const Variable& patches, std::int64_t height, std::int64_t width) {
  const Shape& s = patches.shape();
  require(s.rank() == 4 && s[1] == s[2] && s[1] > 0, "images_from_patches",
          "the patches have the shape {}, expected [M,P,P,C]", s.str());
  const std::int64_t patch = s[1], rows = ceil_divide(height, patch), columns = ceil_divide(width, patch);
  require(rows > 0 && columns > 0 && s[0] % (rows * columns) == 0, "images_from_patches",
          "{} patches of {} do not make images of {} x {}", s[0], patch, height, width);
  const std::int64_t n = s[0] / (rows * columns);
  Variable y = reshape(permute(reshape(patches, {n, rows, columns, patch, patch, s[3]}), patch_order),
                       {n, rows * patch, columns * patch, s[3]});
  if (height < rows * patch) y = slice(y, 1, 0, height);
  if (width < columns * patch) y = slice(y, 2, 0, width);
  return y;
}

}  // namespace scrim
