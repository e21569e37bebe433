// max_pool2d over images: threads take output rows (forward) and images (backward), windows may overlap.
#include <algorithm>
#include <vector>

#include "kernels/pool/pool.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void max_pool2d_forward_cpu(ConstView x, View y, View from, const PoolOptions& options) {
  const float* in = x.as<float>();
  float* out = y.as<float>();
  std::uint8_t* winners = from ? from.as<std::uint8_t>() : nullptr;
  const std::int64_t height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const std::int64_t rows = y.shape[1], columns = y.shape[2];
  parallel_for(y.shape[0] * rows, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<const float*> inputs(std::size_t(options.kernel * options.kernel));
    std::vector<float> cells(inputs.size());
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t n = row / rows, top = row % rows * options.stride - options.padding;
        const std::int64_t left = column * options.stride - options.padding;
        std::size_t count = 0;
        for (std::int64_t h = std::max<std::int64_t>(top, 0); h < std::min(top + options.kernel, height); ++h)
          for (std::int64_t w = std::max<std::int64_t>(left, 0); w < std::min(left + options.kernel, width);
               ++w) {
            inputs[count] = in + ((n * height + h) * width + w) * channels;
            cells[count++] = float((h - top) * options.kernel + w - left);
          }
        const std::int64_t at = (row * columns + column) * channels;
        vector::kernels().max_window(
            {inputs.data(), cells.data(), int(count), channels, out + at, winners ? winners + at : nullptr});
      }
  });
}

void max_pool2d_backward_cpu(ConstView gy, ConstView from, View gx, const PoolOptions& options) {
  const float* upstream = gy.as<float>();
  const std::uint8_t* cells = from.as<std::uint8_t>();
  float* out = gx.as<float>();
  const std::int64_t height = gx.shape[1], width = gx.shape[2], channels = gx.shape[3];
  const std::int64_t rows = gy.shape[1], columns = gy.shape[2];
  // Without overlap every output row owns its rows of gx; with overlap an image is the unit.
  const bool overlap = options.stride < options.kernel || options.padding > 0;
  const std::int64_t rows_per_task = overlap ? rows : 4;
  parallel_for(gy.shape[0] * rows, rows_per_task, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first_row = begin / rows * height + (overlap ? 0 : begin % rows * options.stride);
    const bool last_of_image = end % rows == 0;
    const std::int64_t end_row =
        last_of_image ? end / rows * height : end / rows * height + end % rows * options.stride;
    // A task's rows may begin in one image and end in the next; the range of gx between them is its own.
    std::fill(out + first_row * width * channels, out + end_row * width * channels, 0.0f);
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t n = row / rows, top = row % rows * options.stride - options.padding;
        const std::int64_t left = column * options.stride - options.padding;
        const std::int64_t at = (row * columns + column) * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
          const std::int64_t h = top + cells[at + c] / options.kernel,
                             w = left + cells[at + c] % options.kernel;
          out[((n * height + h) * width + w) * channels + c] += upstream[at + c];
        }
      }
  });
}

void avg_pool2d_forward_cpu(ConstView x, View y, const PoolOptions& options) {
  const std::int64_t height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const std::int64_t rows = y.shape[1], columns = y.shape[2];
  const float share = 1.0f / float(options.kernel * options.kernel);
  parallel_for(y.shape[0] * rows, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t n = row / rows, top = row % rows * options.stride - options.padding;
        const std::int64_t left = column * options.stride - options.padding;
        float* out = y.as<float>() + (row * columns + column) * channels;
        std::fill_n(out, channels, 0.0f);
        for (std::int64_t h = std::max<std::int64_t>(top, 0); h < std::min(top + options.kernel, height); ++h)
          for (std::int64_t w = std::max<std::int64_t>(left, 0); w < std::min(left + options.kernel, width);
               ++w) {
            const float* in = x.as<float>() + ((n * height + h) * width + w) * channels;
            for (std::int64_t c = 0; c < channels; ++c) out[c] += in[c];
          }
        for (std::int64_t c = 0; c < channels; ++c) out[c] *= share;
      }
  });
}

void avg_pool2d_backward_cpu(ConstView gy, View gx, const PoolOptions& options) {
  const std::int64_t height = gx.shape[1], width = gx.shape[2], channels = gx.shape[3];
  const std::int64_t rows = gy.shape[1], columns = gy.shape[2];
  const float share = 1.0f / float(options.kernel * options.kernel);
  // Windows may overlap: a thread takes whole images.
  parallel_for(gx.shape[0], 1, [&](std::int64_t n, std::int64_t) {
    float* image = gx.as<float>() + n * height * width * channels;
    std::fill_n(image, height * width * channels, 0.0f);
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t top = row * options.stride - options.padding;
        const std::int64_t left = column * options.stride - options.padding;
        const float* upstream = gy.as<float>() + ((n * rows + row) * columns + column) * channels;
        for (std::int64_t h = std::max<std::int64_t>(top, 0); h < std::min(top + options.kernel, height); ++h)
          for (std::int64_t w = std::max<std::int64_t>(left, 0); w < std::min(left + options.kernel, width);
               ++w) {
            float* out = image + (h * width + w) * channels;
            for (std::int64_t c = 0; c < channels; ++c) out[c] += upstream[c] * share;
          }
      }
  });
}

}  // namespace scrim::kernels
