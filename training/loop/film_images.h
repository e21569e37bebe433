// Films as pictures in event files.
#pragma once

#include <fmt/format.h>

#include "tensor/compute_device.h"
#include "training/loop/event_file.h"

namespace scrim {

/// Both films [1,H,W,1] and half a gray plus twice their difference, under original/INDEX, output/INDEX and
/// difference_times_2/INDEX.
inline void log_before_and_after(EventFile& events, std::int64_t index, std::int64_t step, const Tensor& film,
                                 const Tensor& changed) {
  const Tensor before = to_host(film), after = to_host(changed);
  Tensor difference = Tensor::empty(before.shape());
  const auto out = difference.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = 0.5f + 2 * (after.data<float>()[i] - before.data<float>()[i]);
  const auto log = [&](const char* what, const Tensor& image) {
    events.image(fmt::format("{}/{}", what, index), step, image_from_tensor(image, 8));
  };
  log("original", before);
  log("output", after);
  log("difference_times_2", difference);
}

}  // namespace scrim
