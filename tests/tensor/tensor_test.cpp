#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/compute_device.h"
#include "tests/support/errors.h"

namespace scrim {
namespace {

using test::error_of, test::expect_contains;

TEST(Tensor, StaysWhereItIsAndNamesADeviceThatThisBuildLacks) {
  const Tensor x = Tensor::full({2}, 1);
  EXPECT_EQ(x.to(Device::cpu).view().data, x.view().data);
  EXPECT_FALSE(to_host(Tensor()).defined());
#ifdef SCRIM_WITH_CUDA
  EXPECT_EQ(to_compute_device(x).device(), compute_device());
#else
  EXPECT_EQ(to_compute_device(x).view().data, x.view().data);
  expect_contains(error_of([&] { x.to(Device::cuda); }), "this build has no CUDA");
#endif
}

TEST(Tensor, SharesItsStorageUntilCloned) {
  Tensor a = Tensor::from<float>({2, 2}, {1, 2, 3, 4});
  Tensor same = a.reshape({4}), copy = a.clone();
  a.mutable_data<float>()[0] = 9;
  EXPECT_EQ(same.data<float>()[0], 9);
  EXPECT_EQ(copy.data<float>()[0], 1);
  EXPECT_FALSE(a.is_unique());
  EXPECT_TRUE(copy.is_unique());
}

TEST(Tensor, StampChangesWithEveryLoanForWriting) {
  Tensor a = Tensor::zeros({2});
  const auto before = a.stamp();
  (void)a.view();
  EXPECT_EQ(a.stamp(), before);
  (void)a.mutable_view();
  EXPECT_NE(a.stamp(), before);
  EXPECT_NE(Tensor::zeros({2}).stamp(), Tensor::zeros({2}).stamp());
}

TEST(Tensor, RefusesAnotherTypeAndShape) {
  Tensor a = Tensor::zeros({2, 3});
  EXPECT_THROW(a.data<double>(), Error);
  EXPECT_THROW(a.reshape({7}), Error);
  EXPECT_THROW(a.copy_from(Tensor::zeros({3, 2})), Error);
  EXPECT_THROW(a.item(), Error);
  try {
    a.data<double>();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[view] f64 was asked for, the tensor [2, 3] holds f32");
  }
}

TEST(Tensor, NewStorageIsPoisonedInTests) {
  const Tensor small = Tensor::empty({3}), large = Tensor::empty({100000});
  EXPECT_TRUE(std::isnan(small.data<float>()[1]));
  EXPECT_TRUE(std::isnan(large.data<float>()[99999]));
}

TEST(Storage, CountsWhatIsInUse) {
  memory::release_unused();
  memory::reset_peak();
  const std::size_t before = memory::bytes_in_use();
  { const Tensor big = Tensor::empty({1 << 20}); }
  EXPECT_EQ(memory::bytes_in_use(), before);
  EXPECT_GE(memory::peak_bytes(), before + (4 << 20));
  EXPECT_LE(memory::peak_bytes(), before + (5 << 20));
}

TEST(Storage, HandsAFreedBlockOutAgain) {
  for (const std::int64_t count : {100, 1 << 18}) {
    const void* first = nullptr;
    {
      const Tensor freed = Tensor::empty({count});
      first = freed.view().data;
    }
    const Tensor again = Tensor::empty({count});
    EXPECT_EQ(again.view().data, first) << count;
  }
}

TEST(Shape, KnowsItsSizeAndSaysIt) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.numel(), 24);
  EXPECT_EQ(shape.str(), "[2, 3, 4]");
  EXPECT_EQ(Shape{}.numel(), 1);
  EXPECT_FALSE(shape == (Shape{2, 3}));
  EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1, 1}), Error);
  EXPECT_THROW((Shape{-1}), Error);
}

}  // namespace
}  // namespace scrim
