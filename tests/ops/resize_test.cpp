#include "autograd/ops/resize.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

OpCase resized(std::string name, Shape x, std::int64_t h, std::int64_t w, kernels::ResizeOptions o) {
  return {std::move(name), {x}, [=](const In& in) { return resize(in[0], h, w, o); }};
}
std::vector<OpCase> resize_cases() {
  using enum kernels::ResizeMode;
  return {
      resized("bilinear_up", {2, 3, 4, 2}, 7, 8, {bilinear, false}),
      resized("bilinear_up_aligned", {2, 3, 4, 2}, 7, 8, {bilinear, true}),
      resized("bilinear_down", {1, 9, 8, 3}, 4, 3, {bilinear, false}),
      resized("bilinear_down_aligned", {1, 9, 8, 3}, 4, 3, {bilinear, true}),
      resized("bilinear_from_one_pixel", {1, 1, 1, 2}, 3, 2, {bilinear, true}),
      resized("bilinear_to_one_pixel", {1, 5, 4, 2}, 1, 1, {bilinear, true}),
      resized("nearest_up", {1, 3, 4, 2}, 8, 6, {nearest, false}),
      resized("nearest_down", {1, 7, 9, 2}, 3, 4, {nearest, false}),
      resized("antialiased_down", {1, 12, 9, 2}, 5, 3, {antialiased, false}),
      resized("antialiased_up", {1, 3, 4, 1}, 7, 6, {antialiased, false}),
  };
}
OP_TEST(Resize, resize_cases());

TEST(Resize, AntialiasedIsPillowsBilinear) {
  // Pillow 13.0.0: Image.fromarray(float32 row).resize((3, 1), BILINEAR)
  const Tensor x = Tensor::from<float>({1, 1, 7, 1}, {0, 1, 4, 9, 16, 25, 36});
  const Tensor y = resize(x, 1, 3, {kernels::ResizeMode::antialiased}).value();
  const float expected[] = {1.2857143f, 9.941176f, 27.0f};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y.data<float>()[i], expected[i], 1e-4) << i;
}

TEST(Resize, AgreesWithVectors) {
  check_vectors("upsample_bilinear", Layout::images, [](VectorCall& c) {
    return resize(c.in["x"], c.attrs["size"][0], c.attrs["size"][1],
                  {kernels::ResizeMode::bilinear, c.attrs["align_corners"].get<bool>()});
  });
  check_vectors("upsample_nearest", Layout::images, [](VectorCall& c) {
    return resize(c.in["x"], c.attrs["size"][0], c.attrs["size"][1], {kernels::ResizeMode::nearest});
  });
}

}  // namespace
}  // namespace scrim::test
