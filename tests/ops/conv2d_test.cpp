#include "autograd/ops/conv2d.h"

#include <gtest/gtest.h>

#include "kernels/conv2d/conv2d_packed.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

struct Sizes {
  std::string name;
  Shape x, w;
  kernels::Conv2dOptions options{};
  bool bias = true;
};

OpCase conv_case(const Sizes& s) {
  OpCase c{s.name, {s.x, s.w}, [o = s.options](const auto& in) {
             return conv2d(in[0], in[1], in.size() > 2 ? in[2] : Variable(), o);
           }};
  if (s.bias) c.inputs.push_back({s.w[0]});
  if (s.name.starts_with("winograd"))
    c.tolerance = 1e-5;  // its transforms multiply by up to 8 and cancel again
  return c;
}

std::vector<OpCase> cases() {
  std::vector<OpCase> list;
  for (const Sizes& s : std::vector<Sizes>{
           {"one_pixel", {1, 1, 1, 1}, {1, 1, 1, 1}},
           {"first_layer", {2, 7, 9, 1}, {5, 1, 3, 3}, {.padding = {1, 1}}},
           {"odd_everything", {2, 7, 5, 3}, {17, 3, 3, 3}, {.padding = {1, 1}}},
           {"no_padding", {1, 6, 7, 2}, {3, 2, 3, 2}},
           {"no_bias", {1, 5, 5, 4}, {6, 4, 3, 3}, {.padding = {1, 1}}, false},
           {"stride_two", {2, 8, 7, 3}, {19, 3, 3, 3}, {.stride = {2, 2}, .padding = {1, 1}}},
           {"stride_larger_than_kernel", {1, 9, 10, 3}, {4, 3, 2, 2}, {.stride = {3, 3}}},
           {"strided_deep", {1, 5, 4, 256}, {2, 256, 3, 3}, {.stride = {2, 2}, .padding = {1, 1}}},
           {"strides_differ", {1, 8, 9, 2}, {3, 2, 3, 3}, {.stride = {2, 1}, .padding = {1, 2}}},
           {"seven_by_seven", {1, 11, 12, 3}, {8, 3, 7, 7}, {.stride = {2, 2}, .padding = {3, 3}}},
           {"dilated", {1, 9, 8, 3}, {4, 3, 3, 3}, {.padding = {2, 2}, .dilation = {2, 2}}},
           {"dilated_strided",
            {1, 11, 10, 2},
            {4, 2, 3, 3},
            {.stride = {2, 2}, .padding = {3, 3}, .dilation = {3, 3}}},
           {"groups", {2, 6, 6, 6}, {9, 2, 3, 3}, {.padding = {1, 1}, .groups = 3}},
           {"depthwise", {1, 6, 5, 7}, {7, 1, 3, 3}, {.padding = {1, 1}, .groups = 7}},
           {"eight_columns", {1, 6, 7, 8}, {8, 8, 3, 3}, {.padding = {1, 1}}},
           {"lanewise_depthwise", {2, 6, 5, 32}, {32, 1, 3, 3}, {.padding = {1, 1}, .groups = 32}},
           {"lanewise_strided",
            {2, 9, 8, 48},
            {64, 3, 4, 4},
            {.stride = {2, 2}, .padding = {1, 1}, .groups = 16}},
           {"lanewise_two_to_three", {1, 5, 7, 32}, {48, 2, 3, 2}, {.padding = {2, 0}, .groups = 16}},
           {"lanewise_dilated",
            {1, 9, 8, 64},
            {16, 4, 3, 3},
            {.padding = {2, 2}, .dilation = {2, 2}, .groups = 16}},
           {"pointwise", {2, 5, 7, 33}, {70, 33, 1, 1}},
           {"padding_past_the_kernel", {1, 4, 4, 3}, {4, 3, 3, 3}, {.padding = {4, 3}}},
           {"winograd", {2, 9, 6, 16}, {48, 16, 3, 3}, {.padding = {1, 1}}},
           {"winograd_wide", {1, 8, 8, 32}, {112, 32, 3, 3}, {.padding = {1, 1}}},
           {"winograd_without_padding", {1, 7, 10, 16}, {16, 16, 3, 3}},
           {"winograd_padding_two", {1, 5, 3, 16}, {32, 16, 3, 3}, {.padding = {2, 2}}},
           {"winograd_one_pixel", {1, 1, 1, 16}, {16, 16, 3, 3}, {.padding = {1, 1}}},
       })
    list.push_back(conv_case(s));
  return list;
}

OP_TEST(Conv2d, cases());

TEST(Conv2d, ChoosesItsAlgorithmBySize) {
  const auto algorithm = [](const Shape& w, const kernels::Conv2dOptions& options) {
    return kernels::PackedConv2d::for_forward(Tensor::zeros(w).view(), options).algorithm();
  };
  EXPECT_EQ(algorithm({32, 16, 3, 3}, {.padding = {1, 1}}), "winograd F(4x4,3x3)");
  EXPECT_EQ(algorithm({32, 16, 3, 3}, {.stride = {2, 2}, .padding = {1, 1}}), "direct");
  EXPECT_EQ(algorithm({32, 17, 3, 3}, {.padding = {1, 1}}), "direct");
  EXPECT_EQ(algorithm({32, 16, 1, 1}, {}), "direct");
  EXPECT_EQ(algorithm({64, 4, 8, 8}, {.groups = 16}), "lanewise");
  EXPECT_EQ(algorithm({64, 4, 8, 8}, {.groups = 15}), "direct");
}

TEST(Conv2d, SaysWhichShapesDoNotFit) {
  const Variable x(Tensor::zeros({1, 8, 8, 3})), w(Tensor::zeros({4, 2, 3, 3}));
  try {
    conv2d(x, w, {});
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[conv2d] w [4, 2, 3, 3] does not fit x [1, 8, 8, 3] with 1 groups");
  }
  EXPECT_THROW(conv2d(Tensor::zeros({1, 2, 2, 2}), w, {}), Error);  // window larger than the image
}

TEST(Conv2d, NanInTheImageReachesEveryOutputThatReadsIt) {
  Tensor x = Tensor::full({1, 5, 5, 1}, 1);
  x.mutable_data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  const Variable y = conv2d(x, Tensor::zeros({1, 1, 3, 3}), {}, {.padding = {1, 1}});
  EXPECT_TRUE(std::isnan(y.value().data<float>()[6]));
  EXPECT_FALSE(std::isnan(y.value().data<float>()[12]));
}

kernels::Extent2d extent(const nlohmann::json& pair) {
  return {pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>()};
}

TEST(Conv2d, AgreesWithVectors) {
  check_vectors("conv2d", Layout::images, [](VectorCall& c) {
    return conv2d(c.in["x"], c.in["weight"], c.in["bias"],
                  {extent(c.attrs["stride"]), extent(c.attrs["padding"]), extent(c.attrs["dilation"]),
                   c.attrs["groups"]});
  });
}

}  // namespace
}  // namespace scrim::test
