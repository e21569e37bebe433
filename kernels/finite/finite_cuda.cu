// One launch for many tensors: a network has hundreds of gradients, most of them small.
#include "kernels/finite/finite.h"
#include "tensor/cuda/launch.h"
#include "tensor/device_memory.h"

namespace scrim::kernels {
namespace {

/// Tensors of one type, each cut into chunks; a block looks at one chunk.
template <class T>
struct AllFiniteKernel {
  static constexpr int most = 96;
  static constexpr std::int64_t chunk = 16384;
  const T* data[most];
  std::int64_t elements[most], end_block[most];  ///< blocks up to and with this tensor's
  int count;
  float* flag;

  __device__ void operator()(std::int64_t block) const {
    int p = 0;
    while (block >= end_block[p]) ++p;
    const std::int64_t first = (block - (p > 0 ? end_block[p - 1] : 0)) * chunk;
    const std::int64_t last = first + chunk < elements[p] ? first + chunk : elements[p];
    bool finite = true;
    for (std::int64_t i = first + threadIdx.x; i < last; i += cuda::threads_per_block)
      finite &= data[p][i] - data[p][i] == 0;  // NaN for NaN and for infinity
    if (!finite) *flag = 0;
  }
};

template <class T>
void look_at(const std::vector<ConstView>& tensors, View flag) {
  AllFiniteKernel<T> look{};
  look.flag = flag.on_device<float>();
  std::int64_t blocks = 0;
  const auto launch = [&] {
    cuda::for_each_block(flag.device, blocks, look);
    look.count = 0;
    blocks = 0;
  };
  for (const ConstView& tensor : tensors) {
    if (tensor.dtype != DTypeOf<T>::value || tensor.shape.numel() == 0) continue;
    if (look.count == AllFiniteKernel<T>::most) launch();
    blocks += (tensor.shape.numel() + AllFiniteKernel<T>::chunk - 1) / AllFiniteKernel<T>::chunk;
    look.data[look.count] = tensor.on_device<T>();
    look.elements[look.count] = tensor.shape.numel();
    look.end_block[look.count++] = blocks;
  }
  launch();
}

}  // namespace

void all_finite_cuda(const std::vector<ConstView>& tensors, View flag) {
  cuda::fill(flag, 1);
  look_at<float>(tensors, flag);
  look_at<double>(tensors, flag);
}

}  // namespace scrim::kernels
