#include "tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace scrim::test {
namespace {

TEST(Half, RoundsToNearestTiesToEven) {
  EXPECT_EQ(Float16(1).bits, 0x3c00);
  EXPECT_EQ(Float16(-2).bits, 0xc000);
  EXPECT_EQ(Float16(65504).bits, 0x7bff);
  EXPECT_EQ(Float16(65519).bits, 0x7bff);
  EXPECT_EQ(Float16(65520).bits, 0x7c00);
  EXPECT_EQ(Float16(1 + 0x1p-11f).bits, 0x3c00);
  EXPECT_EQ(Float16(1 + 3 * 0x1p-11f).bits, 0x3c02);
  EXPECT_EQ(Float16(2 - 0x1p-12f).bits, 0x4000);  // carries into the exponent
  EXPECT_EQ(Float16(0x1p-24f).bits, 1);
  EXPECT_EQ(Float16(-0x1p-25f).bits, 0x8000);
  EXPECT_EQ(Float16(3 * 0x1p-25f).bits, 2);
  EXPECT_EQ(Float16(0x1p-14f - 0x1p-26f).bits, 0x400);  // up into the normal numbers
  EXPECT_EQ(BFloat16(1).bits, 0x3f80);
  EXPECT_EQ(BFloat16(1 + 0x1p-8f).bits, 0x3f80);
  EXPECT_EQ(BFloat16(1 + 3 * 0x1p-8f).bits, 0x3f82);
  EXPECT_EQ(BFloat16(3.4e38f).bits, 0x7f80);
}

template <class T>
void every_value_comes_back() {
  for (int bits = 0; bits < 0x10000; ++bits) {
    T value;
    value.bits = std::uint16_t(bits);
    const float wide = value;
    ASSERT_TRUE(std::isnan(wide) ? std::isnan(float(T(wide))) : T(wide).bits == bits) << bits;
  }
}

TEST(Half, EveryValueComesBack) {
  every_value_comes_back<Float16>();
  every_value_comes_back<BFloat16>();
  EXPECT_TRUE(std::isinf(float(Float16(-INFINITY))));
  EXPECT_TRUE(std::isnan(float(BFloat16(std::bit_cast<float>(0x7f800001u)))));  // not infinity
}

/// No neighbor is nearer than the result.
template <class T>
void result_is_the_nearest(float largest) {
  Random random(3, "half");
  for (int i = 0; i < 100000; ++i) {
    const float value = float((random.uniform() * 2 - 1) * std::exp2(random.uniform() * 50 - 30));
    if (std::fabs(value) > largest) continue;
    T nearest(value), above = nearest, below = nearest;
    ++above.bits;
    --below.bits;
    const float error = std::fabs(float(nearest) - value);
    ASSERT_LE(error, std::fabs(float(above) - value)) << value;
    if (nearest.bits & 0x7fff) {
      ASSERT_LE(error, std::fabs(float(below) - value)) << value;
    }
  }
}

TEST(Half, ResultIsTheNearest) {
  result_is_the_nearest<Float16>(65000);
  result_is_the_nearest<BFloat16>(1e30f);
}

TEST(Half, TensorsConvert) {
  const Tensor x = Tensor::from<float>({4}, {0.1f, -3, 65520, 0});
  const Tensor back = x.to(DType::f16).to(DType::f64);
  EXPECT_EQ(x.to(DType::bf16).bytes(), 8u);
  EXPECT_NEAR(back.data<double>()[0], 0.1, 0.1 / 2048);
  EXPECT_EQ(back.data<double>()[1], -3);
  EXPECT_TRUE(std::isinf(back.data<double>()[2]));
  EXPECT_EQ(x.to(DType::bf16).to(DType::boolean).data<bool>()[3], false);
  EXPECT_EQ(Tensor::full({1}, 2.5, DType::bf16).item(), 2.5);
}

}  // namespace
}  // namespace scrim::test
