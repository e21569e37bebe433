// Batches made on a background thread, one ahead of the step that needs them.
#pragma once

#include <functional>
#include <future>
#include <optional>

#include "tensor/compute_device.h"
#include "tensor/parallel.h"

namespace scrim {

/// Makes T from a Key. What `make` gives depends on the key alone, so a batch is the same whether it was
/// prepared or not. One caller; `make` may run beside it.
template <class Key, class T>
class BatchAhead {
 public:
  explicit BatchAhead(std::function<T(const Key&)> make) : make_(std::move(make)) {}
  ~BatchAhead() {
    if (coming_.valid()) coming_.wait();
  }

  /// The batch on compute_device(), waited for or made now, while `next` (when there is one) begins to be made
  /// in the background. Rethrows what `make` threw.
  T take(const Key& key, const std::optional<Key>& next) {
    T batch = coming_.valid() && key_ == key ? coming_.get() : make_(key);
    if (next) {
      key_ = *next;
      coming_ = std::async(std::launch::async, [this, key = *next] {
        const SerialLoops serial;
        return make_(key);
      });
    }
    return on_compute_device(std::move(batch));
  }

 private:
  std::function<T(const Key&)> make_;
  std::future<T> coming_;
  Key key_{};
};

}  // namespace scrim
