#include "evaluation/restorers/averaging.h"

namespace scrim {

Averaging::Averaging(const Releaser& releaser, std::int64_t releases)
    : releaser_(releaser), releases_(releases) {}

std::string Averaging::knows() const {
  return fmt::format("{} releases of each film", releases_);
}

FilmSet Averaging::restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const {
  std::vector<std::vector<double>> sums;
  std::vector<GrayImage> means;
  for (std::int64_t release = 0; release < releases_; ++release) {
    const std::uint64_t numbers = draw * std::uint64_t(releases_) + std::uint64_t(release);
    const FilmSet films = numbers == 0 ? released : releaser_.release(real, numbers);
    for (std::int64_t i = 0; i < films.count(); ++i) {
      const GrayImage image = films.image(i);
      if (release == 0) {
        sums.emplace_back(image.pixels.size(), 0.0);
        means.push_back({image.height, image.width, image.bits, {}});
      }
      for (std::size_t p = 0; p < image.pixels.size(); ++p) sums[std::size_t(i)][p] += image.pixels[p];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    for (const double sum : sums[i]) means[i].pixels.push_back(std::uint16_t(sum / double(releases_) + 0.5));
  return FilmSet(real.names(), std::move(means), real.image_size());
}

}  // namespace scrim
