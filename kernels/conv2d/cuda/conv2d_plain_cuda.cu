#include "kernels/conv2d/cuda/conv2d_plain_cuda.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

/// The sizes of a convolution, and which pixels meet.
struct Sizes {
  std::int64_t images, height, width, channels;  ///< of x
  std::int64_t out_height, out_width, outputs;   ///< of y
  std::int64_t kernel_height, kernel_width, per_group,
      outputs_per_group;  ///< of w; per_group: its input channels
  Conv2dOptions o;
  bool is_packed;

  __device__ std::int64_t row_of(std::int64_t out_row, std::int64_t i) const {
    return out_row * o.stride.h - o.padding.h + i * o.dilation.h;
  }
  __device__ std::int64_t column_of(std::int64_t out_column, std::int64_t j) const {
    return out_column * o.stride.w - o.padding.w + j * o.dilation.w;
  }
  __device__ bool is_inside(std::int64_t h, std::int64_t w) const {
    return h >= 0 && h < height && w >= 0 && w < width;
  }
  __device__ std::int64_t weight(std::int64_t output, std::int64_t c, std::int64_t i, std::int64_t j) const {
    return is_packed ? ((output * kernel_height + i) * kernel_width + j) * per_group + c
                     : ((output * per_group + c) * kernel_height + i) * kernel_width + j;
  }
};

Sizes sizes_of(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o, WeightOrder order) {
  return {x[0],
          x[1],
          x[2],
          x[3],
          y[1],
          y[2],
          y[3],
          w[2],
          w[3],
          w[1],
          w[0] / o.groups,
          o,
          order == WeightOrder::packed};
}

template <class T>
struct PlainForwardKernel {
  Sizes s;
  const T *x, *w;
  const Wide<T>* b;
  T* y;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t output = at % s.outputs, column = at / s.outputs % s.out_width;
    const std::int64_t row = at / s.outputs / s.out_width % s.out_height,
                       n = at / s.outputs / s.out_width / s.out_height;
    const std::int64_t first = output / s.outputs_per_group * s.per_group;
    Wide<T> sum = b ? b[output] : 0;
    for (std::int64_t i = 0; i < s.kernel_height; ++i)
      for (std::int64_t j = 0; j < s.kernel_width; ++j) {
        const std::int64_t h = s.row_of(row, i), v = s.column_of(column, j);
        if (!s.is_inside(h, v)) continue;
        const T* pixel = x + ((n * s.height + h) * s.width + v) * s.channels + first;
        for (std::int64_t c = 0; c < s.per_group; ++c) sum += pixel[c] * w[s.weight(output, c, i, j)];
      }
    y[at] = T(sum);
  }
};

template <class T>
struct PlainInputKernel {
  Sizes s;
  const T *gy, *w;
  T* gx;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t channel = at % s.channels, v = at / s.channels % s.width;
    const std::int64_t h = at / s.channels / s.width % s.height, n = at / s.channels / s.width / s.height;
    const std::int64_t c = channel % s.per_group, first = channel / s.per_group * s.outputs_per_group;
    Wide<T> sum = 0;
    for (std::int64_t i = 0; i < s.kernel_height; ++i)
      for (std::int64_t j = 0; j < s.kernel_width; ++j) {
        const std::int64_t down = h + s.o.padding.h - i * s.o.dilation.h,
                           right = v + s.o.padding.w - j * s.o.dilation.w;
        if (down < 0 || right < 0 || down % s.o.stride.h != 0 || right % s.o.stride.w != 0) continue;
        const std::int64_t row = down / s.o.stride.h, column = right / s.o.stride.w;
        if (row >= s.out_height || column >= s.out_width) continue;
        const T* upstream = gy + ((n * s.out_height + row) * s.out_width + column) * s.outputs;
        for (std::int64_t k = first; k < first + s.outputs_per_group; ++k)
          sum += upstream[k] * w[s.weight(k, c, i, j)];
      }
    gx[at] = T(sum);
  }
};

template <class T>
struct PlainWeightKernel {
  Sizes s;
  const T *x, *gy;
  Wide<T>* gw;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t j = at % s.kernel_width, i = at / s.kernel_width % s.kernel_height;
    const std::int64_t c = at / s.kernel_width / s.kernel_height % s.per_group;
    const std::int64_t output = at / s.kernel_width / s.kernel_height / s.per_group;
    const std::int64_t channel = output / s.outputs_per_group * s.per_group + c;
    Wide<T> sum = 0;
    for (std::int64_t n = 0; n < s.images; ++n)
      for (std::int64_t row = 0; row < s.out_height; ++row)
        for (std::int64_t column = 0; column < s.out_width; ++column) {
          const std::int64_t h = s.row_of(row, i), v = s.column_of(column, j);
          if (!s.is_inside(h, v)) continue;
          sum += gy[((n * s.out_height + row) * s.out_width + column) * s.outputs + output] *
                 x[((n * s.height + h) * s.width + v) * s.channels + channel];
        }
    gw[at] = sum;
  }
};

/// Element `at` of packed[O, taps, I] and its place in w[O, I, taps].
struct PackedPlace {
  std::int64_t inputs, taps;
  __device__ std::int64_t input(std::int64_t at) const { return at % inputs; }
  __device__ std::int64_t output(std::int64_t at) const { return at / inputs / taps; }
  __device__ std::int64_t in_w(std::int64_t at) const {
    return (output(at) * inputs + input(at)) * taps + at / inputs % taps;
  }
};

template <class T>
struct PackWeightsKernel {
  PackedPlace order;
  const float *w, *scale;
  bool scale_inputs;
  std::int64_t outputs_per_group;
  T* packed;
  __device__ void operator()(std::int64_t at) const {
    const std::int64_t output = order.output(at);
    const std::int64_t channel =
        scale_inputs ? output / outputs_per_group * order.inputs + order.input(at) : output;
    packed[at] = T(w[order.in_w(at)] * (scale ? scale[channel] : 1.0f));
  }
};

template <class T>
struct UnpackWeightsKernel {
  PackedPlace order;
  const T* packed;
  float* w;
  __device__ void operator()(std::int64_t at) const { w[order.in_w(at)] = packed[at]; }
};

template <class T>
struct FinishConvolutionKernel {
  const T* sum;
  const float* bias;
  std::int64_t channels;
  ConvEpilogue epilogue;
  T* y;
  __device__ void operator()(std::int64_t i) const {
    float value = sum[i] + (bias ? bias[i % channels] : 0.0f);
    if (epilogue.add) value += y[i];
    y[i] = T(value < 0 ? epilogue.slope * value : value);
  }
};

}  // namespace

void conv2d_forward_plain_cuda(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options,
                               WeightOrder order) {
  for_floating_type(y.dtype, "conv2d", [&]<class T>(T) {
    cuda::for_each_element(
        y.device, y.shape.numel(),
        PlainForwardKernel<T>{sizes_of(x.shape, w.shape, y.shape, options, order), x.on_device<T>(),
                              w.on_device<T>(), b ? b.on_device<Wide<T>>() : nullptr, y.on_device<T>()});
  });
}

void conv2d_backward_input_plain_cuda(ConstView gy, ConstView w, View gx, const Conv2dOptions& options,
                                      WeightOrder order) {
  for_floating_type(gx.dtype, "conv2d", [&]<class T>(T) {
    cuda::for_each_element(gx.device, gx.shape.numel(),
                           PlainInputKernel<T>{sizes_of(gx.shape, w.shape, gy.shape, options, order),
                                               gy.on_device<T>(), w.on_device<T>(), gx.on_device<T>()});
  });
}

void conv2d_backward_weight_plain_cuda(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  for_floating_type(x.dtype, "conv2d", [&]<class T>(T) {
    cuda::for_each_element(
        gw.device, gw.shape.numel(),
        PlainWeightKernel<T>{sizes_of(x.shape, gw.shape, gy.shape, options, WeightOrder::plain),
                             x.on_device<T>(), gy.on_device<T>(), gw.on_device<Wide<T>>()});
  });
}

namespace {

/// Calls body with f32 or the type of 16 bits, in which cuDNN's convolutions compute.
template <class Body>
void for_product_type(DType dtype, Body&& body) {
  if (dtype == DType::f16) return body(Float16{});
  if (dtype == DType::bf16) return body(BFloat16{});
  body(float{});
}

}  // namespace

void pack_weights_cuda(ConstView w, ConstView scale, bool scale_inputs, std::int64_t groups, View packed) {
  for_product_type(packed.dtype, [&]<class T>(T) {
    cuda::for_each_element(w.device, w.shape.numel(),
                           PackWeightsKernel<T>{{w.shape[1], w.shape[2] * w.shape[3]},
                                                w.on_device<float>(),
                                                scale ? scale.on_device<float>() : nullptr,
                                                scale_inputs,
                                                w.shape[0] / groups,
                                                packed.on_device<T>()});
  });
}

void unpack_weights_cuda(ConstView packed, View w) {
  for_product_type(packed.dtype, [&]<class T>(T) {
    cuda::for_each_element(
        w.device, w.shape.numel(),
        UnpackWeightsKernel<T>{
            {w.shape[1], w.shape[2] * w.shape[3]}, packed.on_device<T>(), w.on_device<float>()});
  });
}

void finish_convolution_cuda(ConstView sum, ConstView bias, const ConvEpilogue& epilogue, View y) {
  for_product_type(y.dtype, [&]<class T>(T) {
    cuda::for_each_element(
        y.device, y.shape.numel(),
        FinishConvolutionKernel<T>{sum.on_device<T>(), bias ? bias.on_device<float>() : nullptr,
                                   y.shape[y.shape.rank() - 1], epilogue, y.on_device<T>()});
  });
}

}  // namespace scrim::kernels
