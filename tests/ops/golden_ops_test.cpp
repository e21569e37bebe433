// Every op against vectors made with another framework, on the reference kernels and on the fast ones.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "autograd/batch_norm.h"
#include "autograd/binary.h"
#include "autograd/concat.h"
#include "autograd/conv2d.h"
#include "autograd/conv_transpose2d.h"
#include "autograd/dropout.h"
#include "autograd/gaussian.h"
#include "autograd/grid_sample.h"
#include "autograd/loss.h"
#include "autograd/matmul.h"
#include "autograd/pool.h"
#include "autograd/reduce.h"
#include "autograd/relu.h"
#include "autograd/resize.h"
#include "autograd/unary.h"
#include "kernels/dispatch.h"
#include "models/warp.h"
#include "tests/support/golden.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

using Json = nlohmann::json;

struct Call {
  std::map<std::string, Variable> in;  // inputs and parameters by their names in the file
  Json attrs;
  std::map<std::string, Tensor> extra;  // further results: running statistics
};
using Op = std::function<Variable(Call&)>;

kernels::Extent2d extent(const Json& pair) {
  return {pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>()};
}

kernels::Axes axes(const Json& dims) {
  kernels::Axes result;
  for (int dim : dims) result.bits |= 1u << dim;
  return result;
}

Variable run_batch_norm(Call& c) {
  const auto mode = c.attrs["mode"].get<std::string>();
  Tensor mean, variance;
  if (mode != "batch_stats") {
    mean = c.in["running_mean"].value().clone();
    variance = c.in["running_var"].value().clone();
  }
  const Variable y =
      batch_norm(c.in["x"], c.in["weight"], c.in["bias"], mean.defined() ? &mean : nullptr,
                 mean.defined() ? &variance : nullptr,
                 {.statistics = mode == "eval" ? NormStatistics::running : NormStatistics::batch,
                  .epsilon = c.attrs["eps"],
                  .momentum = c.attrs["momentum"]});
  if (mode == "train") c.extra = {{"running_mean_after", mean}, {"running_var_after", variance}};
  return y;
}

kernels::PoolOptions pool(const Json& a) {
  return {a["kernel"], a["stride"], a["padding"]};
}

kernels::Reduction reduction(const Json& a) {
  return a["reduction"] == "mean" ? kernels::Reduction::mean : kernels::Reduction::sum;
}

/// The op's functions by their names in the files. What is computed on images is converted from NCHW and
/// back.
const std::map<std::string, Op>& image_ops() {
  static const std::map<std::string, Op> ops = {
      {"conv2d",
       [](Call& c) {
         return conv2d(c.in["x"], c.in["weight"], c.in["bias"],
                       {extent(c.attrs["stride"]), extent(c.attrs["padding"]), extent(c.attrs["dilation"]),
                        c.attrs["groups"]});
       }},
      {"conv_transpose2d",
       [](Call& c) {
         return conv_transpose2d(
             c.in["x"], c.in["weight"], c.in["bias"],
             {c.attrs["stride"], c.attrs["padding"], c.attrs["output_padding"], c.attrs["groups"]});
       }},
      {"batch_norm", run_batch_norm},
      {"max_pool2d", [](Call& c) { return max_pool2d(c.in["x"], pool(c.attrs)); }},
      {"avg_pool2d", [](Call& c) { return avg_pool2d(c.in["x"], pool(c.attrs)); }},
      {"adaptive_avg_pool2d", [](Call& c) { return global_avg_pool2d(c.in["x"]); }},
      {"upsample_bilinear",
       [](Call& c) {
         return resize(c.in["x"], c.attrs["size"][0], c.attrs["size"][1],
                       {kernels::ResizeMode::bilinear, c.attrs["align_corners"].get<bool>()});
       }},
      {"upsample_nearest",
       [](Call& c) {
         return resize(c.in["x"], c.attrs["size"][0], c.attrs["size"][1], {kernels::ResizeMode::nearest});
       }},
      {"grid_sample",
       [](Call& c) {
         return grid_sample(c.in["x"], c.in["grid"],
                            {c.attrs["padding_mode"] == "zeros" ? kernels::SamplePadding::zeros
                                                                : kernels::SamplePadding::border,
                             c.attrs["align_corners"].get<bool>()});
       }},
      {"gaussian_smooth",
       [](Call& c) {
         return gaussian(c.in["x"], {c.attrs["ksize"], c.attrs["sigma"], kernels::BorderMode::zeros});
       }},
      {"flow_warp",
       [](Call& c) {
         return warp(c.in["x"], c.in["field"], {c.attrs["mu"], WarpOperator::published});
       }},
      {"dropout", [](Call& c) { return dropout(c.in["x"], c.in["keep"].value(), c.attrs["p"]); }},
  };
  return ops;
}

const std::map<std::string, Op>& plain_ops() {
  static const std::map<std::string, Op> ops = {
      {"relu", [](Call& c) { return relu(c.in["x"]); }},
      {"leaky_relu", [](Call& c) { return leaky_relu(c.in["x"], 0.01); }},
      {"leaky_relu_02", [](Call& c) { return leaky_relu(c.in["x"], 0.2); }},
      {"sigmoid", [](Call& c) { return sigmoid(c.in["x"]); }},
      {"tanh", [](Call& c) { return tanh(c.in["x"]); }},
      {"softplus", [](Call& c) { return softplus(c.in["x"]); }},
      {"exp", [](Call& c) { return exp(c.in["x"]); }},
      {"log", [](Call& c) { return log(c.in["x"]); }},
      {"sqrt", [](Call& c) { return sqrt(c.in["x"]); }},
      {"abs", [](Call& c) { return abs(c.in["x"]); }},
      {"clamp01", [](Call& c) { return clamp(c.in["x"], 0, 1); }},
      {"neg", [](Call& c) { return negate(c.in["x"]); }},
      {"add", [](Call& c) { return c.in["a"] + c.in["b"]; }},
      {"sub", [](Call& c) { return c.in["a"] - c.in["b"]; }},
      {"mul", [](Call& c) { return c.in["a"] * c.in["b"]; }},
      {"div", [](Call& c) { return c.in["a"] / c.in["b"]; }},
      {"lerp_mask",
       [](Call& c) {
         const Variable one(Tensor::scalar(1));
         return c.in["m"] * c.in["a"] + (one - c.in["m"]) * c.in["b"];
       }},
      {"sum", [](Call& c) { return sum(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); }},
      {"mean", [](Call& c) { return mean(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); }},
      {"matmul", [](Call& c) { return matmul(c.in["a"], c.in["b"]); }},
      {"linear", [](Call& c) { return linear(c.in["x"], c.in["weight"], c.in["bias"]); }},
      {"mse", [](Call& c) { return mse(c.in["x"], c.in["y"], reduction(c.attrs)); }},
      {"bce", [](Call& c) { return bce(c.in["p"], c.in["t"], reduction(c.attrs)); }},
      {"bce_with_logits", [](Call& c) { return bce_with_logits(c.in["x"], c.in["t"], reduction(c.attrs)); }},
      {"mse_clamped", [](Call& c) { return mse(clamp(c.in["x"], c.attrs["lo"], c.attrs["hi"]), c.in["y"]); }},
      {"cat",
       [](Call& c) {
         std::vector<Variable> parts;
         for (auto& [name, part] : c.in) parts.push_back(part);
         return concat(parts, c.attrs["dim"].get<int>());
       }},
  };
  return ops;
}

/// Ops of networks that are not built yet: looked at by name, so that a new file entry cannot be passed over
/// unseen.
bool belongs_to_later_work(const std::string& op, const Json& attrs) {
  static const std::set<std::string> later = {"maximum",     "amax",          "amin",  "var",
                                              "argmax",      "expand",        "pad",   "im_to_patch",
                                              "patch_to_im", "permute",       "slice", "instance_norm",
                                              "rsqrt",       "reciprocal",    "pow",   "verification_nll",
                                              "kld",         "cross_entropy", "dice"};
  if (op == "adaptive_avg_pool2d") return attrs["output"] != Json::array({1, 1});
  return later.contains(op);
}

void check_case(const Golden& golden, const Json& entry, const std::string& kernels_name) {
  const auto id = entry["case"].get<std::string>(), op = entry["op"].get<std::string>();
  const std::string what = id + " " + op + " on " + kernels_name;
  SCOPED_TRACE(what);
  const bool image = image_ops().contains(op);
  ASSERT_TRUE(image || plain_ops().contains(op)) << "no such op here: " << op;
  const auto is_image = [&](const std::string& name) { return image && name != "weight" && name != "grid"; };

  Call call;
  call.attrs = entry.value("attrs", Json::object());
  for (const char* kind : {".in.", ".param."})
    for (const auto& name : golden.names_with_prefix(id + kind)) {
      const std::string key = name.substr((id + kind).size());
      const Tensor value = is_image(key) ? nhwc_from_nchw(golden[name]) : golden[name].clone();
      call.in[key] = golden.has(id + ".grad." + key) ? Variable::parameter(value) : Variable(value);
    }
  const Variable y = (image ? image_ops() : plain_ops()).at(op)(call);
  const auto to_file = [&](const std::string& key, const Tensor& t) {
    return is_image(key) ? nchw_from_nhwc(t) : t;
  };
  const bool to_scalar = golden[id + ".out.y"].shape().rank() == 0;
  golden.expect_close(to_scalar ? y.value().reshape({}) : to_file("y", y.value()), id + ".out.y", 1e-7, what);
  for (const auto& [name, tensor] : call.extra) golden.expect_close(tensor, id + ".out." + name, 1e-7, what);

  if (!golden.has(id + ".gout.y")) return;  // values alone, at points where the gradient is a convention
  const Tensor upstream =
      is_image("y") ? nhwc_from_nchw(golden[id + ".gout.y"]) : golden[id + ".gout.y"].clone();
  if (!y.needs_gradient()) return;
  backward(sum(y * Variable(upstream.reshape(y.shape())), kernels::Axes::all(y.shape())));
  for (auto& [name, variable] : call.in)
    if (variable.needs_gradient())
      golden.expect_close(to_file(name, variable.gradient()), id + ".grad." + name, 1e-7, what);
}

class GoldenOps : public testing::TestWithParam<const char*> {};

TEST_P(GoldenOps, AgreeWithTheOtherFramework) {
  REQUIRE_TEST_DATA(golden_folder());
  const Golden golden(std::string("ops/") + GetParam());
  int checked = 0;
  for (const Json& entry : golden.metadata("cases")) {
    if (belongs_to_later_work(entry["op"], entry.value("attrs", Json::object()))) continue;
    if (entry["op"] == "identity_grid") {
      const Tensor grid = identity_grid(entry["attrs"]["h"], entry["attrs"]["w"]);
      const auto name = entry["case"].get<std::string>() + ".out.y";
      golden.expect_close(golden[name].shape() == grid.shape() ? grid : nchw_from_nhwc(grid), name, 1e-7,
                          "identity_grid");
      ++checked;
      continue;
    }
    const bool before = reference_kernels_in_use();
    for (bool reference : {true, false}) {
      use_reference_kernels(reference);
      check_case(golden, entry, reference ? "reference" : "cpu");
    }
    use_reference_kernels(before);
    ++checked;
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenOps,
                         testing::Values("activations", "batch_norm", "broadcast", "conv2d",
                                         "conv_transpose2d", "dropout", "gaussian_warp", "grid_sample",
                                         "linear", "losses", "matmul", "pooling", "reductions", "shape_ops",
                                         "upsample"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace scrim::test
