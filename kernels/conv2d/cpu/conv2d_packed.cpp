#include "kernels/conv2d/cpu/conv2d_packed.h"

#include <optional>

#include "kernels/conv2d/cpu/conv2d_lanewise.h"
#include "kernels/conv2d/cpu/conv2d_winograd.h"
#include "tensor/compute_device.h"

namespace scrim::kernels {

namespace {

/// Weights as cuDNN reads them.
struct DeviceConvolution {
  Tensor weights;
  Conv2dOptions options;
  bool input_gradient;
};

}  // namespace

struct PackedConv2d::Plan {
  std::optional<DeviceConvolution> on_device;
  std::vector<TapConvolution> direct;
  std::optional<WinogradConvolution> winograd;
  std::optional<LanewiseConvolution> lanewise;
};

namespace {

using Plan = PackedConv2d::Plan;

/// Positive remainder and floor of a / b.
std::int64_t remainder_of(std::int64_t a, std::int64_t b) {
  return ((a % b) + b) % b;
}
std::int64_t floor_of(std::int64_t a, std::int64_t b) {
  return (a - remainder_of(a, b)) / b;
}

struct Sizes {
  std::int64_t groups, channels, columns;  ///< channels and columns of a group
};

/// A plan whose phases still lack channels, columns and weights: lanewise for all groups at once, or
/// directly, each group by itself.
Plan plan_phases(const std::vector<TapConvolution>& phases, const Sizes& s, const WeightAccess& access) {
  Plan plan;
  if (lanewise_serves(s.groups, s.channels, s.columns)) {
    plan.lanewise = LanewiseConvolution{s.groups, s.channels, s.columns, phases, {}};
    pack_lanewise(*plan.lanewise, access);
    return plan;
  }
  for (std::int64_t g = 0; g < s.groups; ++g)
    for (TapConvolution phase : phases) {
      phase.channels = s.channels;
      phase.columns = s.columns;
      phase.first_channel = g * s.channels;
      phase.first_column = g * s.columns;
      WeightAccess of_group = access;
      of_group.data += g * access.group_step;
      if (access.scale) of_group.scale += g * s.columns;
      pack_taps(phase, of_group);
      plan.direct.push_back(std::move(phase));
    }
  return plan;
}

Plan plan_winograd(const Sizes& s, Extent2d padding, const WeightAccess& access, bool flipped) {
  Plan plan;
  plan.winograd = WinogradConvolution{s.channels, s.columns, padding, {}, {}};
  pack_winograd(*plan.winograd, access, flipped);
  return plan;
}

Plan plan_forward(ConstView w, const Conv2dOptions& o, ConstView scale) {
  const std::int64_t kh = w.shape[2], kw = w.shape[3], per_output = w.shape[1] * kh * kw;
  const Sizes sizes{o.groups, w.shape[1], w.shape[0] / o.groups};
  const WeightAccess access{w.as<float>(), per_output, kh * kw, scale ? scale.as<float>() : nullptr,
                            sizes.columns * per_output};
  if (winograd_serves(kh, kw, o, sizes.channels, sizes.columns))
    return plan_winograd(sizes, o.padding, access, false);
  TapConvolution grid;
  for (std::int64_t i = 0; i < kh; ++i)
    for (std::int64_t j = 0; j < kw; ++j)
      grid.taps.push_back({i * o.dilation.h - o.padding.h, j * o.dilation.w - o.padding.w, i * kw + j});
  grid.in_step = o.stride;
  grid.out_step = {1, 1};
  grid.out_first = {0, 0};
  return plan_phases({grid}, sizes, access);
}

/// gx[h] takes gy[(h + p - i*d) / s] for the taps i where that divides: with h = s*h' + a, a fixed set of
/// taps for every phase a, so each phase is a convolution of stride 1 over gy.
Plan plan_input_gradient(ConstView w, const Conv2dOptions& o, ConstView scale) {
  const std::int64_t kh = w.shape[2], kw = w.shape[3], per_channel = w.shape[1] * kh * kw;
  const Sizes sizes{o.groups, w.shape[0] / o.groups, w.shape[1]};
  const WeightAccess access{w.as<float>(), kh * kw, per_channel, scale ? scale.as<float>() : nullptr,
                            sizes.channels * per_channel};
  if (winograd_serves(kh, kw, o, sizes.channels, sizes.columns))
    return plan_winograd(sizes, {2 - o.padding.h, 2 - o.padding.w}, access, true);
  std::vector<TapConvolution> phases;
  for (std::int64_t a = 0; a < o.stride.h; ++a)
    for (std::int64_t b = 0; b < o.stride.w; ++b) {
      TapConvolution& phase = phases.emplace_back();
      for (std::int64_t i = 0; i < kh; ++i)
        for (std::int64_t j = 0; j < kw; ++j) {
          const std::int64_t h = a + o.padding.h - i * o.dilation.h, v = b + o.padding.w - j * o.dilation.w;
          if (remainder_of(h, o.stride.h) == 0 && remainder_of(v, o.stride.w) == 0)
            phase.taps.push_back({floor_of(h, o.stride.h), floor_of(v, o.stride.w), i * kw + j});
        }
      phase.in_step = {1, 1};
      phase.out_step = o.stride;
      phase.out_first = {a, b};
    }
  return plan_phases(phases, sizes, access);
}

}  // namespace

PackedConv2d::PackedConv2d(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}
PackedConv2d::PackedConv2d(PackedConv2d&&) noexcept = default;
PackedConv2d& PackedConv2d::operator=(PackedConv2d&&) noexcept = default;
PackedConv2d::~PackedConv2d() = default;

namespace {

Plan plan_on_device(ConstView w, const Conv2dOptions& options, ConstView scale, bool input_gradient) {
  Tensor weights = Tensor::empty(w.shape, product_type(w.dtype, w.device), w.device);
  dispatch(pack_weights_kernels, weights.mutable_view(), w, scale, input_gradient, options.groups,
           weights.mutable_view());
  Plan plan;
  plan.on_device = DeviceConvolution{std::move(weights), options, input_gradient};
  return plan;
}

}  // namespace

PackedConv2d PackedConv2d::for_forward(ConstView w, const Conv2dOptions& options, ConstView scale) {
  if (w.device.is_cuda())
    return PackedConv2d(std::make_unique<Plan>(plan_on_device(w, options, scale, false)));
  return PackedConv2d(std::make_unique<Plan>(plan_forward(w, options, scale)));
}

PackedConv2d PackedConv2d::for_input_gradient(ConstView w, const Conv2dOptions& options, ConstView scale) {
  if (w.device.is_cuda())
    return PackedConv2d(std::make_unique<Plan>(plan_on_device(w, options, scale, true)));
  return PackedConv2d(std::make_unique<Plan>(plan_input_gradient(w, options, scale)));
}

void PackedConv2d::run(ConstView in, ConstView bias, View out, const ConvEpilogue& epilogue) const {
  require_same_type("conv2d", in, out);
  const Device weights = plan_->on_device ? plan_->on_device->weights.device() : Device::cpu;
  require(in.device == weights, "conv2d", "x lies on {}, the packed weights on {}", name_of(in.device),
          name_of(weights));
  if (plan_->on_device) {
    require(in.dtype == plan_->on_device->weights.dtype(), "conv2d", "x is of {}, the packed weights of {}",
            name_of(in.dtype), name_of(plan_->on_device->weights.dtype()));
    return dispatch(conv2d_packed_kernels, out, in, plan_->on_device->weights.view(), bias, out,
                    plan_->on_device->options, plan_->on_device->input_gradient, epilogue);
  }
  if (plan_->lanewise) run_lanewise(*plan_->lanewise, in, bias, out, epilogue);
  if (plan_->winograd) run_winograd(*plan_->winograd, in, bias, out, epilogue);
  for (const TapConvolution& part : plan_->direct) run_taps(part, in, bias, out, epilogue);
}

std::string_view PackedConv2d::algorithm() const {
  if (plan_->on_device) return "cudnn";
  if (plan_->lanewise) return "lanewise";
  return plan_->winograd ? "winograd F(4x4,3x3)" : "direct";
}

}  // namespace scrim::kernels
