#include "autograd/ops/permute.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> cases() {
  return {
      {"transpose",
       {{3, 5}},
       [](const In& in) {
         return permute(in[0], {1, 0});
       }},
      {"channels_first",
       {{2, 3, 4, 5}},
       [](const In& in) {
         return permute(in[0], {0, 3, 1, 2});
       }},
      {"six_axes",
       {{2, 1, 3, 2, 2, 2}},
       [](const In& in) {
         return permute(in[0], {5, 3, 0, 1, 4, 2});
       }},
      {"patches_that_divide", {{2, 4, 6, 3}}, [](const In& in) { return patches_from_images(in[0], 2); }},
      {"patches_mirrored", {{1, 5, 7, 2}}, [](const In& in) { return patches_from_images(in[0], 4); }},
      {"images", {{6, 3, 3, 2}}, [](const In& in) { return images_from_patches(in[0], 5, 8); }},
  };
}
OP_TEST(Permute, cases());

TEST(Permute, PatchesComeBackAsTheImage) {
  for (const Shape& shape : {Shape{2, 12, 8, 1}, Shape{1, 9, 11, 3}}) {
    const Tensor x = random_tensor(shape, 3);
    const Variable back = images_from_patches(patches_from_images(Variable(x), 4), shape[1], shape[2]);
    EXPECT_TRUE(same_bytes(back.value(), x)) << shape.str();
  }
}

TEST(Permute, RefusesAxesNamedTwice) {
  EXPECT_THROW(permute(Tensor::zeros({2, 3}), {0, 0}), Error);
  EXPECT_THROW(permute(Tensor::zeros({2, 3}), {0}), Error);
}

TEST(Permute, AgreesWithVectors) {
  check_vectors("permute", Layout::plain,
                [](VectorCall& c) { return permute(c.in["x"], c.attrs["dims"].get<std::vector<int>>()); });
  check_vectors("im_to_patch", Layout::images,
                [](VectorCall& c) { return patches_from_images(c.in["x"], c.attrs["patch"]); });
  check_vectors("patch_to_im", Layout::images, [](VectorCall& c) {
    return images_from_patches(c.in["x"], c.attrs["size"][0], c.attrs["size"][1]);
  });
}

}  // namespace
}  // namespace scrim::test
