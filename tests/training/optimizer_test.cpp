#include "training/loop/optimizer.h"

#include <gtest/gtest.h>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "kernels/dispatch.h"
#include "kernels/finite/finite.h"
#include "kernels/step_control/step_control.h"
#include "layers/linear.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"
#include "training/loop/weight_average.h"

namespace scrim::test {
namespace {

using Json = nlohmann::json;

std::unique_ptr<Optimizer> optimizer_of(const Json& config, std::vector<NamedParameter> parameters) {
  const double decay = config.value("weight_decay", 0.0);
  if (config["optimizer"] == "SGD")
    return std::make_unique<Sgd>(
        std::move(parameters), config["lr"],
        kernels::SgdOptions{config.value("momentum", 0.0), decay, config.value("nesterov", false)});
  const bool decoupled = config["optimizer"] == "AdamW";
  return std::make_unique<Adam>(std::move(parameters), config["lr"],
                                kernels::AdamOptions{config["betas"][0], config["betas"][1], config["eps"],
                                                     decoupled ? 0 : decay, decoupled ? decay : 0});
}

class GoldenOptimizer : public testing::TestWithParam<VectorFile> {};

// The file's param0 is an alias of the last parameters, so the steps are followed from the state after step
// 1, with the stored gradients; what step 1 itself makes of its gradient is compared where it does not depend
// on the parameter.
TEST_P(GoldenOptimizer, FollowsEveryStep) {
  const Golden golden(GetParam().path);
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
    const auto compare_slots = [&](const Optimizer& optimizer, int step) {
      for (const auto& [name, tensor] : optimizer.state())
        if (name != "step") golden.expect_close(tensor, at(step, name), 2e-7, "");
    };
    if (config.value("weight_decay", 0.0) == 0) {
      std::vector<Variable> any{Variable::parameter(parameters[0].value().clone()),
                                Variable::parameter(parameters[1].value().clone())};
      const auto first = optimizer_of(config, {{"w", &any[0]}, {"b", &any[1]}});
      feed(1, any);
      first->step();
      compare_slots(*first, 1);
    }
    const auto optimizer = optimizer_of(config, named);
    State state = optimizer->state();
    for (auto& [name, tensor] : state)
      tensor = name == "step" ? Tensor::from<std::int64_t>({}, {1}) : golden[at(1, name)];
    optimizer->load_state(state);
    for (int step = 2; step <= config["steps"].get<int>(); ++step) {
      const Variable loss =
          mse(tanh(matmul(Variable(golden["in.x"]), parameters[0]) + parameters[1]), golden["in.y"]);
      golden.expect_close(loss.value(), at(step, "loss"), 1e-6, "");
      feed(step, parameters);
      optimizer->step();
      for (std::size_t i = 0; i < 2; ++i)
        golden.expect_close(parameters[i].value(), at(step, "param." + names[i]), 2e-7, "");
      compare_slots(*optimizer, step);
    }
  }
  use_reference_kernels(before);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenOptimizer, testing::ValuesIn(vector_files("optim")), test_name);

TEST(Optimizer, StateGoesOnWhereItStopped) {
  const auto run = [](int stop_after) {
    Variable w = Variable::parameter(random_tensor({4, 3}, 1));
    auto adam = std::make_unique<Adam>(std::vector<NamedParameter>{{"w", &w}}, 0.01);
    for (int step = 0; step < 6; ++step) {
      if (step == stop_after) {
        const State state = adam->state();
        adam = std::make_unique<Adam>(std::vector<NamedParameter>{{"w", &w}}, 0.01);
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

// By hand: early steps keep (1 + t) / (10 + t), later ones the decay.
TEST(WeightAverage, FollowsItsFormulaAndResumes) {
  Linear layer(1, 1, Initializer(1));
  const auto set = [&](double value) {
    layer.load_state({{"weight", Tensor::full({1, 1}, value)}, {"bias", Tensor::full({1}, -value)}});
  };
  set(0);
  WeightAverage average(layer, 0.5);
  double expected = 0;
  for (int t = 1; t <= 12; ++t) {
    set(t);
    if (t == 6) {  // through a checkpoint
      State saved;
      average.add_state(saved);
      average = WeightAverage(layer, 0.5);
      average.load_state(saved);
    }
    average.update(layer);
    const double keep = std::min(0.5, (1.0 + t) / (10.0 + t));
    expected = keep * expected + (1 - keep) * t;
    EXPECT_NEAR(average.state().at("weight").item(), expected, 1e-5) << t;
    EXPECT_NEAR(average.state().at("bias").item(), -expected, 1e-5) << t;
  }
  EXPECT_THROW(average.load_state({}), Error);
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
TEST(OptimizerFactor, ScalesOrLeavesOutAStep) {
  const Tensor gradient = to_compute_device(random_tensor({40}, 1)),
               start = to_compute_device(random_tensor({40}, 2));
  const auto after = [&](const Tensor& g, double factor) {
    Tensor p = start.clone(), mean = g.full_like({40}, 0), square = g.full_like({40}, 0), q = start.clone(),
           buffer = g.full_like({40}, 0);
    const Tensor times = g.full_like({1}, factor);
    Tensor clock = to_compute_device(Tensor::from<double>({4}, {0, 1e-3, 0, 0}));
    kernels::advance_clock(0.9, 0.999, times.view(), clock.mutable_view());
    EXPECT_EQ(to_host(clock).data<double>()[kernels::clock_steps], factor == 0 ? 0 : 1);
    kernels::adam_step({}, {{g.view(), p.mutable_view(), mean.mutable_view(), square.mutable_view()}},
                       clock.view(), times.view());
    kernels::sgd_step({.momentum = 0.9}, {{g.view(), q.mutable_view(), buffer.mutable_view()}}, clock.view(),
                      times.view());
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

/// More parameters than one launch of a GPU takes, empty and large ones among them.
TEST(Optimizer, UpdatesManyParametersAtOnce) {
  const auto after = [](const std::string& name, Device device) {
    std::vector<Variable> parameters;
    for (int i = 0; i < 150; ++i)
      parameters.push_back(
          Variable::parameter(random_tensor({i == 90 ? 40000 : i % 7}, std::uint64_t(i)).to(device)));
    std::vector<NamedParameter> named;
    for (std::size_t i = 0; i < parameters.size(); ++i) named.push_back({std::to_string(i), &parameters[i]});
    std::unique_ptr<Optimizer> optimizer = std::make_unique<Adam>(named, 0.01);
    if (name == "sgd") optimizer = std::make_unique<Sgd>(named, 0.01, kernels::SgdOptions{.momentum = 0.9});
    for (int step = 0; step < 3; ++step) {
      for (Variable& parameter : parameters) {
        parameter.zero_gradient();
        if (parameter.value().numel() > 0)
          backward(mse(parameter, parameter.value().full_like(parameter.shape(), 0)));
      }
      if (step == 2) optimizer->set_learning_rate(0.1);
      optimizer->step();
    }
    std::vector<Tensor> values;
    for (const Variable& parameter : parameters) values.push_back(parameter.value());
    return values;
  };
  for (const char* name : {"adam", "sgd"}) {
    const auto expected = after(name, Device::cpu), got = after(name, compute_device());
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_LE(largest_difference(got[i], expected[i]), 1e-6) << name << " " << i;
  }
}

/// What kernels/step_control/step_control.h says, for each outcome.
TEST(StepControl, DecidesAndMovesTheScale) {
  struct Outcome {
    float factor, record[3], scale, good_steps;
  };
  const auto outcome = [](float loss, float finite, float scale, float good_steps, kernels::StepRules rules) {
    const auto there = [](float value) { return to_compute_device(Tensor::full({}, value)); };
    Tensor s = there(scale), good = there(good_steps), factor = there(0),
           record = to_compute_device(Tensor::zeros({3}));
    kernels::decide_step(rules, there(loss).view(), there(finite).view(), s.mutable_view(),
                         good.mutable_view(), factor.mutable_view(), record.mutable_view());
    Outcome result{float(factor.item()), {}, float(s.item()), float(good.item())};
    const Tensor known = to_host(record);
    std::copy_n(known.data<float>().data(), 3, result.record);
    return result;
  };
  const auto taken = outcome(2, 1, 4, 0, {.skip_above = 5, .adapts_scale = true});
  EXPECT_EQ(taken.factor, 0.25f);
  EXPECT_EQ(taken.record[kernels::record_loss], 2);
  EXPECT_EQ(taken.record[kernels::record_outcome], float(int(kernels::StepOutcome::taken)));
  EXPECT_EQ(taken.record[kernels::record_scale], 4);
  EXPECT_EQ(taken.good_steps, 1);
  const auto skipped = outcome(6, 1, 4, 7, {.skip_above = 5, .adapts_scale = true});
  EXPECT_EQ(skipped.factor, 0);
  EXPECT_EQ(skipped.record[kernels::record_outcome], float(int(kernels::StepOutcome::skipped)));
  EXPECT_EQ(skipped.good_steps, 7);
  const auto broken = outcome(2, 0, 4, 7, {.adapts_scale = true});
  EXPECT_EQ(broken.factor, 0);
  EXPECT_EQ(broken.record[kernels::record_outcome], float(int(kernels::StepOutcome::not_finite)));
  EXPECT_EQ(broken.scale, 2);
  EXPECT_EQ(broken.good_steps, 0);
  EXPECT_EQ(outcome(2, 0, 1, 0, {.adapts_scale = true}).scale, 1);
  EXPECT_EQ(outcome(2, 0, 1, 0, {}).scale, 1);
  const auto infinite = outcome(INFINITY, 0, 4, 7, {.adapts_scale = true});
  EXPECT_EQ(infinite.record[kernels::record_outcome], float(int(kernels::StepOutcome::not_finite)));
  EXPECT_EQ(infinite.scale, 2);
  EXPECT_EQ(outcome(INFINITY, 0, 1, 0, {.skip_above = 5}).record[kernels::record_outcome],
            float(int(kernels::StepOutcome::skipped)));
  const auto doubled = outcome(2, 1, 4, kernels::scale_good_steps - 1, {.adapts_scale = true});
  EXPECT_EQ(doubled.scale, 8);
  EXPECT_EQ(doubled.good_steps, 0);
  EXPECT_EQ(outcome(2, 1, kernels::scale_most, kernels::scale_good_steps - 1, {.adapts_scale = true}).scale,
            kernels::scale_most);
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
