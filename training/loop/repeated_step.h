// A step as a CUDA graph: training.cuda_graph. A small network's step is hundreds of short launches, which take longer to
// queue than to run. The step is recorded once and replayed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/notice.h"
#include "tensor/compute_device.h"
#include "tensor/device_graph.h"
#include "training/loop/learner.h"

namespace scrim {

template <class Batch>
class RepeatedStep {
 public:
  using Work = std::function<std::vector<StepValue>(const Batch&)>;

  /// work(batch), or, with `as_graph`, from the third step of its kind on a graph of it: the first two let libraries choose
  /// their algorithms. A kind is the batch's shapes, and `variant`: all that the work depends on besides the batch's
  /// tensors and what is changed in place. Values hold the last step's numbers until the next.
  std::vector<StepValue> operator()(bool as_graph, const Batch& batch, const std::string& variant,
                                    const Work& work) {
    if (!as_graph) return work(batch);
    if (kinds_.size() > most_kinds)
      std::erase_if(kinds_, [](const auto& kind) { return !kind.second.graph; });
    if (kinds_.size() > most_kinds) return work(batch);
    Kind& kind = kinds_[variant + shapes_of(batch)];
    if (++kind.steps < 3 || kind.has_no_room) return work(batch);
    if (kind.graph)
      copy(batch, kind.batch);
    else if (!capture(kind, batch, work))
      return work(batch);
    kind.graph->replay();
    return kind.values;
  }

 private:
  static constexpr std::size_t most_kinds = 8;

  struct Kind {
    std::int64_t steps = 0;
    bool has_no_room = false;
    Batch batch{};  ///< where the graph reads
    std::vector<StepValue> values;
    std::unique_ptr<DeviceGraph> graph;
  };

  /// False when the device has no room for one more graph: such steps go on as they did.
  static bool capture(Kind& kind, const Batch& batch, const Work& work) {
    try {
      kind.batch = batch;
      for_each_tensor_of(kind.batch, [](Tensor& tensor) { tensor = tensor.clone(); });
      kind.graph =
          DeviceGraph::capture(compute_device(), [&] { kind.values = work(std::as_const(kind.batch)); });
    } catch (const CaptureError& e) {
      throw UsageError(fmt::format("{}. Set training.cuda_graph = false", e.what()));
    } catch (const NoRoomError& e) {
      notice(fmt::format("training continues without replay: {}", e.what()));
      kind.values.clear();
      kind.batch = Batch{};
      kind.has_no_room = true;
    }
    return kind.graph != nullptr;
  }

  static std::string shapes_of(const Batch& batch) {
    std::string text;
    for_each_tensor_of(Batch(batch),
                       [&](Tensor& tensor) { text += tensor.defined() ? tensor.shape().str() : "-"; });
    return text;
  }
  static void copy(const Batch& from, Batch& to) {
    std::vector<Tensor> tensors;
    for_each_tensor_of(Batch(from), [&](Tensor& tensor) { tensors.push_back(tensor); });
    auto next = tensors.begin();
    for_each_tensor_of(to, [&](Tensor& tensor) {
      if (tensor.defined()) tensor.copy_from(*next);
      ++next;
    });
  }

  std::map<std::string, Kind> kinds_;
};

}  // namespace scrim
