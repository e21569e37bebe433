#include "films/near_duplicates.h"

#include <gtest/gtest.h>

#include "data/phantom/phantom_cohort.h"
#include "films/film_set.h"
#include "tensor/random.h"
#include "tests/support/errors.h"
#include "tests/support/phantom_suite.h"

namespace scrim::test {
namespace {

class NearDuplicates : public PhantomSuite<40> {
 protected:
  static FilmSet films(const char* list) {
    return FilmSet(at("images"), read_list(at(list)), {.image_size = 64});
  }
  /// Other gray, noise, another size.
  static GrayImage edited(const Tensor& film) {
    Tensor other = resized_film(film, 80, 80).clone();
    Random random(1);
    for (float& value : other.mutable_data<float>())
      value = float(0.85 * value + 0.05 + 0.01 * random.normal());
    return image_from_tensor(other, 8);
  }
};

TEST_F(NearDuplicates, AnEditedFilmIsFoundAndOthersAreNot) {
  const FilmSet train = films("splits/train.txt"), test = films("splits/test.txt");
  EXPECT_TRUE(near_duplicates(train.thumbnails(), test.thumbnails()).empty());
  EXPECT_TRUE(near_duplicates(train.thumbnails()).empty());
  const auto nobody = [](const std::string&) { return std::string(); };
  EXPECT_NO_THROW(require_apart(train, test, nobody));

  const FilmSet copies({"copy.png"}, {edited(train.film(3))}, 64);
  const auto twins = near_duplicates(train.thumbnails(), copies.thumbnails());
  ASSERT_EQ(twins.size(), 1u);
  EXPECT_EQ(twins[0].first, 3u);
  const std::string message = error_of([&] { require_apart(train, copies, nobody); });
  EXPECT_NE(message.find("copy.png (validation) looks like " + train.name(3)), std::string::npos) << message;
}

TEST(Thumbnail, OfAFlatFilmIsNothing) {
  EXPECT_FALSE(thumbnail_of(Tensor::full({1, 20, 20, 1}, 0.4)));
  EXPECT_TRUE(near_duplicates({std::nullopt, std::nullopt}).empty());
}

}  // namespace
}  // namespace scrim::test
