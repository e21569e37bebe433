#include "evaluation/restorers/gate_cut.h"

namespace scrim {

FilmSet GateCut::restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const {
  std::vector<GrayImage> cut;
  for (std::int64_t i = 0; i < released.count(); ++i) {
    GrayImage film = released.image(i);
    const Tensor gate = resized_film(releaser_.release_one(real, i, draw).gate, film.height, film.width);
    const auto gray = std::uint16_t((1 << film.bits) / 2);
    for (std::size_t p = 0; p < film.pixels.size(); ++p)
      if (gate.data<float>()[p] <= 0.5f) film.pixels[p] = gray;
    cut.push_back(std::move(film));
  }
  return FilmSet(real.names(), std::move(cut), real.image_size());
}

}  // namespace scrim
