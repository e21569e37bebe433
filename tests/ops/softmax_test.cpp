#include "autograd/ops/softmax.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> softmax_cases() {
  return {
      {"last_axis", {{3, 7}}, [](const In& in) { return softmax(in[0], 1); }, -4, 4},
      {"first_axis", {{5, 3}}, [](const In& in) { return softmax(in[0], 0); }},
      {"middle_axis", {{2, 5, 3, 2}}, [](const In& in) { return softmax(in[0], 1); }},
      {"one_element", {{4, 1}}, [](const In& in) { return softmax(in[0], 1); }},
      {"logarithm", {{3, 7}}, [](const In& in) { return log_softmax(in[0], 1); }, -4, 4},
      {"logarithm_of_images", {{2, 3, 37, 4}}, [](const In& in) { return log_softmax(in[0], 3); }},
  };
}
OP_TEST(Softmax, softmax_cases());

TEST(Softmax, DoesNotOverflow) {
  const Variable x(Tensor::from<float>({2}, {1000, -1000}));
  EXPECT_EQ(softmax(x, 0).value().data<float>()[0], 1);
  EXPECT_EQ(log_softmax(x, 0).value().data<float>()[1], -2000);
}

/// An axis counted from the front.
int axis_of(const nlohmann::json& dim, const Variable& x) {
  const int axis = dim.get<int>();
  return axis < 0 ? axis + x.shape().rank() : axis;
}

TEST(Softmax, AgreesWithVectors) {
  check_vectors("softmax", Layout::plain,
                [](VectorCall& c) { return softmax(c.in["x"], axis_of(c.attrs["dim"], c.in["x"])); });
  check_vectors("log_softmax", Layout::plain,
                [](VectorCall& c) { return log_softmax(c.in["x"], axis_of(c.attrs["dim"], c.in["x"])); });
}

}  // namespace
}  // namespace scrim::test
