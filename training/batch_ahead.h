// Batches made on a background thread, one ahead of the step that needs them.
#pragma once

#include <functional>
#include <future>
#include <optional>

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

  /// Starts on the batch unless it is the one that is coming already.
  void prepare(const Key& key) {
    if (coming_.valid() && key_ == key) return;
    if (coming_.valid()) coming_.wait();
    key_ = key;
    coming_ = std::async(std::launch::async, [this, key] {
      const SerialLoops serial;
      return make_(key);
    });
  }
  /// The batch; waits for it, or makes it now. Rethrows what `make` threw.
  T take(const Key& key) {
    if (!coming_.valid() || !(key_ == key)) return make_(key);
    return coming_.get();
  }

 private:
  std::function<T(const Key&)> make_;
  std::future<T> coming_;
  Key key_{};
};

}  // namespace scrim
