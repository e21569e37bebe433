#include "evaluation/attackers/embedding_attacker.h"

#include <algorithm>
#include <cmath>

#include "training/tasks/train_verifier.h"

namespace scrim {
namespace {

struct Embeddings : Attacker::Views {
  Tensor rows;  ///< [films, embed]
};

/// How a film is looked at: moved by shares of its side, turned, enlarged.
struct Look {
  double x = 0, y = 0, degrees = 0, size = 1;
};
constexpr double step = 1. / 32;
constexpr Look looks[] = {{},
                          {.x = step},
                          {.x = -step},
                          {.y = step},
                          {.y = -step},
                          {.degrees = 4},
                          {.degrees = -4},
                          {.size = 1.05},
                          {.size = 0.95}};

FilmSet seen_so(const FilmSet& films, const Look& look) {
  FilmChange change = turned(look.degrees, look.size);
  change.x0 = 2 * look.x;
  change.y0 = 2 * look.y;
  std::vector<GrayImage> images;
  for (std::int64_t i = 0; i < films.count(); ++i)
    images.push_back(image_from_tensor(changed_film(films.film(i), change), 16));
  return FilmSet(films.names(), std::move(images), films.image_size());
}

/// Adds rows of length 1 to sums.
void add_directions(Tensor& sums, const Tensor& rows) {
  const std::int64_t width = rows.size(1);
  float* to = sums.mutable_data<float>().data();
  const float* from = rows.data<float>().data();
  for (std::int64_t row = 0; row < rows.size(0); ++row) {
    double length = 0;
    for (std::int64_t i = 0; i < width; ++i) length += double(from[row * width + i]) * from[row * width + i];
    const double share = 1 / std::sqrt(std::max(length, 1e-30));
    for (std::int64_t i = 0; i < width; ++i)
      to[row * width + i] += float(double(from[row * width + i]) * share);
  }
}

}  // namespace

std::unique_ptr<Attacker::Views> EmbeddingAttacker::look(const FilmSet& films, FilmKind) {
  auto seen = std::make_unique<Embeddings>();
  for (const Look& look : looks) {
    const Tensor rows = embeddings(*verifier_.network, seen_so(films, look));
    if (!seen->rows.defined()) seen->rows = Tensor::zeros(rows.shape());
    add_directions(seen->rows, rows);
  }
  return seen;
}

std::vector<double> EmbeddingAttacker::scores(const Views& first, const Views& second,
                                              const std::vector<IndexedPair>& pairs) {
  return pair_cosines(static_cast<const Embeddings&>(first).rows, static_cast<const Embeddings&>(second).rows,
                      pairs);
}

}  // namespace scrim
