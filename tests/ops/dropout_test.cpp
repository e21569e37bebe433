#include "autograd/ops/dropout.h"

#include <gtest/gtest.h>

#include "kernels/dropout/dropout.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> dropout_cases() {
  return {
      {"given_mask",
       {{3, 4, 5}},
       [](const In& in) {
         Tensor keep = Tensor::full({3, 4, 5}, 1, DType::boolean);
         for (std::size_t i = 0; i < 60; i += 3) keep.mutable_data<bool>()[i] = false;
         return dropout(in[0], keep, 0.25);
       }},
      {"whole_channels",
       {{2, 3, 3, 4}},
       [](const In& in) {
         return dropout(in[0],
                        Tensor::from<bool>({2, 1, 1, 4}, {true, false, true, true, false, true, true, false}),
                        0.5);
       }},
      {"seeded", {{7, 9}}, [](const In& in) { return dropout(in[0], Random(5), 0.4); }},
  };
}
OP_TEST(Dropout, dropout_cases());

TEST(Dropout, DrawsItsProbabilityAndRepeats) {
  Tensor mask = Tensor::empty({100000}, DType::boolean), again = Tensor::empty({100000}, DType::boolean);
  kernels::dropout_mask(Random(1, "dropout"), 0.3, mask.mutable_view());
  kernels::dropout_mask(Random(1, "dropout"), 0.3, again.mutable_view());
  double kept = 0;
  for (bool keep : mask.data<bool>()) kept += keep;
  EXPECT_NEAR(kept / 100000, 0.7, 0.006);  // four standard deviations
  EXPECT_TRUE(same_bytes(mask, again));
  EXPECT_THROW(dropout(Tensor::zeros({2}), Random(1), 1.0), Error);
}

TEST(Dropout, AgreesWithVectors) {
  check_vectors("dropout", Layout::images,
                [](VectorCall& c) { return dropout(c.in["x"], c.in["keep"].value(), c.attrs["p"]); });
}

}  // namespace
}  // namespace scrim::test
