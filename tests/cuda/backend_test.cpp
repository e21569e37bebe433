// What else the CUDA backend promises: copies, random numbers, and what is said when something is missing or wrong.
#include <gtest/gtest.h>

#include "autograd/ops/loss.h"
#include "autograd/ops/roi_align.h"
#include "autograd/ops/top_k.h"
#include "kernels/dropout/dropout.h"
#include "models/flow_anonymizer.h"
#include "models/unet.h"
#include "tensor/memory/device_memory.h"
#include "tests/cuda/observed.h"
#include "tests/support/errors.h"
#include "training/loop/learner.h"

namespace scrim::test {
namespace {

TEST(CudaErrors, NamesTheSizeAndWhoHoldsMost) {
  const Tensor kept = Tensor::full({1 << 20}, 1, DType::f32, compute_device());
  cuda_emulation::set_memory(std::size_t(64) << 20);
  const std::string message = error_of([&] {
    const Scope scope("generator.bottleneck");
    Tensor::empty({64 << 20}, DType::f32, compute_device());
  });
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
  expect_contains(message, "has no room for 256.0 MiB for generator.bottleneck");
  expect_contains(message, "the largest holders:");
}

/// cuDNN's fused relu would hide a NaN.
TEST(CudaErrors, WeightsThatAreNotFiniteAreRefused) {
  UNet unet({1, 2, 4}, Initializer(1));
  const auto names = unet.parameters();
  names[2].parameter->mutable_value().mutable_data<float>()[1] = NAN;
  unet.to(compute_device());
  unet.set_training(false);
  const NoGradient no_gradient;
  expect_contains(error_of([&] { unet(film()); }), "its weights hold a value that is NaN or infinite");
}

TEST(CudaErrors, ComplaintsOfKernelsComeWithTheNextWait) {
  const Tensor x = Tensor::full({2, 4}, 1, DType::f32, compute_device());
  const Tensor index = to_compute_device(Tensor::from<std::int64_t>({2, 1}, {0, 4}));
  const Variable y = gather(x, index, 1);
  expect_contains(error_of([&] { to_host(y.value()); }), "an index lies outside its axis");
  EXPECT_EQ(to_host(y.value()).data<float>()[0], 1);  // said once; what was right is right

  const Tensor image = Tensor::full({1, 4, 4, 1}, 1, DType::f32, compute_device());
  const Tensor boxes = to_compute_device(Tensor::from<float>({1, 5}, {1, 0, 0, 1, 1}));
  const Variable cells = roi_align(image, boxes, {});
  expect_contains(error_of([&] { to_host(cells.value()); }), "a box is not finite");

  const Tensor too_much = Tensor::full({2}, 1.5, DType::f32, compute_device());
  const Tensor loss = bce(too_much, too_much).value();
  expect_contains(error_of([&] { loss.item(); }), "no probability");
}

TEST(CudaRandom, EqualsTheProcessors) {
  const Random random(11, "dropout");
  Tensor here = Tensor::empty({3, 5, 7}, DType::boolean),
         there = Tensor::empty({3, 5, 7}, DType::boolean, compute_device());
  kernels::dropout_mask(random, 0.4, here.mutable_view());
  kernels::dropout_mask(random, 0.4, there.mutable_view());
  EXPECT_TRUE(same_bytes(here, there));
}

/// Far more than is kept pinned, handed over without a wait between: every tensor arrives as it was.
TEST(CudaCopies, ManyTensorsInARowArriveWhole) {
  std::vector<Tensor> sent, there;
  for (int i = 0; i < 24; ++i) sent.push_back(Tensor::full({(i + 1) << 18}, i));
  for (Tensor& tensor : sent) {
    there.push_back(to_compute_device(tensor));
    tensor.mutable_data<float>()[0] = -1;  // the copy has been taken
  }
  for (int i = 0; i < 24; ++i) {
    const Tensor back = to_host(there[std::size_t(i)]);
    EXPECT_EQ(back.data<float>().front(), float(i));
    EXPECT_EQ(back.data<float>().back(), float(i));
  }
}

/// Without pinned memory copies go the slower way.
TEST(CudaCopies, ArriveWithoutPinnedMemory) {
  to_compute_device(Tensor::full({1}, 0));  // what the device itself pins is there
  cuda_emulation::set_pinned_memory(0);
  Tensor large = Tensor::full({1 << 25}, 3);  // more than was pinned before
  const Tensor there = to_compute_device(large);
  cuda_emulation::set_pinned_memory(SIZE_MAX);
  large.mutable_data<float>().back() = -1;  // the copy has been taken
  EXPECT_EQ(to_host(there).data<float>().back(), 3);
}

TEST(CudaErrors, TheProcessorDoesNotReadWhatLiesOnTheDevice) {
  const Tensor x = Tensor::full({2}, 1, DType::f32, compute_device());
  expect_contains(error_of([&] { x.data<float>(); }), "the processor cannot read the tensor [2] on cuda");
}

TEST(CudaErrors, NonFiniteStepsLeaveTheWeightsAndNameTheOp) {
  FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initializer(7));
  Learner learner("generator", model, {});
  const Tensor before = model.parameters().front().parameter->value().clone();
  const Variable x(Tensor::full({1, 32, 32, 1}, NAN, DType::f32, compute_device()));
  const std::string message = error_of([&] { learner.update([&] { return mse(model(x), x); }); });
  expect_contains(message, "in the update of the generator: [conv2d]");
  EXPECT_TRUE(same_bytes(before, model.parameters().front().parameter->value()));
}

TEST(CudaErrors, SaysWhetherTheGpuOrTheDriverIsMissing) {
  cuda_emulation::set_device_count(0);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "the driver shows no NVIDIA GPU");
  cuda_emulation::set_driver_version(12020);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }),
                  "the NVIDIA driver is too old: it supports CUDA 12.2, this program needs 13.0");
  cuda_emulation::set_driver_version(0);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "no NVIDIA GPU, or no driver for it");
  cuda_emulation::set_driver_version(13000);
  cuda_emulation::set_device_count(1);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }),
                  "there is no cuda:1: this machine has 1 GPU");
  expect_contains(error_of([] { choose_compute_device("gpu"); }), "the device must be");
  EXPECT_EQ(choose_compute_device("auto"), Device::cuda);
}

TEST(CudaErrors, AutoPassesOverWhatItCannotUseAndSaysWhy) {
  Notices notices;
  cuda_emulation::set_driver_version(12020);
  EXPECT_EQ(choose_compute_device("auto"), Device::cpu);
  ASSERT_EQ(notices.texts.size(), 1u);
  expect_contains(notices.texts[0], "no GPU is used: the NVIDIA driver is too old");
  cuda_emulation::set_driver_version(0);
  EXPECT_EQ(choose_compute_device("auto"), Device::cpu);
  EXPECT_EQ(notices.texts.size(), 1u);  // no driver: nobody expects a GPU
  cuda_emulation::set_driver_version(13000);

  cuda_emulation::set_device_count(3);
  cuda_emulation::set_device_lacks(0, {.code = true});
  cuda_emulation::set_device_lacks(1, {.memory_pools = true});
  EXPECT_EQ(choose_compute_device("auto"), Device::cuda_at(2));
  ASSERT_EQ(notices.texts.size(), 3u);
  expect_contains(
      notices.texts[1],
      "not computing on cuda: this build has no code for the emulated GPU (compute capability 9.0)");
  expect_contains(notices.texts[2], "not computing on cuda:1: the emulated GPU has no memory pools");
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "has no memory pools");
  cuda_emulation::set_device_lacks(0, {});
  cuda_emulation::set_device_lacks(1, {});
  cuda_emulation::set_device_count(1);
}

}  // namespace
}  // namespace scrim::test
