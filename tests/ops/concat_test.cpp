#include "autograd/ops/concat.h"

#include <gtest/gtest.h>

#include "autograd/ops/unary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> concat_cases() {
  return of_activations({
      {"slice_of_a_middle_axis", {{2, 7, 3}}, [](const In& in) { return slice(in[0], 1, 2, 4); }},
      {"slice_to_the_end", {{5, 2}}, [](const In& in) { return slice(in[0], 0, 3, 2); }},
      {"channels",
       {{2, 3, 4, 5}, {2, 3, 4, 2}},
       [](const In& in) {
         return concat({in[0], in[1]}, 3);
       }},
      {"three_parts", {{1, 2, 2, 1}, {1, 2, 2, 3}, {1, 2, 2, 2}}, [](const In& in) { return concat(in, 3); }},
      {"first_axis", {{2, 3}, {1, 3}}, [](const In& in) { return concat(in, 0); }},
      {"used_twice",
       {{2, 3}},
       [](const In& in) {
         return concat({in[0], in[0]}, 1);
       }},
      {"of_two_types",
       {{2, 3}},
       [](const In& in) {
         return concat({sigmoid(in[0]), in[0]}, 1);
       }},
  });
}
OP_TEST(Concat, concat_cases());

TEST(Concat, AgreesWithVectors) {
  check_vectors("cat", Layout::plain, [](VectorCall& c) {
    std::vector<Variable> parts;
    for (auto& [name, part] : c.in) parts.push_back(part);
    return concat(parts, c.attrs["dim"].get<int>());
  });
  check_vectors("slice", Layout::plain, [](VectorCall& c) {
    const std::int64_t start = c.attrs["start"], end = c.attrs["end"];
    return slice(c.in["x"], c.attrs["dim"].get<int>(), start, end - start);
  });
}

}  // namespace
}  // namespace scrim::test
