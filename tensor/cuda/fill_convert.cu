#include "tensor/cuda/launch.h"
#include "tensor/memory/device_memory.h"

namespace scrim::cuda {
namespace {

template <class T>
struct FillKernel {
  T* out;
  T value;
  __device__ void operator()(std::int64_t i) const { out[i] = value; }
};

template <class From, class To>
struct ConvertKernel {
  const From* in;
  To* out;
  __device__ void operator()(std::int64_t i) const { out[i] = static_cast<To>(in[i]); }
};

}  // namespace

void fill(View view, double value) {
  for_any_type(view.dtype, [&]<class T>(T) {
    for_each_element(view.device, view.shape.numel(),
                     FillKernel<T>{view.on_device<T>(), static_cast<T>(value)});
  });
}

void convert(ConstView from, View to) {
  for_any_type(from.dtype, [&]<class From>(From) {
    for_any_type(to.dtype, [&]<class To>(To) {
      for_each_element(to.device, to.shape.numel(),
                       ConvertKernel<From, To>{from.on_device<From>(), to.on_device<To>()});
    });
  });
}

}  // namespace scrim::cuda
