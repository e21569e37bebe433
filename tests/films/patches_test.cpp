#include "films/patches.h"

#include <gtest/gtest.h>

#include "tensor/random.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

TEST(FilmPatches, FilmsOfAnySizeComeBackExactly) {
  Random random(3);
  for (const auto& [height, width] :
       {std::pair<std::int64_t, std::int64_t>{64, 64}, {33, 100}, {65, 64}, {127, 33}}) {
    Tensor film = Tensor::empty({1, height, width, 1});
    for (float& value : film.mutable_data<float>()) value = float(random.uniform());
    const Tensor patches = patches_of_film(film, 64);
    EXPECT_EQ(patches.size(0), (height + 63) / 64 * ((width + 63) / 64));
    const Tensor back = film_of_patches(patches, height, width);
    EXPECT_TRUE(std::equal(film.data<float>().begin(), film.data<float>().end(), back.data<float>().begin()));
  }
  // A side that divides gets no extra patch, whatever the other one does (a slip of the published code).
  EXPECT_EQ(patches_of_film(Tensor::zeros({1, 512, 500, 1}), 64).size(0), 64);
  expect_contains(error_of([] {
                    patches_of_film(Tensor::zeros({1, 32, 100, 1}), 64);
                  }),
                  "sides must exceed 32");
}

}  // namespace
}  // namespace scrim::test
