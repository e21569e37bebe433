#include "tests/support/op_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/reduce.h"
#include "kernels/dispatch.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/compute_device.h"
#include "tensor/parallel.h"

namespace scrim::test {

Tensor random_tensor(const Shape& shape, std::uint64_t seed, double low, double high, DType dtype) {
  Tensor tensor = Tensor::empty(shape, DType::f32);
  const Random random(seed, "test");
  const auto values =
      tensor.mutable_data<float>();  // f32 values in either type, so that both see the same numbers
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = float(low + (high - low) * random.uniform_at(i));
  return tensor.to(dtype);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  if (!(a.shape() == b.shape())) return std::numeric_limits<double>::infinity();
  const Tensor left = to_host(a).to(DType::f64), right = to_host(b).to(DType::f64);
  double largest = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    const double x = left.data<double>()[std::size_t(i)], y = right.data<double>()[std::size_t(i)];
    const double difference = x == y || (std::isnan(x) && std::isnan(y)) ? 0 : std::abs(x - y);
    if (!(difference <= largest))
      largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
  }
  return largest;
}

double largest_value(const Tensor& a) {
  const Tensor values = to_host(a).to(DType::f64);
  double largest = 0;
  for (double value : values.data<double>()) largest = std::max(largest, std::abs(value));
  return largest;
}

bool same_bytes(const Tensor& on_device_a, const Tensor& on_device_b) {
  const Tensor a = to_host(on_device_a), b = to_host(on_device_b);
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::memcmp(a.view().data, b.view().data, a.bytes()) == 0;
}

namespace {

struct Outcome {
  Tensor result;
  std::vector<Tensor> gradients;  // undefined where an input is not differentiable
};

bool is_differentiable(const OpCase& c, std::size_t input) {
  return c.differentiable.empty() || c.differentiable[input];
}

/// Activations hold values that the type `activations` has too.
std::vector<Tensor> inputs_of(const OpCase& c, DType dtype, DType activations = DType::f32) {
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    inputs.push_back(random_tensor(c.inputs[i], i + 1, c.low, c.high, dtype));
    if (i < c.activations && is_half(activations)) inputs.back() = inputs.back().to(activations).to(dtype);
  }
  return inputs;
}

Variable weighted_sum(const Variable& result) {
  const Variable weights(random_tensor(result.shape(), 99, -1, 1, wide_type(result.value().dtype()))
                             .to(result.value().device()));
  return sum(result * weights, kernels::Axes::all(result.shape()));
}

/// On the processor, activations of 16 bits only leave their rounding behind.
Outcome run(const OpCase& c, DType dtype, Device device = Device::cpu, DType activations = DType::f32) {
  std::vector<Variable> variables, given;
  std::vector<Tensor> inputs;
  for (const Tensor& input : inputs_of(c, dtype, activations)) inputs.push_back(input.to(device));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    variables.push_back(is_differentiable(c, i) ? Variable::parameter(inputs[i]) : Variable(inputs[i]));
    const bool is_rounded = i < c.activations && is_half(activations) && device.is_cuda();
    given.push_back(is_rounded ? convert(variables.back(), activations) : variables.back());
  }
  const Variable result = c.run(given);
  backward(weighted_sum(result));
  Outcome outcome{result.value(), {}};
  for (std::size_t i = 0; i < variables.size(); ++i)
    outcome.gradients.push_back(is_differentiable(c, i) ? variables[i].gradient() : Tensor());
  return outcome;
}

double loss_at(const OpCase& c, const std::vector<Tensor>& inputs) {
  const NoGradient no_gradient;
  std::vector<Variable> variables(inputs.begin(), inputs.end());
  return weighted_sum(c.run(variables)).value().item();
}

void check_against_differences(const OpCase& c, const Outcome& exact) {
  constexpr double step = 1e-5;
  constexpr std::int64_t most_elements = 250;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    if (!is_differentiable(c, i)) continue;
    const double scale = std::max(1.0, largest_value(exact.gradients[i]));
    const std::int64_t count = c.inputs[i].numel(), stride = std::max<std::int64_t>(1, count / most_elements);
    for (std::int64_t at = 0; at < count;
         at += at + stride < count || at == count - 1 ? stride : count - 1 - at) {
      auto inputs = inputs_of(c, DType::f64);
      const double before = inputs[i].data<double>()[std::size_t(at)];
      inputs[i].mutable_data<double>()[std::size_t(at)] = before + step;
      const double above = loss_at(c, inputs);
      inputs[i].mutable_data<double>()[std::size_t(at)] = before - step;
      const double below = loss_at(c, inputs);
      const double difference = (above - below) / (2 * step);
      ASSERT_NEAR(exact.gradients[i].data<double>()[std::size_t(at)], difference, 2e-7 * scale)
          << c.name << ": gradient of input " << i << " " << c.inputs[i].str() << " at " << at;
    }
  }
}

void expect_close(const Tensor& got, const Tensor& exact, double tolerance, const std::string& what) {
  const double allowed = tolerance * std::max(1.0, largest_value(exact));
  EXPECT_LE(largest_difference(got, exact), allowed) << what << " " << exact.shape().str();
}

void expect_close(const Outcome& got, const Outcome& exact, double tolerance, const std::string& what) {
  expect_close(got.result, exact.result, tolerance, what + ": result");
  for (std::size_t i = 0; i < exact.gradients.size(); ++i) {
    if (!exact.gradients[i].defined()) continue;
    expect_close(got.gradients[i], exact.gradients[i], tolerance,
                 what + ": gradient of input " + std::to_string(i));
  }
}

/// A test that fails in the middle leaves the others their products.
struct RestoredSettings {
  ComputeSettings before = compute_settings();
  ~RestoredSettings() { set_compute_settings(before); }
};

void expect_same_bytes(const Outcome& a, const Outcome& b, const std::string& what) {
  EXPECT_TRUE(same_bytes(a.result, b.result)) << what << ": result";
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    if (!a.gradients[i].defined()) continue;
    EXPECT_TRUE(same_bytes(a.gradients[i], b.gradients[i])) << what << ": gradient of input " << i;
  }
}

}  // namespace

void check_op(const OpCase& c) {
  const int threads_before = thread_count();
  const bool reference_before = reference_kernels_in_use();
  set_thread_count(1);
  const Outcome exact = run(c, DType::f64);
  ASSERT_NO_FATAL_FAILURE(check_against_differences(c, exact));

  use_reference_kernels(true);
  expect_close(run(c, DType::f32), exact, c.tolerance, c.name + " on reference");
  use_reference_kernels(false);

  const auto& best = vector::kernels();
  for (auto level = vector::available_levels(); *level; ++level) {
    vector::use_level(**level);
    const std::string what = c.name + " on " + (*level)->level;
    set_thread_count(1);
    const Outcome one = run(c, DType::f32);
    expect_close(one, exact, c.tolerance, what);
    for (int threads : {2, 3}) {
      set_thread_count(threads);
      expect_same_bytes(run(c, DType::f32), one, what + " with " + std::to_string(threads) + " threads");
    }
  }
  vector::use_level(best);
  if (compute_device().is_cuda()) {
    const std::string what = c.name + " on " + name_of(compute_device());
    use_reference_kernels(true);  // what an emulated device computes with
    expect_close(run(c, DType::f64, compute_device()), exact, 1e-12, what + " in f64");
    const Outcome one = run(c, DType::f32, compute_device());
    expect_close(one, exact, c.tolerance, what);
    expect_same_bytes(run(c, DType::f32, compute_device()), one, what + " a second time");
    const RestoredSettings restored;
    for (const ProductMath math : {ProductMath::bf16, ProductMath::f16}) {
      const DType half = math == ProductMath::bf16 ? DType::bf16 : DType::f16;
      const Outcome expected = run(c, DType::f64, Device::cpu, half);
      set_compute_settings({math, true});
      expect_close(run(c, DType::f32, compute_device(), half), expected, std::max(1e-2, c.tolerance),
                   what + " in " + std::string(name_of(half)));
    }
  }
  use_reference_kernels(reference_before);
  set_thread_count(threads_before);
}

}  // namespace scrim::test
