// Rows are cut into chunks of about 32 KiB, whatever the number of threads; a chunk's f32 sums are joined in
// double, in order. Means and squared distances are joined by Chan, Golub, LeVeque, "Updating formulae ...
// sample variances", 1979.
#include <algorithm>
#include <vector>

#include "kernels/batch_norm/batch_norm.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

struct Chunks {
  std::int64_t channels, rows, size, count;
  explicit Chunks(const ConstView& x, std::int64_t channel_count)
      : channels(channel_count),
        rows(x.shape.numel() / channel_count),
        size(std::max<std::int64_t>(1, 8192 / channel_count)),
        count((rows + size - 1) / size) {}
};

/// weight * rstd
std::vector<float> scale_of(ConstView rstd, ConstView weight) {
  std::vector<float> scale;
  for (std::int64_t c = 0; c < rstd.shape[0]; ++c)
    scale.push_back(weight.as<float>()[c] * rstd.as<float>()[c]);
  return scale;
}

}  // namespace

void batch_norm_statistics_cpu(ConstView x, View mean, View variance) {
  const Chunks chunks(x, mean.shape[0]);
  const std::int64_t channels = chunks.channels;
  const float* in = x.as<float>();
  Workspace<float> means(std::size_t(chunks.count * channels)), squares(std::size_t(chunks.count * channels));
  parallel_for(chunks.rows, chunks.size, [&](std::int64_t begin, std::int64_t end) {
    float* chunk_mean = means.data() + begin / chunks.size * channels;
    vector::kernels().column_sums(in + begin * channels, end - begin, channels, chunk_mean);
    for (std::int64_t c = 0; c < channels; ++c) chunk_mean[c] /= float(end - begin);
    vector::kernels().column_squares(in + begin * channels, chunk_mean, end - begin, channels,
                                     squares.data() + begin / chunks.size * channels);
  });
  for (std::int64_t c = 0; c < channels; ++c) {
    double joined = 0, total_mean = 0, total_squares = 0;
    for (std::int64_t i = 0; i < chunks.count; ++i) {
      const double count = double(std::min(chunks.size, chunks.rows - i * chunks.size));
      const double distance = means[std::size_t(i * channels + c)] - total_mean;
      total_mean += distance * count / (joined + count);
      total_squares +=
          squares[std::size_t(i * channels + c)] + distance * distance * joined * count / (joined + count);
      joined += count;
    }
    mean.as<float>()[c] = float(total_mean);
    variance.as<float>()[c] = float(total_squares / double(chunks.rows));
  }
}

void batch_norm_apply_cpu(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                          View y, bool relu) {
  const Chunks chunks(x, mean.shape[0]);
  const std::vector<float> scale = scale_of(rstd, weight);
  const vector::Affine a{mean.as<float>(), scale.data(), bias.as<float>(), chunks.channels, relu};
  const float* in = x.as<float>();
  float* out = y.as<float>();
  parallel_for(chunks.rows, chunks.size, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().affine(a, in + begin * chunks.channels, out + begin * chunks.channels, end - begin);
  });
}

void batch_norm_backward_cpu(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                             ConstView gy, View gx, View gweight, View gbias, bool relu,
                             bool fixed_statistics) {
  const Chunks chunks(x, mean.shape[0]);
  const std::int64_t channels = chunks.channels;
  const std::vector<float> scale = scale_of(rstd, weight);
  const vector::NormBackward norm{mean.as<float>(), rstd.as<float>(), scale.data(),
                                  bias.as<float>(), channels,         relu};
  const float *in = x.as<float>(), *upstream = gy.as<float>();
  Workspace<float> sums(std::size_t(chunks.count * channels)), moments(std::size_t(chunks.count * channels));
  parallel_for(chunks.rows, chunks.size, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t at = begin / chunks.size * channels;
    vector::kernels().norm_backward_sums(norm, in + begin * channels, upstream + begin * channels,
                                         end - begin, sums.data() + at, moments.data() + at);
  });
  std::vector<float> mean_g(std::size_t(channels), 0.0f), mean_gx(std::size_t(channels), 0.0f);
  for (std::int64_t c = 0; c < channels; ++c) {
    double sum = 0, moment = 0;
    for (std::int64_t i = 0; i < chunks.count; ++i) {
      sum += sums[std::size_t(i * channels + c)];
      moment += moments[std::size_t(i * channels + c)];
    }
    gbias.as<float>()[c] = float(sum);
    gweight.as<float>()[c] = float(moment);
    if (fixed_statistics) continue;
    mean_g[std::size_t(c)] = float(sum / double(chunks.rows));
    mean_gx[std::size_t(c)] = float(moment / double(chunks.rows));
  }
  float* out = gx.as<float>();
  parallel_for(chunks.rows, chunks.size, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().norm_backward_apply(norm, in + begin * channels, upstream + begin * channels,
                                          mean_g.data(), mean_gx.data(), out + begin * channels, end - begin);
  });
}

}  // namespace scrim::kernels
