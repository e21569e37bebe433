#include "training/loop/training_task.h"

namespace scrim {

TensorFile weight_file(State weights, Facts facts, std::int64_t image_size, const char* task) {
  facts["image_size"] = fact_text(image_size);
  facts["trained_by"] = task;
  return {std::move(weights), std::move(facts)};
}

}  // namespace scrim
