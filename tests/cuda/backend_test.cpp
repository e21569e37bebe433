// What the CUDA backend promises beyond its numbers, on the emulated device: how many calls a network takes, what crosses
// between processor and device, and what is said when something is missing.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include "autograd/binary.h"
#include "autograd/conv2d.h"
#include "autograd/loss.h"
#include "autograd/pool.h"
#include "autograd/roi_align.h"
#include "autograd/top_k.h"
#include "kernels/cuda/cudnn.h"
#include "kernels/dropout/dropout.h"
#include "layers/linear.h"
#include "models/flow_anonymizer.h"
#include "models/unet.h"
#include "tensor/compute_device.h"
#include "tensor/device_memory.h"
#include "tensor/notice.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"
#include "training/repeated_step.h"

namespace scrim::test {
namespace {

using cuda_emulation::counts;

int of(const std::map<std::string, int>& calls, const std::string& name) {
  const auto entry = calls.find(name);
  return entry == calls.end() ? 0 : entry->second;
}

/// Kernels and library calls, without copies, fills of bytes and waits.
int work(const std::map<std::string, int>& calls) {
  int total = 0;
  for (const auto& [name, count] : calls)
    if (name.starts_with("kernel ") || name.starts_with("cudnn") || name.starts_with("cublas"))
      total += count;
  return total;
}

void print(const std::string& what, const std::map<std::string, int>& calls) {
  std::printf("%s\n", what.c_str());
  for (const auto& [name, count] : calls) std::printf("  %5d  %s\n", count, name.c_str());
  std::printf("  %5d  kernels and library calls in all\n", work(calls));
}

std::size_t bytes_in_use() {
  std::size_t unused = 0, total = 0;
  EXPECT_EQ(cudaMemGetInfo(&unused, &total), cudaSuccess);
  return total - unused;
}

/// What was said while it lived.
class Notices {
 public:
  Notices() : before_(tell_notices_to([this](const std::string& text) { texts.push_back(text); })) {}
  ~Notices() { tell_notices_to(before_); }
  std::vector<std::string> texts;

 private:
  std::function<void(const std::string&)> before_;
};

const Tensor& film() {
  static const Tensor x = to_compute_device(random_tensor({1, 64, 64, 1}, 3, 0, 1));
  return x;
}

TEST(CudaCalls, InferenceOfAUnetTakesOneCallALayer) {
  UNet unet({1, 2, 8}, Initialiser(1));
  unet.to(compute_device());
  unet.set_training(false);
  const NoGradient no_gradient;
  unet(film());  // packs the weights, finds the algorithms
  cuda::synchronise(compute_device());
  cuda_emulation::reset_counts();
  unet(film());
  const auto calls = counts();
  print("U-Net, inference", calls);
  // 18 convolutions with norm and relu, and the last one with its bias; 4 transposed ones, 4 pools, 4 joins, one tanh.
  EXPECT_EQ(of(calls, "cudnnConvolutionBiasActivationForward"), 19);
  EXPECT_EQ(work(calls), 19 + 4 + 4 + 4 + 1);
  EXPECT_EQ(of(calls, "copy to device") + of(calls, "copy to host") + of(calls, "copy on device"), 0);
  EXPECT_EQ(of(calls, "synchronise"), 0);
}

TEST(CudaCalls, ATrainingStepCopiesOnlyItsBatchAndWaitsOnce) {
  FlowAnonymizer model({8, {0.01, WarpOperator::corrected}}, Initialiser(1));
  Learner learner("generator", model, {});
  const Tensor batch = random_tensor({2, 64, 64, 1}, 4, 0, 1);
  const auto step = [&] {
    const Variable x(to_compute_device(batch));
    return learner.update([&] { return mse(model(x), x); });
  };
  step();
  cuda_emulation::reset_counts();
  EXPECT_TRUE(std::isfinite(step()));
  const auto calls = counts();
  print("U-Net and warp, training step", calls);
  EXPECT_EQ(of(calls, "copy to device"), 1);  // the batch
  EXPECT_EQ(of(calls, "copy to host"), 1);    // loss and whether all was finite
  EXPECT_EQ(of(calls, "synchronise"), 1);
}

TEST(CudaCalls, ACapturedStepIsOneLaunch) {
  FlowAnonymizer model({8, {0.01, WarpOperator::corrected}}, Initialiser(1));
  Learner learner("generator", model, {});
  learner.set_reads_later(true);
  const Tensor batch = random_tensor({2, 64, 64, 1}, 4, 0, 1);
  RepeatedStep<Tensor> repeated;
  const auto step = [&] {
    return repeated(true, to_compute_device(batch), "", [&](const Tensor& films) {
      const Variable x(films);
      return std::vector{learner.step([&] { return mse(model(x), x); })};
    });
  };
  for (int i = 0; i < 3; ++i) step();
  cuda_emulation::reset_counts();
  step();
  const auto calls = counts();
  print("U-Net and warp, captured training step", calls);
  EXPECT_EQ(of(calls, "graph launch"), 1);
  EXPECT_EQ(work(calls), 0);
  EXPECT_EQ(of(calls, "copy to device"), 1);  // the batch
  EXPECT_EQ(of(calls, "copy on device"), 1);  // to where the graph reads it
  EXPECT_EQ(of(calls, "copy to host") + of(calls, "synchronise"), 0);
}

TEST(CudaCalls, AGraphThatFindsNoRoomLeavesItsStepsAsTheyWere) {
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  // No room for a graph's memory, or none beside it.
  for (const std::size_t room : {std::size_t(1) << 20, std::size_t(33) << 20}) {
    RepeatedStep<Tensor> repeated;
    const auto step = [&] {
      return repeated(true, batch, "", [](const Tensor& x) {
        return std::vector<StepValue>{{(Variable(x) + Variable(x)).value()}};
      });
    };
    step();
    step();
    const Notices notices;
    cuda_emulation::set_memory(bytes_in_use() + room);
    const auto values = step();
    cuda_emulation::set_memory(cuda_emulation::whole_arena);
    cuda_emulation::reset_counts();
    EXPECT_EQ(to_host(values[0].numbers).data<float>()[3], 4);
    EXPECT_EQ(to_host(step()[0].numbers).data<float>()[3], 4);
    EXPECT_EQ(of(counts(), "graph launch"), 0);
    ASSERT_EQ(notices.texts.size(), 1u);  // of two steps
    expect_contains(notices.texts[0], "steps go on without a graph: [cuda]");
  }
}

/// What a graph had asked for before it found no more room is free for the steps that are told.
TEST(CudaCalls, AnAbandonedGraphGivesItsMemoryBack) {
  const Tensor batch = Tensor::full({4}, 2, DType::f32, compute_device());
  Tensor gradient;  // outlives the step, as a parameter's
  const std::size_t before = bytes_in_use();
  EXPECT_THROW(DeviceGraph::capture(compute_device(),
                                    [&] {
                                      gradient = batch.clone();
                                      const Tensor activations =
                                          Tensor::empty({64 << 20}, DType::f32, compute_device());
                                      cuda_emulation::set_memory(bytes_in_use());
                                      Tensor::empty({64 << 20}, DType::f32, compute_device());
                                    }),
               NoRoomError);
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
  EXPECT_LE(bytes_in_use() - before, std::size_t(32) << 20);  // the segment that the gradient lies in
  Tensor other;
  expect_contains(error_of([&] {
                    DeviceGraph::capture(compute_device(), [&] {
                      other = gradient.clone();
                      cuda_emulation::set_memory(bytes_in_use());
                      Tensor::empty({64 << 20}, DType::f32, compute_device());
                    });
                  }),
                  "as does training.cuda_graph = false");
  cuda_emulation::set_memory(cuda_emulation::whole_arena);
  gradient = other = Tensor();
  EXPECT_EQ(bytes_in_use(), before);
}

/// The same steps from the same weights on the processor and on the device.
TEST(CudaTraining, EndsWhereTheProcessorEnds) {
  const Device there = compute_device();
  State ends[2];
  double losses[2];
  for (const Device device : {Device::cpu, there}) {
    set_compute_device(device);
    const int at = device.is_cuda();
    FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initialiser(7));
    Learner learner("generator", model, {.learning_rate = 1e-3});
    for (int step = 0; step < 4; ++step) {
      const Variable x(to_compute_device(random_tensor({2, 32, 32, 1}, std::uint64_t(step), 0, 1)));
      losses[at] = learner.update([&] { return mse(model(x), x); });
    }
    ends[at] = model.state();
  }
  set_compute_device(there);
  EXPECT_NEAR(losses[0], losses[1], 1e-4 * losses[0]);
  for (const auto& [name, tensor] : ends[0])
    EXPECT_LE(largest_difference(tensor, ends[1].at(name)), 1e-4) << name;
}

/// Weights stay f32; what is multiplied is rounded to 16 bits.
TEST(CudaTraining, InHalfPrecisionEndsNearTheProcessor) {
  const Device there = compute_device();
  const auto trained = [](Device device, ProductMath math) {
    set_compute_device(device);
    set_compute_settings({math, true});
    FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initialiser(7));
    Learner learner("generator", model, {.learning_rate = 1e-4});
    double loss = 0;
    for (int step = 0; step < 4; ++step) {
      const Variable x(to_compute_device(random_tensor({2, 32, 32, 1}, std::uint64_t(step), 0, 1)));
      loss = learner.update([&] { return mse(model(x), x); });
    }
    State checkpoint;
    learner.add_state(checkpoint);
    EXPECT_EQ(checkpoint.contains("generator.loss_scale"), math == ProductMath::f16 && device.is_cuda());
    for (const auto& [name, parameter] : model.parameters())
      EXPECT_EQ(parameter->value().dtype(), DType::f32) << name;
    return loss;
  };
  const double expected = trained(Device::cpu, ProductMath::f32);
  const double unrounded = trained(there, ProductMath::f32);
  for (const ProductMath math : {ProductMath::bf16, ProductMath::f16}) {
    const double rounded = trained(there, math);
    EXPECT_NEAR(rounded, expected, 1e-2 * expected);
    EXPECT_NE(rounded, unrounded);
  }
  set_compute_settings({});
  set_compute_device(there);
}

/// What a step keeps of its forward pass is of 16 bits: images, not parameters.
TEST(CudaTraining, HalfPrecisionKeepsHalfTheBytes) {
  const auto kept = [](ProductMath math) {
    set_compute_settings({math, true});
    UNet unet({1, 2, 8}, Initialiser(1));
    unet.to(compute_device());
    const Variable loss = mse(unet(film()), Variable(Tensor::full({1, 64, 64, 2}, 0.5).to(compute_device())));
    std::size_t bytes = 0;
    for (const auto& node : graph_of(loss))
      for (const KeptItem& item : node->kept()) bytes += item.bytes;
    EXPECT_EQ(loss.value().dtype(), DType::f32);
    set_compute_settings({});
    return double(bytes);
  };
  const double whole = kept(ProductMath::f32);
  EXPECT_LT(kept(ProductMath::bf16), 0.55 * whole);
  EXPECT_LT(kept(ProductMath::f16), 0.55 * whole);
}

/// In evaluation the layers are fused, or not, whatever the type.
TEST(CudaCalls, InferenceInHalfPrecisionIsCloseAndComesBackInF32) {
  const auto outcome = [](Device device, ProductMath math) {
    UNet unet({1, 2, 8}, Initialiser(1));
    set_compute_settings({math, true});
    unet.to(device);
    unet.set_training(false);
    const NoGradient no_gradient;
    const Tensor y = to_host(unet(film().to(device)).value());
    set_compute_settings({});
    EXPECT_EQ(y.dtype(), DType::f32);
    return y;
  };
  const Tensor expected = outcome(Device::cpu, ProductMath::f32);
  for (const ProductMath math : {ProductMath::bf16, ProductMath::f16})
    EXPECT_LE(largest_difference(outcome(compute_device(), math), expected),
              2e-2 * std::max(1.0, largest_value(expected)));
}

/// Gradients that overflow 16 bits leave a step out and halve the scale until they fit; the weights move again then.
TEST(CudaTraining, OverflowHalvesTheLossScale) {
  set_compute_settings({ProductMath::f16, true});
  Linear line(3, 1, Initialiser(1));
  Learner learner("line", line, {.learning_rate = 0.1});
  const Variable x(Tensor::full({2, 3}, 1, DType::f32, compute_device())),
      far(Tensor::full({2, 1}, 64, DType::f32, compute_device()));
  const Tensor before = line.weight.value().clone();
  const auto scale_now = [&] {
    State state;
    learner.add_state(state);
    return state.at("line.loss_scale").data<double>()[0];
  };
  const auto step = [&] { learner.update([&] { return mse(line(x), far); }); };
  EXPECT_EQ(scale_now(), 65536);
  step();  // a gradient of about 64 times 65536 is beyond 65504
  EXPECT_EQ(scale_now(), 32768);
  EXPECT_TRUE(same_bytes(before, line.weight.value()));
  while (same_bytes(before, line.weight.value()) && scale_now() > 1) step();
  EXPECT_FALSE(same_bytes(before, line.weight.value()));
  EXPECT_GE(scale_now(), 256);
  set_compute_settings({});
}

/// A convolution of the device: y, and the gradients of x and w.
std::vector<Tensor> convolved(std::int64_t images, std::int64_t size, bool deterministic = true) {
  set_compute_settings({ProductMath::f32, deterministic});
  const Variable x = Variable::parameter(to_compute_device(random_tensor({images, size, size, 4}, 6))),
                 w = Variable::parameter(to_compute_device(random_tensor({8, 4, 3, 3}, 7)));
  const Variable y = conv2d(x, w, {}, {.padding = {1, 1}});
  backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
  set_compute_settings({});
  return {to_host(y.value()), to_host(x.gradient()), to_host(w.gradient())};
}

void expect_as_the_processor(const std::vector<Tensor>& got, std::int64_t images, std::int64_t size) {
  const Device there = compute_device();
  set_compute_device(Device::cpu);
  const auto expected = convolved(images, size);
  set_compute_device(there);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-5 * std::max(1.0, largest_value(expected[i]))) << i;
}

int plain_loops(const std::map<std::string, int>& calls) {
  int total = 0;
  for (const auto& [name, count] : calls) total += name.find("Plain") != std::string::npos ? count : 0;
  return total;
}

/// cuDNN names algorithms that then do not do their work, or names none: the next one, or the usual one, does.
TEST(CudaFallbacks, ARefusedAlgorithmGivesWayToTheNext) {
  const Notices notices;
  for (const auto& [refusals, size] : {std::pair(cuda_emulation::CudnnRefusals{.its_guess = true}, 22),
                                       {cuda_emulation::CudnnRefusals{.guessing = true}, 23}}) {
    cuda_emulation::set_cudnn_refuses(refusals);
    cuda_emulation::reset_counts();
    for (int times = 0; times < 2; ++times) expect_as_the_processor(convolved(2, size, false), 2, size);
    const auto calls = counts();
    cuda_emulation::set_cudnn_refuses({});
    EXPECT_EQ(of(calls, "cudnnConvolutionForward"), 2);
    EXPECT_EQ(of(calls, "cudnnConvolutionBackwardData"), 2);
    EXPECT_EQ(of(calls, "cudnnConvolutionBackwardFilter"), 2);
    EXPECT_EQ(of(calls, "refused by cuDNN"), refusals.its_guess ? 3 : 0);  // it is not asked again
    EXPECT_EQ(plain_loops(calls), 0);
  }
  EXPECT_TRUE(notices.texts.empty());
}

/// cuDNN's tensors are smaller while it lives.
struct SmallerTensors {
  explicit SmallerTensors(std::int64_t elements) : before(std::exchange(cuda::most_elements, elements)) {}
  ~SmallerTensors() { cuda::most_elements = before; }
  std::int64_t before;
};

/// A tensor of cuDNN has less than 2^31 elements: more images than that are handed over in parts.
TEST(CudaFallbacks, TensorsBeyondCudnnsSizeAreHandedOverInParts) {
  const Notices notices;
  const auto calls_of_parts = [](std::int64_t images, std::int64_t size, std::int64_t elements) {
    const SmallerTensors smaller(elements);
    cuda_emulation::reset_counts();
    expect_as_the_processor(convolved(images, size), images, size);
    return counts();
  };
  auto calls = calls_of_parts(5, 14, 2 * 14 * 14 * 8);
  EXPECT_EQ(of(calls, "cudnnConvolutionForward"), 3);
  EXPECT_EQ(of(calls, "cudnnConvolutionBackwardData"), 3);
  EXPECT_EQ(of(calls, "cudnnConvolutionBackwardFilter"), 3);
  EXPECT_EQ(plain_loops(calls), 0);
  EXPECT_TRUE(notices.texts.empty());
  calls = calls_of_parts(5, 14, 14 * 14 * 8 - 1);  // a single image is too large
  EXPECT_EQ(plain_loops(calls), 3);
  EXPECT_EQ(notices.texts.size(), 3u);
}

/// Images of 25 elements: parts of 16, so that each begins where cuDNN wants it.
TEST(CudaFallbacks, PartsAreAligned) {
  const Tensor x = random_tensor({40, 5, 5, 1}, 3), w = random_tensor({1, 1, 3, 3}, 4);
  const Tensor expected = conv2d(x, w, {}, {.padding = {1, 1}}).value();
  const SmallerTensors smaller(20 * 25);
  cuda_emulation::reset_counts();
  const Tensor got =
      to_host(conv2d(to_compute_device(x), to_compute_device(w), {}, {.padding = {1, 1}}).value());
  EXPECT_EQ(of(counts(), "cudnnConvolutionForward"), 3);
  EXPECT_LE(largest_difference(got, expected), 1e-5);
}

TEST(CudaFallbacks, PoolsAndFusedConvolutionsGoInPartsToo) {
  const auto outcome = [] {
    const Variable x = Variable::parameter(to_compute_device(random_tensor({5, 12, 12, 4}, 3)));
    const Variable y = avg_pool2d(x, {.kernel = 2, .stride = 2});
    backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
    UNet unet({1, 2, 4}, Initialiser(2));
    unet.to(compute_device());
    unet.set_training(false);
    const NoGradient no_gradient;
    return std::vector<Tensor>{
        to_host(y.value()), to_host(x.gradient()),
        to_host(unet(to_compute_device(random_tensor({3, 16, 16, 1}, 5, 0, 1))).value())};
  };
  const auto expected = outcome();
  const SmallerTensors smaller(2 * 16 * 16 * 8);
  cuda_emulation::reset_counts();
  const auto got = outcome();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LE(largest_difference(got[i], expected[i]), 1e-5) << i;
  EXPECT_GT(of(counts(), "cudnnConvolutionForward"), 0);  // what is in parts is not fused
  EXPECT_GT(of(counts(), "cudnnConvolutionBiasActivationForward"), 0);
}

/// What cuDNN does not do is computed without it. Sizes that no other test has: a plan is kept once it is made.
TEST(CudaFallbacks, ServeWhatCudnnRefuses) {
  const auto outcome = [](std::int64_t size) {
    UNet unet({1, 2, 6}, Initialiser(5));
    unet.to(compute_device());
    const Variable x = Variable::parameter(to_compute_device(random_tensor({1, size, size, 1}, 6, 0, 1)));
    const Variable y = unet(x);
    backward(mse(y, Variable(y.value().full_like(y.shape(), 0.25))));
    unet.set_training(false);
    const NoGradient no_gradient;
    return std::vector<Tensor>{to_host(y.value()), to_host(x.gradient()), to_host(unet(x).value())};
  };
  const Device there = compute_device();
  for (const bool convolutions : {true, false}) {
    const std::int64_t size = convolutions ? 48 : 80;
    set_compute_device(Device::cpu);
    const auto expected = outcome(size);
    set_compute_device(there);
    const Notices notices;
    cuda_emulation::set_cudnn_refuses({.convolutions = convolutions, .fusion = true});
    const auto got = outcome(size);
    cuda_emulation::set_cudnn_refuses({});
    EXPECT_EQ(!notices.texts.empty(), convolutions);
    if (convolutions) expect_contains(notices.texts.front(), "slow loops compute it");
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_LE(largest_difference(got[i], expected[i]), 2e-5 * largest_value(expected[i]))
          << size << " " << i;
    if (!convolutions) continue;
    cuda_emulation::set_cudnn_refuses({.convolutions = true, .fusion = true});
    set_compute_settings({ProductMath::bf16, true});
    const auto rounded = outcome(size);
    set_compute_settings({});
    cuda_emulation::set_cudnn_refuses({});
    for (const std::size_t i : {0, 2})
      EXPECT_LE(largest_difference(rounded[i], expected[i]), 5e-2) << "in bf16, " << i;
  }
}

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
  UNet unet({1, 2, 4}, Initialiser(1));
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
  FlowAnonymizer model({4, {0.05, WarpOperator::corrected}}, Initialiser(7));
  Learner learner("generator", model, {});
  const Tensor before = model.parameters().front().parameter->value().clone();
  const Variable x(Tensor::full({1, 32, 32, 1}, NAN, DType::f32, compute_device()));
  const std::string message = error_of([&] { learner.update([&] { return mse(model(x), x); }); });
  expect_contains(message, "in the update of the generator: [conv2d]");
  EXPECT_TRUE(same_bytes(before, model.parameters().front().parameter->value()));
}

TEST(CudaErrors, SaysWhetherTheGpuOrTheDriverIsMissing) {
  cuda_emulation::set_device_count(0);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "no NVIDIA GPU that the driver shows");
  cuda_emulation::set_driver_version(12020);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }),
                  "the NVIDIA driver is too old: it serves CUDA 12.2, this program needs 13.0");
  cuda_emulation::set_driver_version(0);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "no NVIDIA GPU, or no driver for it");
  cuda_emulation::set_driver_version(13000);
  cuda_emulation::set_device_count(1);
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }),
                  "cuda:1 was asked for, this machine has 1 GPU");
  expect_contains(error_of([] { choose_compute_device("gpu"); }), "the device is \"gpu\", expected");
  EXPECT_EQ(choose_compute_device("auto"), Device::cuda);
}

TEST(CudaErrors, AutoPassesOverWhatItCannotUseAndSaysWhy) {
  Notices notices;
  cuda_emulation::set_driver_version(12020);
  EXPECT_EQ(choose_compute_device("auto"), Device::cpu);
  ASSERT_EQ(notices.texts.size(), 1u);
  expect_contains(notices.texts[0], "not computing on a GPU: the NVIDIA driver is too old");
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
      "not computing on cuda: this program holds no code for the emulated GPU, of compute capability 9.0");
  expect_contains(notices.texts[2], "not computing on cuda:1: the emulated GPU has no memory pools");
  expect_contains(error_of([] { choose_compute_device("cuda:1"); }), "has no memory pools");
  cuda_emulation::set_device_lacks(0, {});
  cuda_emulation::set_device_lacks(1, {});
  cuda_emulation::set_device_count(1);
}

}  // namespace
}  // namespace scrim::test
