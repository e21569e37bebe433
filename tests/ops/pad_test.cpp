#include "autograd/ops/pad.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;
using kernels::PadMode;

std::vector<OpCase> pad_cases() {
  const kernels::Border border{2, 1, 0, 3};
  return {
      {"constant", {{2, 4, 3, 2}}, [=](const In& in) { return pad2d(in[0], border, PadMode::constant); }},
      {"replicate", {{1, 4, 3, 5}}, [=](const In& in) { return pad2d(in[0], border, PadMode::replicate); }},
      {"reflect", {{1, 4, 3, 1}}, [=](const In& in) { return pad2d(in[0], border, PadMode::reflect); }},
  };
}
OP_TEST(Pad, pad_cases());

TEST(Pad, CannotMirrorMoreThanThereIs) {
  EXPECT_THROW(pad2d(Tensor::zeros({1, 2, 2, 1}), {2, 0, 0, 0}, PadMode::reflect), Error);
}

Variable padded(VectorCall& c) {
  const auto mode = c.attrs["mode"].get<std::string>();
  const nlohmann::json& border = c.attrs["left_right_top_bottom"];
  return pad2d(c.in["x"], {border[0], border[1], border[2], border[3]},
               mode == "reflect"     ? PadMode::reflect
               : mode == "replicate" ? PadMode::replicate
                                     : PadMode::constant);
}

TEST(Pad, AgreesWithVectors) {
  check_vectors("pad", Layout::images, padded);
}

}  // namespace
}  // namespace scrim::test
