#include "kernels/conv2d/conv2d_packed.h"

#include <variant>

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

/// One of the ways to compute it; a direct convolution has a part for each group and phase.
struct PackedConv2d::Plan {
  std::variant<DeviceConvolution, std::vector<TapConvolution>, WinogradConvolution, LanewiseConvolution> way;
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
  if (lanewise_serves(s.groups, s.channels, s.columns)) {
    LanewiseConvolution lanewise{s.groups, s.channels, s.columns, phases, {}};
    pack_lanewise(lanewise, access);
    return {std::move(lanewise)};
  }
  std::vector<TapConvolution> direct;
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
      direct.push_back(std::move(phase));
    }
  return {std::move(direct)};
}

Plan plan_winograd(const Sizes& s, Extent2d padding, const WeightAccess& access, bool flipped) {
  WinogradConvolution winograd{s.channels, s.columns, padding, {}, {}};
  pack_winograd(winograd, access, flipped);
  return {std::move(winograd)};
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
  return {DeviceConvolution{std::move(weights), options, input_gradient}};
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

namespace {

void run_way(const DeviceConvolution& plan, ConstView in, ConstView bias, View out,
             const ConvEpilogue& epilogue) {
  require(in.dtype == plan.weights.dtype(), "conv2d", "x is of {}, the packed weights of {}",
          scrim::name_of(in.dtype), scrim::name_of(plan.weights.dtype()));
  dispatch(conv2d_packed_kernels, out, in, plan.weights.view(), bias, out, plan.options, plan.input_gradient,
           epilogue);
}
void run_way(const std::vector<TapConvolution>& parts, ConstView in, ConstView bias, View out,
             const ConvEpilogue& epilogue) {
  for (const TapConvolution& part : parts) run_taps(part, in, bias, out, epilogue);
}
void run_way(const WinogradConvolution& plan, ConstView in, ConstView bias, View out,
             const ConvEpilogue& epilogue) {
  run_winograd(plan, in, bias, out, epilogue);
}
void run_way(const LanewiseConvolution& plan, ConstView in, ConstView bias, View out,
             const ConvEpilogue& epilogue) {
  run_lanewise(plan, in, bias, out, epilogue);
}

std::string_view name_of(const DeviceConvolution&) {
  return "cudnn";
}
std::string_view name_of(const std::vector<TapConvolution>&) {
  return "direct";
}
std::string_view name_of(const WinogradConvolution&) {
  return "winograd F(4x4,3x3)";
}
std::string_view name_of(const LanewiseConvolution&) {
  return "lanewise";
}

}  // namespace

void PackedConv2d::run(ConstView in, ConstView bias, View out, const ConvEpilogue& epilogue) const {
  require_same_type("conv2d", in, out);
  const auto* on_device = std::get_if<DeviceConvolution>(&plan_->way);
  const Device weights = on_device ? on_device->weights.device() : Device::cpu;
  require(in.device == weights, "conv2d", "x lies on {}, the packed weights on {}", scrim::name_of(in.device),
          scrim::name_of(weights));
  std::visit([&](const auto& way) { run_way(way, in, bias, out, epilogue); }, plan_->way);
}

std::string_view PackedConv2d::algorithm() const {
  return std::visit([](const auto& way) { return name_of(way); }, plan_->way);
}

}  // namespace scrim::kernels
