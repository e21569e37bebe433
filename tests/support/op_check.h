// One harness for every differentiable op. A case is data: input shapes and a function from inputs to a
// result. To add an op, write a list of OpCase in tests/ops/NAME_test.cpp and call check_op on each; sizes
// that bite are odd widths, 1x1, stride two, dilation, groups, a batch of one, channel counts around a
// register's width.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "autograd/variable.h"
#include "tensor/random.h"

namespace scrim::test {

struct OpCase {
  std::string name;
  std::vector<Shape> inputs;
  std::function<Variable(const std::vector<Variable>&)> run;
  double low = -1, high = 1;           ///< range of the random inputs
  std::vector<bool> differentiable{};  ///< per input; empty = all
  /// f32 against f64: largest |difference| allowed, relative to the largest |value| of the tensor.
  double tolerance = 2e-6;
  std::size_t activations =
      1;  ///< the first inputs, which may be of 16 bits on a GPU; what follows are parameters
};

/// Checks in turn that
///  1. in f64 (reference kernels) every gradient agrees with central differences to 1e-7 of the largest;
///  2. in f32, on the reference kernels and on each instruction-set level of this machine, result and
///  gradients agree
///     with f64 to `tolerance`;
///  3. one, two and three threads give the same bytes;
///  4. on compute_device(), when that is a GPU (or an emulated one), f64 and f32 agree with the first, and a second run
///  gives the same bytes; with activations in bf16 and f16 it agrees to 1e-2.
void check_op(const OpCase& op_case);

/// The same cases, with every input an activation.
inline std::vector<OpCase> of_activations(std::vector<OpCase> cases) {
  for (OpCase& c : cases) c.activations = c.inputs.size();
  return cases;
}

inline void PrintTo(const OpCase& op_case, std::ostream* out) {
  *out << op_case.name;
}

Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1,
                     DType dtype = DType::f32);
/// Largest |a - b|; infinite when the shapes differ or one is NaN where the other is not.
double largest_difference(const Tensor& a, const Tensor& b);
double largest_value(const Tensor& a);
bool same_bytes(const Tensor& a, const Tensor& b);

}  // namespace scrim::test

/// For INSTANTIATE_TEST_SUITE_P: names a case in the test's name.
#define OP_TEST(Suite, cases)                                          \
  class Suite : public testing::TestWithParam<scrim::test::OpCase> {}; \
  TEST_P(Suite, AgreesInValueAndGradient) {                            \
    scrim::test::check_op(GetParam());                                 \
  }                                                                    \
  INSTANTIATE_TEST_SUITE_P(Cases, Suite, testing::ValuesIn(cases),     \
                           [](const auto& info) { return info.param.name; })
