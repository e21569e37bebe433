#include "training/optimiser.h"

#include <gtest/gtest.h>

#include "autograd/binary.h"
#include "autograd/loss.h"
#include "autograd/matmul.h"
#include "autograd/reduce.h"
#include "autograd/unary.h"
#include "kernels/dispatch.h"
#include "kernels/finite/finite.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

using Json = nlohmann::json;

std::unique_ptr<Optimiser> optimiser_of(const Json& config, std::vector<NamedParameter> parameters) {
  const double decay = config.value("weight_decay", 0.0);
  if (config["optimizer"] == "SGD")
    return std::make_unique<Sgd>(std::move(parameters),
                                 kernels::SgdOptions{config["lr"], config.value("momentum", 0.0), decay,
                                                     config.value("nesterov", false)});
  const bool decoupled = config["optimizer"] == "AdamW";
  return std::make_unique<Adam>(
      std::move(parameters),
      kernels::AdamOptions{config["lr"], config["betas"][0], config["betas"][1], config["eps"],
                           decoupled ? 0 : decay, decoupled ? decay : 0});
}

class GoldenOptimiser : public testing::TestWithParam<const char*> {};

// The file's param0 is an alias of the last parameters, so the steps are followed from the state after step
// 1, with the stored gradients; what step 1 itself makes of its gradient is compared where it does not depend
// on the parameter.
TEST_P(GoldenOptimiser, FollowsEveryStep) {
  REQUIRE_TEST_DATA(golden_folder());
  const Golden golden(std::string("optim/") + GetParam());
  const Json config = golden.metadata("config");
  const std::vector<std::string> names = {"w", "b"};
  const auto at = [](int step, const std::string& what) {
    return "step" + std::to_string(step) + "." + what;
  };
  const bool before = reference_kernels_in_use();
  for (bool reference : {true, false}) {
    use_reference_kernels(reference);
    std::vector<Variable> parameters{Variable::parameter(golden[at(1, "param.w")].clone()),
                                     Variable::parameter(golden[at(1, "param.b")].clone())};
    const std::vector<NamedParameter> named{{"w", &parameters[0]}, {"b", &parameters[1]}};
    const auto feed = [&](int step, std::vector<Variable>& to) {  // the gradient arrives as a loss's would
      for (std::size_t i = 0; i < 2; ++i) {
        to[i].zero_gradient();
        const Variable gradient(golden[at(step, "grad." + names[i])]);
        backward(sum(to[i] * gradient, kernels::Axes::all(gradient.shape())));
      }
    };
    const auto compare_slots = [&](const Optimiser& optimiser, int step) {
      for (const auto& [name, tensor] : optimiser.state())
        if (name != "step") golden.expect_close(tensor, at(step, name), 2e-7, "");
    };
    if (config.value("weight_decay", 0.0) == 0) {
      std::vector<Variable> any{Variable::parameter(parameters[0].value().clone()),
                                Variable::parameter(parameters[1].value().clone())};
      const auto first = optimiser_of(config, {{"w", &any[0]}, {"b", &any[1]}});
      feed(1, any);
      first->step();
      compare_slots(*first, 1);
    }
    const auto optimiser = optimiser_of(config, named);
    State state = optimiser->state();
    for (auto& [name, tensor] : state)
      tensor = name == "step" ? Tensor::from<std::int64_t>({}, {1}) : golden[at(1, name)];
    optimiser->load_state(state);
    for (int step = 2; step <= config["steps"].get<int>(); ++step) {
      const Variable loss =
          mse(tanh(matmul(Variable(golden["in.x"]), parameters[0]) + parameters[1]), golden["in.y"]);
      golden.expect_close(loss.value(), at(step, "loss"), 1e-6, "");
      feed(step, parameters);
      optimiser->step();
      for (std::size_t i = 0; i < 2; ++i)
        golden.expect_close(parameters[i].value(), at(step, "param." + names[i]), 2e-7, "");
      compare_slots(*optimiser, step);
    }
  }
  use_reference_kernels(before);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenOptimiser,
                         testing::Values("adam", "adam_l2", "adamw", "sgd", "sgd_momentum", "sgd_nesterov"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Optimiser, StateGoesOnWhereItStopped) {
  const auto run = [](int stop_after) {
    Variable w = Variable::parameter(random_tensor({4, 3}, 1));
    auto adam = std::make_unique<Adam>(std::vector<NamedParameter>{{"w", &w}}, kernels::AdamOptions{0.01});
    for (int step = 0; step < 6; ++step) {
      if (step == stop_after) {
        const State state = adam->state();
        adam = std::make_unique<Adam>(std::vector<NamedParameter>{{"w", &w}}, kernels::AdamOptions{0.01});
        adam->load_state(state);
      }
      w.zero_gradient();
      backward(mse(w, Tensor::zeros({4, 3})));
      adam->step();
    }
    return w.value();
  };
  EXPECT_TRUE(same_bytes(run(-1), run(3)));
}

TEST(StepSchedule, FollowsItsFormula) {
  const StepSchedule schedule{3, 0.1};
  EXPECT_DOUBLE_EQ(schedule.at(1, 0), 1);
  EXPECT_DOUBLE_EQ(schedule.at(1, 2), 1);
  EXPECT_DOUBLE_EQ(schedule.at(1, 3), 0.1);
  EXPECT_DOUBLE_EQ(schedule.at(1, 7), 0.01);
}

TEST(PlateauSchedule, WaitsForItsPatience) {
  PlateauSchedule schedule(0.5, 2);
  // torch.optim.lr_scheduler.ReduceLROnPlateau(factor=0.5, patience=2) on the same losses
  const double losses[] = {1, 0.9, 0.95, 0.9, 0.9, 0.8, 0.79995, 0.81, 0.82, 0.7};
  const double expected[] = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25};
  double rate = 1;
  for (std::size_t i = 0; i < std::size(losses); ++i) {
    if (i == 4) {  // through a checkpoint
      PlateauSchedule resumed(0.5, 2);
      resumed.load_state(schedule.state());
      schedule = resumed;
    }
    rate = schedule.after(losses[i], rate);
    EXPECT_DOUBLE_EQ(rate, expected[i]) << i;
  }
}

/// A factor multiplies the gradient; 0 leaves everything as it is, whatever the gradient holds.
TEST(OptimiserFactor, ScalesOrLeavesOutAStep) {
  const Tensor gradient = to_compute_device(random_tensor({40}, 1)),
               start = to_compute_device(random_tensor({40}, 2));
  const auto after = [&](const Tensor& g, double factor) {
    Tensor p = start.clone(), mean = g.full_like({40}, 0), square = g.full_like({40}, 0), q = start.clone(),
           buffer = g.full_like({40}, 0);
    const Tensor times = g.full_like({1}, factor);
    kernels::adam_step({}, 1, g.view(), p.mutable_view(), mean.mutable_view(), square.mutable_view(),
                       times.view());
    kernels::sgd_step({.momentum = 0.9}, 1, g.view(), q.mutable_view(), buffer.mutable_view(), times.view());
    return std::vector<Tensor>{p, mean, square, q, buffer};
  };
  const Tensor half = scale(Variable(gradient), 0.5).value();
  const auto scaled = after(gradient, 0.5), expected = after(half, 1);
  for (std::size_t i = 0; i < scaled.size(); ++i)
    EXPECT_LE(largest_difference(scaled[i], expected[i]), 1e-7) << i;
  const auto left = after(gradient.full_like({40}, NAN), 0);
  EXPECT_TRUE(same_bytes(left[0], start) && same_bytes(left[3], start));
  EXPECT_EQ(largest_value(left[1]) + largest_value(left[2]) + largest_value(left[4]), 0);
}

TEST(AllFinite, SeesOneNumberAmongMany) {
  std::vector<Tensor> tensors;
  for (int i = 0; i < 200; ++i) tensors.push_back(Tensor::full({i % 7 == 0 ? 20000 : i}, 1));
  tensors.push_back(Tensor::full({3}, 1, DType::f64));
  const auto flag_with = [&](std::size_t tensor, double value) {
    std::vector<Tensor> there;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      Tensor copy = tensors[i].to(DType::f64);
      if (i == tensor) copy.mutable_data<double>().back() = value;
      there.push_back(to_compute_device(copy.to(tensors[i].dtype())));
    }
    std::vector<ConstView> views;
    for (const Tensor& one : there) views.push_back(one.view());
    Tensor flag = there[1].empty_like({1});
    kernels::all_finite(views, flag.mutable_view());
    return flag.item();
  };
  EXPECT_EQ(flag_with(5, 1), 1);
  for (const std::size_t tensor : {1, 7, 150, 199, 200})
    for (const double value : {double(NAN), double(INFINITY), -double(INFINITY)})
      EXPECT_EQ(flag_with(tensor, value), 0) << tensor << " " << value;
}

}  // namespace
}  // namespace scrim::test
