// cuDNN's convolutions in NHWC, weights turned into its order (O, Kh, Kw, I). Descriptors and algorithm are found once for
// a set of sizes. The algorithm is cuDNN's own guess, not what it measures: a measurement may choose another one in the
// next run, and other bits with it. What cuDNN does not do, plain loops compute.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/notice.h"
#include "kernels/conv2d/conv2d_packed.h"
#include "kernels/conv2d/cuda/conv2d_plain_cuda.h"
#include "kernels/cuda/cudnn.h"
#include "kernels/cuda/scratch.h"
#include "tensor/compute_device.h"
#include "tensor/device_constant.h"

namespace scrim::kernels {
namespace {

enum class Direction { forward, input_gradient, weight_gradient };

/// The sizes of a convolution: x[N,H,W,C], w[O,I,Kh,Kw], y[N,Ho,Wo,O].
struct Problem {
  Shape x, w, y;
  Conv2dOptions options;
  DType dtype;
  Device device;

  std::string key() const {
    const Conv2dOptions& o = options;
    const ComputeSettings& settings = compute_settings();
    return fmt::format("{} {} {} {} {},{} {},{} {},{} {} {} {}", device.index, name_of(dtype), x.str(),
                       w.str(), o.stride.h, o.stride.w, o.padding.h, o.padding.w, o.dilation.h, o.dilation.w,
                       o.groups, int(settings.math), settings.deterministic);
  }
};

/// cuDNN's default would multiply f32 with the 10 bits of TF32.
cudnnMathType_t product_math(DType dtype) {
  if (is_half(dtype)) return CUDNN_TENSOR_OP_MATH;
  return compute_settings().math == ProductMath::tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
}

struct Descriptors {
  cuda::TensorDescriptor x, y;
  cuda::FilterDescriptor w;
  cuda::ConvolutionDescriptor convolution;

  explicit Descriptors(const Problem& p)
      : x(cuda::image_descriptor(p.x, cuda::cudnn_type(p.dtype))),
        y(cuda::image_descriptor(p.y, cuda::cudnn_type(p.dtype))) {
    using cuda::cudnn_int;
    const Conv2dOptions& o = p.options;
    SCRIM_CUDNN_CHECK(cudnnSetFilter4dDescriptor(w, cuda::cudnn_type(p.dtype), CUDNN_TENSOR_NHWC,
                                                 cudnn_int(p.w[0]), cudnn_int(p.w[1]), cudnn_int(p.w[2]),
                                                 cudnn_int(p.w[3])));
    SCRIM_CUDNN_CHECK(
        cudnnSetConvolution2dDescriptor(convolution, cudnn_int(o.padding.h), cudnn_int(o.padding.w),
                                        cudnn_int(o.stride.h), cudnn_int(o.stride.w), cudnn_int(o.dilation.h),
                                        cudnn_int(o.dilation.w), CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    SCRIM_CUDNN_CHECK(cudnnSetConvolutionGroupCount(convolution, cudnn_int(o.groups)));
    SCRIM_CUDNN_CHECK(cudnnSetConvolutionMathType(convolution, product_math(p.dtype)));
  }
};

/// cuDNN's names for the three directions; the order of its two operands and the result; `usual` serves most sizes, and always
/// gives the same bits.
template <Direction direction>
struct Calls;
template <>
struct Calls<Direction::forward> {
  using Performance = cudnnConvolutionFwdAlgoPerf_t;
  static constexpr auto guess = cudnnGetConvolutionForwardAlgorithm_v7;
  static constexpr auto workspace = cudnnGetConvolutionForwardWorkspaceSize;
  static auto order(const Descriptors& d) { return std::tuple(d.x.handle(), d.w.handle(), d.y.handle()); }
  static constexpr auto usual = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
};
template <>
struct Calls<Direction::input_gradient> {
  using Performance = cudnnConvolutionBwdDataAlgoPerf_t;
  static constexpr auto guess = cudnnGetConvolutionBackwardDataAlgorithm_v7;
  static constexpr auto workspace = cudnnGetConvolutionBackwardDataWorkspaceSize;
  static auto order(const Descriptors& d) { return std::tuple(d.w.handle(), d.y.handle(), d.x.handle()); }
  static constexpr auto usual = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
};
template <>
struct Calls<Direction::weight_gradient> {
  using Performance = cudnnConvolutionBwdFilterAlgoPerf_t;
  static constexpr auto guess = cudnnGetConvolutionBackwardFilterAlgorithm_v7;
  static constexpr auto workspace = cudnnGetConvolutionBackwardFilterWorkspaceSize;
  static auto order(const Descriptors& d) { return std::tuple(d.x.handle(), d.y.handle(), d.w.handle()); }
  static constexpr auto usual = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;
};

template <Direction direction>
struct Plan : Descriptors {
  using Algorithm = decltype(Calls<direction>::Performance::algo);
  struct Candidate {
    Algorithm algorithm;
    std::size_t workspace;
  };
  std::vector<Candidate> candidates;  ///< best first; one that refuses its work is dropped
  using Descriptors::Descriptors;
};

/// Not of what is free: the same algorithm in every run.
std::size_t most_workspace(Device device) {
  return std::min(cuda::Runtime::of(device).properties().totalGlobalMem / 16, std::size_t(2) << 30);
}

template <Direction direction>
void add_candidate(Plan<direction>& plan, Device device, typename Plan<direction>::Algorithm algorithm) {
  for (const auto& known : plan.candidates)
    if (known.algorithm == algorithm) return;
  const auto [first, second, result] = Calls<direction>::order(plan);
  std::size_t workspace = 0;
  const cudnnStatus_t status = Calls<direction>::workspace(cuda::cudnn_handle(device), first, second,
                                                           plan.convolution, result, algorithm, &workspace);
  if (status == CUDNN_STATUS_SUCCESS && workspace <= most_workspace(device))
    plan.candidates.push_back({algorithm, workspace});
}

/// The algorithms of cuDNN's guess that fit the settings, and the usual one. A guess may be of another kind of multiplication
/// than the descriptor's, so its workspace is asked for.
template <Direction direction>
void find_candidates(Plan<direction>& plan, Device device) {
  const auto [first, second, result] = Calls<direction>::order(plan);
  std::array<typename Calls<direction>::Performance, 12> guesses{};
  int count = 0;
  if (!cuda::is_supported(Calls<direction>::guess(cuda::cudnn_handle(device), first, second, plan.convolution,
                                                  result, int(guesses.size()), &count, guesses.data())))
    count = 0;
  for (const auto& guess : std::span(guesses).first(std::size_t(count)))  // fastest first
    if (guess.status == CUDNN_STATUS_SUCCESS &&
        (guess.determinism == CUDNN_DETERMINISTIC || !compute_settings().deterministic))
      add_candidate(plan, device, guess.algo);
  add_candidate(plan, device, Calls<direction>::usual);
}

/// Plans by sizes. A fused one has the one algorithm that the fused call takes with and without an activation. One thread tells
/// a device what to do.
template <Direction direction>
Plan<direction>& plan_for(const Problem& problem, bool is_fused = false) {
  static auto& plans = *new std::map<std::string, Plan<direction>>;  // never destroyed, as the Runtime
  std::string key = problem.key() + (is_fused ? " fused" : "");
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  Plan<direction> plan(problem);
  if (is_fused)
    add_candidate(plan, problem.device, Calls<direction>::usual);
  else
    find_candidates(plan, problem.device);
  return plans.emplace(std::move(key), std::move(plan)).first->second;
}

/// call(algorithm, workspace, its bytes) of the best candidate that does not refuse. False when all do.
template <Direction direction, class Call>
bool run(Plan<direction>& plan, Device device, Call&& call) {
  for (auto& candidates = plan.candidates; !candidates.empty(); candidates.erase(candidates.begin())) {
    const auto [algorithm, bytes] = candidates.front();
    const Scratch<char> workspace(device, std::int64_t(bytes));
    if (cuda::is_supported(call(algorithm, workspace.data(), bytes))) return true;
  }
  return false;
}

/// Plain loops take a hundred times as long as cuDNN: said once for a set of sizes.
void say_that_loops_compute(const char* direction, const Shape& x, const Shape& w) {
  static auto& said = *new std::set<std::string>;
  std::string text = fmt::format("[conv2d] cuDNN has no {} of x {} with w {}: slow loops compute it",
                                 direction, x.str(), w.str());
  if (compute_settings().deterministic)
    text += "; algorithms that are not deterministic are off and may be faster";
  if (said.insert(text).second) notice(text);
}

/// Whether O, I, Kh, Kw and O, Kh, Kw, I are the same bytes.
bool is_packed(const Shape& w) {
  return w[1] == 1 || w[2] * w[3] == 1;
}

/// w in cuDNN's order and of the product's type: itself, or a copy.
class PackedWeights {
 public:
  PackedWeights(ConstView w, DType product) : w_(w) {
    if (is_packed(w.shape) && w.dtype == product) return;
    copy_ = Tensor::empty(w.shape, product, w.device);
    pack_weights_cuda(w, {}, false, 1, copy_.mutable_view());
  }
  ConstView view() const { return copy_.defined() ? copy_.view() : w_; }

 private:
  ConstView w_;
  Tensor copy_;
};

const float one = 1, zero = 0;

void run_forward(ConstView x, ConstView packed, View y, const Conv2dOptions& options) {
  const bool is_done = cuda::in_parts(x, y, [&](ConstView some_x, View some_y, bool) {
    auto& plan =
        plan_for<Direction::forward>({some_x.shape, packed.shape, some_y.shape, options, y.dtype, y.device});
    return run(plan, y.device, [&](auto algorithm, void* workspace, std::size_t bytes) {
      return cudnnConvolutionForward(cuda::cudnn_handle(y.device), &one, plan.x, some_x.data, plan.w,
                                     packed.data, plan.convolution, algorithm, workspace, bytes, &zero,
                                     plan.y, some_y.data);
    });
  });
  if (is_done) return;
  say_that_loops_compute("forward pass", x.shape, packed.shape);
  conv2d_forward_plain_cuda(x, packed, {}, y, options, WeightOrder::packed);
}

void run_input_gradient(ConstView gy, ConstView packed, View gx, const Conv2dOptions& options) {
  const bool is_done = cuda::in_parts(gy, gx, [&](ConstView some_gy, View some_gx, bool) {
    auto& plan = plan_for<Direction::input_gradient>(
        {some_gx.shape, packed.shape, some_gy.shape, options, gx.dtype, gx.device});
    return run(plan, gx.device, [&](auto algorithm, void* workspace, std::size_t bytes) {
      return cudnnConvolutionBackwardData(cuda::cudnn_handle(gx.device), &one, plan.w, packed.data, plan.y,
                                          some_gy.data, plan.convolution, algorithm, workspace, bytes, &zero,
                                          plan.x, some_gx.data);
    });
  });
  if (is_done) return;
  say_that_loops_compute("input gradient", gx.shape, packed.shape);
  conv2d_backward_input_plain_cuda(gy, packed, gx, options, WeightOrder::packed);
}

/// packed[O,Kh,Kw,I] of the type of x; false when cuDNN does not do it.
bool run_weight_gradient(ConstView x, ConstView gy, View packed, const Conv2dOptions& options) {
  return cuda::in_parts(x, gy, [&](ConstView some_x, ConstView some_gy, bool is_first) {
    auto& plan = plan_for<Direction::weight_gradient>(
        {some_x.shape, packed.shape, some_gy.shape, options, x.dtype, x.device});
    return run(plan, x.device, [&](auto algorithm, void* workspace, std::size_t bytes) {
      return cudnnConvolutionBackwardFilter(cuda::cudnn_handle(x.device), &one, plan.x, some_x.data, plan.y,
                                            some_gy.data, plan.convolution, algorithm, workspace, bytes,
                                            is_first ? &zero : &one, plan.w, packed.data);
    });
  });
}

/// A bias of zeros, where cuDNN wants one and there is none.
Tensor zero_bias(Device device, std::int64_t channels) {
  return device_constant(device, fmt::format("no bias {}", channels),
                         [&] { return Tensor::zeros({channels}); });
}

/// f32 alone: y = activation(convolution + bias [+ y]) in one call; the activation is none or relu. False when cuDNN does
/// not do so for these sizes; y is then as it was.
bool run_fused(ConstView x, ConstView packed, ConstView bias, View y, const Conv2dOptions& options, bool add,
               bool relu) {
  if (!cuda::is_one_part(x.shape, y.shape)) return false;
  auto& plan = plan_for<Direction::forward>({x.shape, packed.shape, y.shape, options, y.dtype, y.device},
                                            /*is_fused=*/true);
  if (plan.candidates.empty()) return false;
  const Tensor zeros = bias ? Tensor() : zero_bias(y.device, y.shape[3]);
  if (!bias) bias = zeros.view();
  const auto bias_descriptor = cuda::image_descriptor({1, 1, 1, y.shape[3]}, cuda::cudnn_type(bias.dtype));
  const cuda::ActivationDescriptor activation;
  SCRIM_CUDNN_CHECK(cudnnSetActivationDescriptor(
      activation, relu ? CUDNN_ACTIVATION_RELU : CUDNN_ACTIVATION_IDENTITY, CUDNN_NOT_PROPAGATE_NAN, 0));
  return run(plan, y.device, [&](auto algorithm, void* workspace, std::size_t bytes) {
    return cudnnConvolutionBiasActivationForward(cuda::cudnn_handle(y.device), &one, plan.x, x.data, plan.w,
                                                 packed.data, plan.convolution, algorithm, workspace, bytes,
                                                 add ? &one : &zero, plan.y, y.data, bias_descriptor,
                                                 bias.data, activation, plan.y, y.data);
  });
}

}  // namespace

void conv2d_forward_cuda(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options) {
  if (y.shape.numel() == 0) return;
  if (y.dtype == DType::f64) return conv2d_forward_plain_cuda(x, w, b, y, options, WeightOrder::plain);
  run_forward(x, PackedWeights(w, y.dtype).view(), y, options);
  if (b) finish_convolution_cuda(y, b, {}, y);
}

void conv2d_backward_input_cuda(ConstView gy, ConstView w, View gx, const Conv2dOptions& options) {
  if (gx.shape.numel() == 0) return;
  if (gx.dtype == DType::f64) return conv2d_backward_input_plain_cuda(gy, w, gx, options, WeightOrder::plain);
  run_input_gradient(gy, PackedWeights(w, gx.dtype).view(), gx, options);
}

void conv2d_backward_weight_cuda(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  if (gy.shape.numel() == 0) return cuda::fill(gw, 0);
  if (gw.dtype == DType::f64) return conv2d_backward_weight_plain_cuda(x, gy, gw, options);
  const bool as_it_is = is_packed(gw.shape) && gw.dtype == x.dtype;
  Tensor packed = as_it_is ? Tensor() : Tensor::empty(gw.shape, x.dtype, gw.device);
  const View result = as_it_is ? gw : packed.mutable_view();
  if (run_weight_gradient(x, gy, result, options)) {
    if (!as_it_is) unpack_weights_cuda(result, gw);
    return;
  }
  say_that_loops_compute("weight gradient", x.shape, gw.shape);
  conv2d_backward_weight_plain_cuda(x, gy, gw, options);
}

void conv2d_packed_cuda(ConstView in, ConstView packed, ConstView bias, View out,
                        const Conv2dOptions& options, bool input_gradient, const ConvEpilogue& epilogue) {
  if (out.shape.numel() == 0) return;
  if (input_gradient && stamp_serves(in.shape, packed.shape, out.shape, options))
    return stamp_cuda(in, packed, bias, out, epilogue);
  const bool is_plain = !bias && !epilogue.add && epilogue.slope == 1;
  // Its relu makes 0 of NaN. That is why layers/fused_conv2d.cpp looks at weights that it packs, and why 16 bits, whose
  // products may overflow, are not fused.
  const bool may_fuse =
      !input_gradient && out.dtype == DType::f32 && (epilogue.slope == 0 || epilogue.slope == 1);
  if (may_fuse && !is_plain && run_fused(in, packed, bias, out, options, epilogue.add, epilogue.slope == 0))
    return;
  // What cuDNN does not fuse: the convolution, then one pass.
  Tensor between = epilogue.add ? Tensor::empty(out.shape, out.dtype, out.device) : Tensor();
  const View sum = between.defined() ? between.mutable_view() : out;
  if (input_gradient)
    run_input_gradient(in, packed, sum, options);
  else
    run_forward(in, packed, sum, options);
  if (!is_plain) finish_convolution_cuda(sum, bias, epilogue, out);
}

}  // namespace scrim::kernels
