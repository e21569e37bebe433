// Every op against vectors made with another framework, on the reference kernels and on the fast ones.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "autograd/ops/batch_norm.h"
#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/conv2d.h"
#include "autograd/ops/conv_transpose2d.h"
#include "autograd/ops/dropout.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/graph.h"
#include "autograd/ops/grid_sample.h"
#include "autograd/ops/instance_norm.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/pad.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/roi_align.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"
#include "kernels/dispatch.h"
#include "models/warp.h"
#include "tensor/compute_device.h"
#include "tests/support/golden.h"
#include "tests/support/op_check.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

using Json = nlohmann::json;

struct Call {
  std::map<std::string, Variable> in;  // inputs and parameters by their names in the file
  Json attrs;
  std::map<std::string, Tensor> extra;  // further results: running statistics, indices
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

/// An axis counted from the front.
int axis_of(const Json& dim, const Variable& x) {
  const int axis = dim.get<int>();
  return axis < 0 ? axis + x.shape().rank() : axis;
}

Variable run_top_k(Call& c, const Variable& x) {
  const TopK result = top_k(x, c.attrs["dim"].get<int>(), c.attrs["k"].get<std::int64_t>());
  // Where values are equal, which of them comes first is free.
  if (c.attrs.value("note", "").find("ties") == std::string::npos) c.extra["indices"] = result.indices;
  return result.values;
}

Variable one_like(const Variable& x) {
  return x.value().full_like({}, 1);
}

Variable run_variance(Call& c) {
  const Variable& x = c.in["x"];
  const kernels::Axes over = axes(c.attrs["dims"]);
  const Variable centered = x - mean(x, over, true);
  const Variable squares = sum(centered * centered, over);
  const double count = double(x.value().numel()) / double(squares.value().numel());
  return scale(squares, 1 / (c.attrs["unbiased"].get<bool>() ? count - 1 : count));
}

Variable run_pad(Call& c) {
  const auto mode = c.attrs["mode"].get<std::string>();
  const Json& border = c.attrs["left_right_top_bottom"];
  return pad2d(c.in["x"], {border[0], border[1], border[2], border[3]},
               mode == "reflect"     ? kernels::PadMode::reflect
               : mode == "replicate" ? kernels::PadMode::replicate
                                     : kernels::PadMode::constant);
}

Variable run_chebyshev(Call& c) {
  const std::int64_t nodes = c.in["x"].shape()[1];
  std::vector<Variable> weights;
  for (int k = 0; k < c.attrs["K"].get<int>(); ++k)
    weights.push_back(c.in.at("lins." + std::to_string(k) + ".weight"));
  const auto laplacian = std::make_shared<const kernels::SparseMatrix>(
      scaled_laplacian(to_host(c.in["edge_index"].value()), nodes));
  return chebyshev_conv(c.in["x"], laplacian, weights, c.in["bias"]);
}

Variable run_graph_pool(Call& c) {
  kernels::SparseMatrix matrix{
      .rows = c.attrs["rows"], .columns = c.attrs["cols"], .row = {}, .column = {}, .value = {}};
  const Tensor indices = to_host(c.in["index"].value()), weights = to_host(c.in["values"].value());
  const auto index = indices.data<std::int64_t>();
  const auto values = weights.data<float>();
  for (std::size_t e = 0; e < values.size(); ++e) {
    matrix.row.push_back(index[e]);
    matrix.column.push_back(index[values.size() + e]);
    matrix.value.push_back(values[e]);
  }
  return sparse_product(std::make_shared<const kernels::SparseMatrix>(matrix), c.in["x"]);
}

Variable run_expand(Call& c) {
  Shape shape;
  int axis = 0;
  for (std::int64_t size : c.attrs["size"]) {
    shape.append(size < 0 ? c.in["x"].shape()[axis] : size);
    ++axis;
  }
  return expand(c.in["x"], shape);
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
      {"adaptive_avg_pool2d",
       [](Call& c) {
         if (c.attrs["output"] == Json::array({1, 1})) return global_avg_pool2d(c.in["x"]);
         return adaptive_avg_pool2d(c.in["x"], c.attrs["output"][0], c.attrs["output"][1]);
       }},
      {"pad", run_pad},
      {"im_to_patch", [](Call& c) { return patches_from_images(c.in["x"], c.attrs["patch"]); }},
      {"patch_to_im",
       [](Call& c) { return images_from_patches(c.in["x"], c.attrs["size"][0], c.attrs["size"][1]); }},
      {"roi_align",
       [](Call& c) {
         const std::int64_t sampling = c.attrs["sampling_ratio"];
         return roi_align(c.in["x"], c.in["boxes"].value(),
                          {c.attrs["output"][0], c.attrs["output"][1], sampling < 0 ? 0 : sampling});
       }},
      {"cross_entropy", [](Call& c) { return cross_entropy(c.in["x"], c.in["t"].value()); }},
      {"dice", [](Call& c) { return dice_loss(c.in["x"], c.in["t"].value(), c.attrs["eps"]); }},
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
      {"corrected_warp",
       [](Call& c) {
         return warp(c.in["x"], c.in["field"], {c.attrs["mu"], WarpOperator::corrected});
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
      // Put together from other ops, as a reader of the other set would.
      {"rsqrt", [](Call& c) { return one_like(c.in["x"]) / sqrt(c.in["x"]); }},
      {"reciprocal", [](Call& c) { return one_like(c.in["x"]) / c.in["x"]; }},
      {"pow", [](Call& c) { return exp(scale(log(c.in["x"]), c.attrs["exponent"])); }},
      {"abs", [](Call& c) { return abs(c.in["x"]); }},
      {"clamp01", [](Call& c) { return clamp(c.in["x"], 0, 1); }},
      {"neg", [](Call& c) { return negate(c.in["x"]); }},
      {"add", [](Call& c) { return c.in["a"] + c.in["b"]; }},
      {"sub", [](Call& c) { return c.in["a"] - c.in["b"]; }},
      {"mul", [](Call& c) { return c.in["a"] * c.in["b"]; }},
      {"div", [](Call& c) { return c.in["a"] / c.in["b"]; }},
      {"maximum", [](Call& c) { return maximum(c.in["a"], c.in["b"]); }},
      {"lerp_mask",
       [](Call& c) {
         const Variable one(c.in["m"].value().full_like({}, 1));
         return c.in["m"] * c.in["a"] + (one - c.in["m"]) * c.in["b"];
       }},
      {"sum", [](Call& c) { return sum(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); }},
      {"mean", [](Call& c) { return mean(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); }},
      {"amax", [](Call& c) { return largest(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); }},
      {"amin",
       [](Call& c) { return negate(largest(negate(c.in["x"]), axes(c.attrs["dims"]), c.attrs["keepdim"])); }},
      {"var", run_variance},
      {"argmax",
       [](Call& c) {
         const Tensor& x = c.in["x"].value();
         const int axis = c.attrs["dim"];
         Tensor y = Tensor::empty(kernels::reduced_shape(x.shape(), kernels::Axes::of({axis}), false),
                                  DType::i64, x.device());
         kernels::argmax(x.view(), axis, y.mutable_view());
         return Variable(y);
       }},
      {"softmax", [](Call& c) { return softmax(c.in["x"], axis_of(c.attrs["dim"], c.in["x"])); }},
      {"log_softmax", [](Call& c) { return log_softmax(c.in["x"], axis_of(c.attrs["dim"], c.in["x"])); }},
      {"expand", run_expand},
      {"permute", [](Call& c) { return permute(c.in["x"], c.attrs["dims"].get<std::vector<int>>()); }},
      {"slice",
       [](Call& c) {
         const std::int64_t start = c.attrs["start"], end = c.attrs["end"];
         return slice(c.in["x"], c.attrs["dim"].get<int>(), start, end - start);
       }},
      {"topk", [](Call& c) { return run_top_k(c, c.in["x"]); }},
      {"topk_neg", [](Call& c) { return run_top_k(c, negate(c.in["x"])); }},
      {"gather", [](Call& c) { return gather(c.in["x"], c.in["index"].value(), c.attrs["dim"].get<int>()); }},
      {"scatter",
       [](Call& c) {
         return scatter(c.in["base"], c.in["index"].value(), c.in["src"], c.attrs["dim"].get<int>());
       }},
      {"instance_norm1d", [](Call& c) { return instance_norm(c.in["x"], c.attrs["eps"]); }},
      {"cheb_conv", run_chebyshev},
      {"graph_pool", run_graph_pool},
      {"verification_nll", [](Call& c) { return verification_nll(c.in["x"]); }},
      {"kld", [](Call& c) { return kl_divergence(c.in["mu"], c.in["logvar"]); }},
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

void check_case(const Golden& golden, const Json& entry, const std::string& kernels_name) {
  const auto id = entry["case"].get<std::string>(), op = entry["op"].get<std::string>();
  const std::string what = id + " " + op + " on " + kernels_name;
  SCOPED_TRACE(what);
  const bool image = image_ops().contains(op);
  ASSERT_TRUE(image || plain_ops().contains(op)) << "no such op here: " << op;
  const auto is_image = [&](const std::string& name) {
    return image && name != "weight" && name != "grid" && name != "boxes" && name != "t";
  };

  Call call;
  call.attrs = entry.value("attrs", Json::object());
  for (const char* kind : {".in.", ".param."})
    for (const auto& name : golden.names_with_prefix(id + kind)) {
      const std::string key = name.substr((id + kind).size());
      const Tensor value =
          is_image(key) ? nhwc_from_nchw(golden[name]) : to_compute_device(golden[name].clone());
      call.in[key] = golden.has(id + ".grad." + key) ? Variable::parameter(value) : Variable(value);
    }
  const Variable y = (image ? image_ops() : plain_ops()).at(op)(call);
  const auto to_file = [&](const std::string& key, const Tensor& t) {
    return is_image(key) ? nchw_from_nhwc(t) : to_host(t);
  };
  const std::string result = golden.has(id + ".out.y") ? "y" : "values";
  const Tensor& expected = golden[id + ".out." + result];
  const Tensor got = expected.shape().rank() == 0 ? y.value().reshape({}) : to_file(result, y.value());
  if (got.dtype() == DType::i64)
    EXPECT_TRUE(same_bytes(got, expected));
  else
    golden.expect_close(got, id + ".out." + result, 1e-7, what);
  for (const auto& [name, tensor] : call.extra)
    if (tensor.dtype() == DType::i64)
      EXPECT_TRUE(same_bytes(tensor, golden[id + ".out." + name])) << name;
    else
      golden.expect_close(tensor, id + ".out." + name, 1e-7, what);

  const std::string upstream_name = id + ".gout." + result;
  if (!golden.has(upstream_name)) return;  // values alone, at points where the gradient is a convention
  const Tensor upstream = is_image(result) ? nhwc_from_nchw(golden[upstream_name])
                                           : to_compute_device(golden[upstream_name].clone());
  if (!y.needs_gradient()) return;
  backward(sum(y * Variable(upstream.reshape(y.shape())), kernels::Axes::all(y.shape())));
  for (auto& [name, variable] : call.in)
    if (variable.needs_gradient())
      golden.expect_close(to_file(name, variable.gradient()), id + ".grad." + name, 1e-7, what);
}

class GoldenOps : public testing::TestWithParam<VectorFile> {};

TEST_P(GoldenOps, AgreeWithTheOtherFramework) {
  const Golden golden(GetParam().path);
  int checked = 0;
  for (const Json& entry : golden.metadata("cases")) {
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

INSTANTIATE_TEST_SUITE_P(Files, GoldenOps, testing::ValuesIn(vector_files("ops")), test_name);

}  // namespace
}  // namespace scrim::test
