#include "autograd/ops/thin_plate.h"

#include <gtest/gtest.h>

#include "autograd/ops/binary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

/// Points around a fixed pattern: random ones may come so near to each other that f32 says little.
OpCase spline_case(std::string name, std::int64_t images, std::vector<double> pattern,
                   ThinPlateOptions options) {
  const std::int64_t K = std::int64_t(pattern.size()) / 2;
  std::vector<double> all;
  for (std::int64_t n = 0; n < images; ++n) all.insert(all.end(), pattern.begin(), pattern.end());
  const Tensor around = Tensor::from<double>({images, K, 2}, all);
  OpCase c{std::move(name), {{images, K, 2}, {images, K, 2}}, [=](const In& in) {
             const Tensor& like = in[0].value();
             const Variable center = around.to(wide_type(like.dtype())).to(like.device());
             return thin_plate(add(center, scale(in[0], 0.1)), add(center, scale(in[1], 0.3)), options);
           }};
  c.tolerance = 2e-5;  // elimination loses some digits
  return c;
}

const std::vector<double> triangle = {-0.7, -0.6, 0.8, -0.4, 0.1, 0.9},
                          seven = {-0.8, -0.8, 0.7, -0.9, 0.0, -0.1, 0.9, 0.2, -0.6, 0.5, 0.2, 0.6, 0.8, 0.9};

OP_TEST(ThinPlate, (std::vector<OpCase>{
                       spline_case("three_points", 1, triangle, {4, 5}),
                       spline_case("seven_points", 2, seven, {5, 3}),
                       spline_case("stiff", 2, seven, {1, 9, 0.5}),
                   }));

TEST(ThinPlate, GoesThroughItsPoints) {
  // The points are centers of pixels of a film of 5 x 5.
  const Tensor from = Tensor::from<double>({1, 4, 2}, {-0.8, -0.8, 0.8, -0.8, -0.8, 0.8, 0.4, 0.4});
  const Tensor to = Tensor::from<double>({1, 4, 2}, {-0.5, -0.7, 0.9, -0.8, -0.6, 0.8, 0.1, 0.2});
  const Tensor grid = thin_plate(from, to, {5, 5}).value();
  const std::int64_t pixels[4] = {0, 4, 20, 18};
  for (std::int64_t k = 0; k < 4; ++k)
    for (std::int64_t d = 0; d < 2; ++d)
      EXPECT_NEAR(grid.data<double>()[2 * pixels[k] + d], to.data<double>()[2 * k + d], 1e-12) << k;
}

TEST(ThinPlate, IsNoBendWhereTheValuesAreAShift) {
  const Tensor from = Tensor::from<double>({1, 4, 2}, {-0.8, -0.8, 0.8, -0.8, -0.8, 0.8, 0.4, 0.4});
  const Tensor grid = thin_plate(from, add(from, Tensor::full({1, 1, 1}, 0.25, DType::f64)), {4, 8}).value();
  for (std::int64_t row = 0; row < 4; ++row)
    for (std::int64_t column = 0; column < 8; ++column) {
      EXPECT_NEAR(grid.data<double>()[2 * (row * 8 + column)], (2 * double(column) + 1) / 8 - 0.75, 1e-12);
      EXPECT_NEAR(grid.data<double>()[2 * (row * 8 + column) + 1], (2 * double(row) + 1) / 4 - 0.75, 1e-12);
    }
}

TEST(ThinPlate, RefusesPointsThatSayNothing) {
  const Tensor line = Tensor::from<float>({1, 4, 2}, {-0.5f, -0.5f, 0, 0, 0.25f, 0.25f, 0.5f, 0.5f});
  EXPECT_THROW(thin_plate(line, line, {4, 4}), Error);
  const Tensor twice = Tensor::from<float>({1, 4, 2}, {-0.5f, -0.5f, 0, 0.25f, 0, 0.25f, 0.5f, -0.5f});
  EXPECT_THROW(thin_plate(twice, twice, {4, 4}), Error);
  EXPECT_NO_THROW(thin_plate(twice, twice, {4, 4, 0.1}));
  const Tensor two = Tensor::from<float>({1, 2, 2}, {-0.5f, -0.5f, 0, 0});
  EXPECT_THROW(thin_plate(two, two, {4, 4}), Error);
}

TEST(ThinPlate, AgreesWithVectors) {
  check_vectors("thin_plate", Layout::plain, [](VectorCall& c) {
    return thin_plate(c.in["points"], c.in["values"],
                      {c.attrs["height"], c.attrs["width"], c.attrs["stiffness"]});
  });
}

}  // namespace
}  // namespace scrim::test
