#include "methods/surrogate/surrogate.h"

#include <array>

#include "base/config/config_checks.h"
#include "base/hmac.h"

namespace scrim {
namespace {

std::vector<DonorFacts> facts_of(const DonorPool& pool) {
  std::vector<DonorFacts> donors;
  for (std::int64_t i = 0; i < pool.count(); ++i) {
    const FilmLabels& labels = pool.labels(i);
    donors.push_back(
        {finding_set(labels), labels.patient.empty() ? "" : labels.source + " " + labels.patient});
  }
  return donors;
}

}  // namespace

void check(const SurrogateSettings& s, std::string_view table) {
  check_range(table, "most_cells", double(s.cells.most_cells), 0, 1 << 14);
  check_range(table, "least_donors", double(s.cells.least_donors), 1, 1e6);
  check_range(table, "least_share", s.cells.least_share, 0, 1);
}

void check_chosen(const SurrogateSettings& s, std::string_view table) {
  check_given(fmt::format("{}.pool", table), s.pool, "a folder of donors that `scrim pool` wrote");
}

Surrogate::Surrogate(const SurrogateSettings& s) {
  pool_ = std::make_shared<const DonorPool>(s.pool);
  cells_ = std::make_shared<const FindingCells>(facts_of(*pool_), s.cells);
}

std::int64_t Surrogate::donor_of(std::int64_t cell, std::uint64_t number, ReleaseKey key) const {
  const auto& donors = cells_->donors(cell);
  std::array<unsigned char, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  // 256 bits taken down to a few donors: no donor is likelier than another by more than 2^-200.
  std::uint64_t rest = 0;
  for (const unsigned char byte : hmac_sha256(key, bytes)) rest = (rest * 256 + byte) % donors.size();
  return donors[std::size_t(rest)];
}

GrayImage Surrogate::render(std::int64_t cell, std::uint64_t number, ReleaseKey key) const {
  return pool_->film(donor_of(cell, number, key));
}

ReleasedFilm Surrogate::release(const FilmInHand& film, const Random& random) const {
  require(film.labels != nullptr, name, "the film's findings did not come");
  return {
      render(encode(*film.labels), random.bits_at(0), std::array<unsigned char, release_key_size>{}), {}, 0};
}

FilmLabels Surrogate::released_labels(const FilmLabels& film) const {
  return labels_with(cells_->findings(encode(film)));
}

std::string Surrogate::describe() const {
  return fmt::format("{}, {} cells, {} donors of {}", name, cells(), pool_->count(), pool_->source());
}

}  // namespace scrim
