#include "kernels/conv2d/cpu/conv2d_lanewise.h"

#include <algorithm>
#include <type_traits>

#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

constexpr std::int64_t most_channels = 4, pixels_per_task = 48;

/// Calls body(std::integral_constant) with the count, 1 to most_channels: loops of a known step become
/// shuffles.
template <class Body>
void with_constant(std::int64_t count, Body&& body) {
  if (count == 1) return body(std::integral_constant<std::int64_t, 1>{});
  if (count == 2) return body(std::integral_constant<std::int64_t, 2>{});
  if (count == 3) return body(std::integral_constant<std::int64_t, 3>{});
  body(std::integral_constant<std::int64_t, most_channels>{});
}

/// to[c * groups + g] = from[g * channels + c] for each of `count` pixels.
void turn(const float* from, std::int64_t count, std::int64_t groups, std::int64_t channel_count, float* to) {
  with_constant(channel_count, [&](auto channels) {
    for (std::int64_t p = 0; p < count; ++p, from += groups * channels, to += groups * channels)
      for (std::int64_t g = 0; g < groups; ++g)
        for (std::int64_t c = 0; c < channels; ++c) to[c * groups + g] = from[g * channels + c];
  });
}

/// One pixel back, finished: y = activation(sum + bias [+ what it holds]).
void turn_back(const float* from, std::int64_t groups, std::int64_t column_count, const float* bias,
               const ConvEpilogue& epilogue, float* to) {
  with_constant(column_count, [&](auto columns) {
    if (!epilogue.add)
      for (std::int64_t g = 0; g < groups; ++g)
        for (std::int64_t o = 0; o < columns; ++o) to[g * columns + o] = from[o * groups + g];
    else
      for (std::int64_t g = 0; g < groups; ++g)
        for (std::int64_t o = 0; o < columns; ++o) to[g * columns + o] += from[o * groups + g];
  });
  const std::int64_t width = groups * column_count;
  if (bias)
    for (std::int64_t i = 0; i < width; ++i) to[i] += bias[i];
  if (epilogue.slope == 0)
    for (std::int64_t i = 0; i < width; ++i) to[i] = to[i] < 0 ? 0 : to[i];
  else if (epilogue.slope != 1)
    for (std::int64_t i = 0; i < width; ++i) to[i] = to[i] < 0 ? to[i] * epilogue.slope : to[i];
}

}  // namespace

bool lanewise_serves(std::int64_t groups, std::int64_t channels, std::int64_t columns) {
  return groups % vector::kernels().lanes == 0 && channels <= most_channels && columns <= most_channels;
}

void pack_lanewise(LanewiseConvolution& convolution, const WeightAccess& weights) {
  const std::int64_t lanes = vector::kernels().lanes, channels = convolution.channels,
                     columns = convolution.columns;
  for (const TapConvolution& phase : convolution.phases) {
    const std::int64_t taps = std::int64_t(phase.taps.size());
    Tensor packed = Tensor::empty({convolution.groups / lanes, taps, channels, columns, lanes});
    float* out = packed.mutable_data<float>().data();
    for (std::int64_t block = 0; block < convolution.groups / lanes; ++block)
      for (const Tap& tap : phase.taps)
        for (std::int64_t c = 0; c < channels; ++c)
          for (std::int64_t o = 0; o < columns; ++o)
            for (std::int64_t lane = 0; lane < lanes; ++lane) {
              // The group is in the output channel's place of one order of weights, in the input's of the
              // other.
              const std::int64_t g = block * lanes + lane;
              const float value =
                  weights
                      .data[g * weights.group_step + o * weights.out_step + c * weights.in_step + tap.weight];
              *out++ = weights.scale ? value * weights.scale[g * columns + o] : value;
            }
    convolution.weights.push_back(std::move(packed));
  }
}

void run_lanewise(const LanewiseConvolution& convolution, ConstView in, ConstView bias, View out,
                  const ConvEpilogue& epilogue) {
  const std::int64_t lanes = vector::kernels().lanes, groups = convolution.groups,
                     columns = convolution.columns;
  const std::int64_t in_pixel = in.shape[3], out_pixel = out.shape[3], image = in.shape[1] * in.shape[2];
  const float* bias_row = bias ? bias.as<float>() : nullptr;
  const std::vector<float> zeros(std::size_t(in_pixel), 0.0f);
  // An image at a time, so that its turned pixels stay in the cache.
  parallel_for(in.shape[0], 1, [&](std::int64_t n, std::int64_t) {
    Workspace<float> turned(std::size_t(image * in_pixel)), results(std::size_t(pixels_per_task * out_pixel));
    turn(in.as<float>() + n * image * in_pixel, image, groups, convolution.channels, turned.data());
    ConstView one_in{turned.data(), {1, in.shape[1], in.shape[2], in_pixel}};
    View one_out{out.as<float>() + n * out.shape[1] * out.shape[2] * out_pixel,
                 {1, out.shape[1], out.shape[2], out_pixel}};
    for (std::size_t ph = 0; ph < convolution.phases.size(); ++ph) {
      const TapConvolution& phase = convolution.phases[ph];
      const std::int64_t taps = std::int64_t(phase.taps.size()), pixels = grid_cells(phase, one_out.shape);
      std::vector<const float*> rows(std::size_t(taps * pixels_per_task));
      std::vector<float*> targets(static_cast<std::size_t>(pixels_per_task)), sums(targets.size());
      for (std::int64_t i = 0; i < pixels_per_task; ++i)
        sums[std::size_t(i)] = results.data() + i * out_pixel;
      const std::int64_t step = taps * convolution.channels * columns * lanes;
      const float* packed = convolution.weights[ph].data<float>().data();
      for (std::int64_t first = 0; first < pixels; first += pixels_per_task) {
        const std::int64_t count = std::min(pixels_per_task, pixels - first);
        point_rows(phase, one_in, one_out, first, count, zeros.data(), rows.data(), targets.data());
        for (std::int64_t block = 0; block < groups / lanes; ++block)
          vector::kernels().lanewise_product({rows.data(), count, taps, convolution.channels, groups,
                                              block * lanes, packed + block * step, columns, sums.data(),
                                              count});
        for (std::int64_t i = 0; i < count; ++i)
          turn_back(results.data() + i * out_pixel, groups, columns, bias_row, epilogue,
                    targets[std::size_t(i)]);
      }
    }
  });
}

void lanewise_weight_gradient(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  const std::int64_t lanes = vector::kernels().lanes, groups = options.groups;
  const std::int64_t columns = gw.shape[0] / groups, channels = gw.shape[1], kh = gw.shape[2],
                     kw = gw.shape[3];
  const std::int64_t in_pixel = x.shape[3], out_pixel = gy.shape[3];
  const std::int64_t in_pixels = x.shape.numel() / in_pixel, out_pixels = gy.shape.numel() / out_pixel;
  Workspace<float> turned_x(std::size_t(x.shape.numel())), turned_gy(std::size_t(gy.shape.numel()));
  const auto turn_all = [&](ConstView from, std::int64_t pixels, std::int64_t pixel, std::int64_t of_group,
                            float* to) {
    parallel_for(pixels, 64, [&](std::int64_t begin, std::int64_t end) {
      turn(from.as<float>() + begin * pixel, end - begin, groups, of_group, to + begin * pixel);
    });
  };
  turn_all(x, in_pixels, in_pixel, channels, turned_x.data());
  turn_all(gy, out_pixels, out_pixel, columns, turned_gy.data());
  const std::int64_t per_tap = channels * columns * lanes;
  // A task is one tap of one register's groups, over all pixels that meet it.
  parallel_for(kh * kw * (groups / lanes), 1, [&](std::int64_t task, std::int64_t) {
    const std::int64_t tap = task % (kh * kw), block = task / (kh * kw);
    Workspace<float> sums(static_cast<std::size_t>(per_tap));
    std::fill_n(sums.data(), sums.size(), 0.0f);
    std::vector<const float*> inputs, upstream;
    for (std::int64_t n = 0; n < gy.shape[0]; ++n)
      for (std::int64_t i = 0; i < gy.shape[1]; ++i) {
        const std::int64_t h = i * options.stride.h - options.padding.h + tap / kw * options.dilation.h;
        if (h < 0 || h >= x.shape[1]) continue;
        inputs.clear();
        upstream.clear();
        for (std::int64_t j = 0; j < gy.shape[2]; ++j) {
          const std::int64_t w = j * options.stride.w - options.padding.w + tap % kw * options.dilation.w;
          if (w < 0 || w >= x.shape[2]) continue;
          inputs.push_back(turned_x.data() + ((n * x.shape[1] + h) * x.shape[2] + w) * in_pixel +
                           block * lanes);
          upstream.push_back(turned_gy.data() + ((n * gy.shape[1] + i) * gy.shape[2] + j) * out_pixel +
                             block * lanes);
        }
        vector::kernels().lanewise_outer({inputs.data(), upstream.data(), std::int64_t(inputs.size()), groups,
                                          int(channels), int(columns), sums.data()});
      }
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t o = 0; o < columns; ++o)
        for (std::int64_t lane = 0; lane < lanes; ++lane)
          gw.as<float>()[(((block * lanes + lane) * columns + o) * channels + c) * kh * kw + tap] =
              sums[std::size_t((c * columns + o) * lanes + lane)];
  });
}

}  // namespace scrim::kernels
