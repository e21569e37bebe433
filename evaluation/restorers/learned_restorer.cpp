#include "evaluation/restorers/learned_restorer.h"

#include "training/tasks/train_restorer.h"

namespace scrim {

LearnedRestorer::LearnedRestorer(const std::string& weights, const Training& training)
    : restorer_(load_network<FlowUNetSettings>(weights)), training_(training) {
  // Weights are packed in the first call. After it, several threads may call at once.
  restored_films(*restorer_.network, to_compute_device(Tensor::zeros({1, 16, 16, 1})));
}

FilmSet LearnedRestorer::restored(const FilmSet& real, const FilmSet& released, std::uint64_t) const {
  std::vector<GrayImage> found;
  for (std::int64_t i = 0; i < released.count(); ++i)
    found.push_back(
        image_from_tensor(to_host(restored_films(*restorer_.network, to_compute_device(released.film(i)))),
                          released.image(i).bits));
  return FilmSet(real.names(), std::move(found), real.image_size());
}

}  // namespace scrim
