#include "autograd/ops/instance_norm.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> cases() {
  return {
      {"rows", {{2, 3, 9}}, [](const In& in) { return instance_norm(in[0]); }},
      {"one_value", {{3, 1}}, [](const In& in) { return instance_norm(in[0]); }},
  };
}
OP_TEST(InstanceNorm, cases());

TEST(InstanceNorm, AgreesWithVectors) {
  check_vectors("instance_norm1d", Layout::plain,
                [](VectorCall& c) { return instance_norm(c.in["x"], c.attrs["eps"]); });
}

}  // namespace
}  // namespace scrim::test
