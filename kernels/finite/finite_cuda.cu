#include "kernels/cuda/many_tensors.h"
#include "kernels/finite/finite.h"
#include "tensor/memory/device_memory.h"

namespace scrim::kernels {
namespace {

template <class T>
struct Numbers {
  const T* data;
  std::int64_t elements;
};

template <class T>
struct AllFiniteOp {
  float* flag;
  __device__ void operator()(const Numbers<T>& numbers, std::int64_t i) const {
    const Wide<T> value = numbers.data[i];
    if (!(value - value == 0)) *flag = 0;  // NaN for NaN and for infinity
  }
};

template <class T>
void look_at(const std::vector<ConstView>& tensors, View flag) {
  std::vector<Numbers<T>> of_type;
  for (const ConstView& tensor : tensors)
    if (tensor.dtype == DTypeOf<T>::value) of_type.push_back({tensor.on_device<T>(), tensor.shape.numel()});
  for_each_element_of(flag.device, of_type, AllFiniteOp<T>{flag.on_device<float>()});
}

}  // namespace

void all_finite_cuda(const std::vector<ConstView>& tensors, View flag) {
  cuda::fill(flag, 1);
  look_at<float>(tensors, flag);
  look_at<double>(tensors, flag);
  look_at<Float16>(tensors, flag);
  look_at<BFloat16>(tensors, flag);
}

}  // namespace scrim::kernels
