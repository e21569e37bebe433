#include "evaluation/attackers/difference_attacker.h"

#include <algorithm>
#include <cmath>

#include "tensor/parallel.h"

namespace scrim {
namespace {

constexpr double unknown_difference = 0.5, ridge = 1e-3;

DifferenceAttacker::Row difference(const DifferenceAttacker::Row& a, const DifferenceAttacker::Row& b) {
  DifferenceAttacker::Row row;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double known = std::abs(a[i] - b[i]), apart = std::isnan(known) ? unknown_difference : known;
    row.push_back(apart);
    row.push_back(std::sqrt(apart));  // a year apart and forty years apart both tell something
  }
  return row;
}

/// Rows or columns from one side that hold a single gray, as a share of the side.
double flat_border(const GrayImage& image, bool rows, bool from_end) {
  const std::int64_t lines = rows ? image.height : image.width, across = rows ? image.width : image.height;
  const auto pixel = [&](std::int64_t line, std::int64_t k) {
    const std::int64_t at = from_end ? lines - 1 - line : line;
    return image.pixels[std::size_t(rows ? at * image.width + k : k * image.width + at)];
  };
  for (std::int64_t line = 0; line < lines; ++line)
    for (std::int64_t k = 1; k < across; ++k)
      if (pixel(line, k) != pixel(line, 0)) return double(line) / double(lines);
  return 1;
}

DifferenceAttacker::Row side_channels(const GrayImage& image) {
  const double full = image.bits == 8 ? 255 : 65535;
  DifferenceAttacker::Row row{std::log(double(image.height)), std::log(double(image.width)),
                              double(image.bits) / 8, std::log(double(encode_png(image).size()))};
  for (const bool rows : {true, false})
    for (const bool from_end : {false, true}) row.push_back(flat_border(image, rows, from_end));
  // Corners: how much of them is white, as text and markers are.
  const std::int64_t h = std::max<std::int64_t>(1, image.height / 8),
                     w = std::max<std::int64_t>(1, image.width / 8);
  for (const std::int64_t top : {std::int64_t(0), image.height - h})
    for (const std::int64_t left : {std::int64_t(0), image.width - w}) {
      double white = 0;
      for (std::int64_t r = top; r < top + h; ++r)
        for (std::int64_t c = left; c < left + w; ++c)
          white += image.pixels[std::size_t(r * image.width + c)] > 0.9 * full;
      row.push_back(white / double(h * w));
    }
  constexpr std::size_t bins = 16;
  std::vector<double> below(bins, 0);
  for (const std::uint16_t pixel : image.pixels)
    below[std::min(bins - 1, std::size_t(double(pixel) / full * bins))] += 1 / double(image.pixels.size());
  for (std::size_t bin = 1; bin < bins; ++bin) below[bin] += below[bin - 1];
  row.insert(row.end(), below.begin(), below.end() - 1);
  return row;
}

}  // namespace

struct DifferenceAttacker::Seen : Views {
  std::vector<Row> rows;
};

DifferenceAttacker::DifferenceAttacker(AttackerFacts facts, Rows rows)
    : facts_(std::move(facts)), rows_(std::move(rows)) {}

std::unique_ptr<Attacker::Views> DifferenceAttacker::look(const FilmSet& films, FilmKind kind) {
  auto seen = std::make_unique<Seen>();
  seen->rows = rows_(films, kind);
  return seen;
}

void DifferenceAttacker::learn(const Views& first, const Views& second,
                               const std::vector<IndexedPair>& pairs) {
  const auto &a = static_cast<const Seen&>(first).rows, &b = static_cast<const Seen&>(second).rows;
  std::vector<Row> rows;
  std::vector<bool> same;
  for (const IndexedPair& pair : pairs) {
    rows.push_back(difference(a[std::size_t(pair.first)], b[std::size_t(pair.second)]));
    same.push_back(pair.same_patient);
  }
  regression_.emplace(rows, same, ridge);
}

std::vector<double> DifferenceAttacker::scores(const Views& first, const Views& second,
                                               const std::vector<IndexedPair>& pairs) {
  require(regression_.has_value(), facts_.name, "has learned nothing yet");
  const auto &a = static_cast<const Seen&>(first).rows, &b = static_cast<const Seen&>(second).rows;
  std::vector<double> scores;
  for (const IndexedPair& pair : pairs)
    scores.push_back((*regression_)(difference(a[std::size_t(pair.first)], b[std::size_t(pair.second)])));
  return scores;
}

DifferenceAttacker::Rows attribute_rows(const LabelTable& labels) {
  const bool has_sex = labels.has("sex"), has_view = labels.has("view"), has_age = labels.has("age");
  require(has_sex || has_view || has_age, "attributes", "the table has no column sex, view or age");
  return [=, &labels](const FilmSet& films, FilmKind) {
    std::vector<DifferenceAttacker::Row> rows;
    const auto either = [](const std::string& value, std::string_view one) {
      return value.empty() ? std::nan("") : double(value == one);
    };
    for (const auto& name : films.names()) {
      const FilmLabels film = labels.contains(name) ? labels.of(name) : FilmLabels{};
      DifferenceAttacker::Row row;
      if (has_sex) row.push_back(either(film.sex, "M"));
      if (has_view) row.push_back(either(film.view, "PA"));
      if (has_age) row.push_back(film.age_years.value_or(std::nan("")) / 10);
      rows.push_back(std::move(row));
    }
    return rows;
  };
}

DifferenceAttacker::Rows finding_rows(const LabelTable& labels, const LabelTable& released) {
  return [=](const FilmSet& films, FilmKind kind) {
    std::vector<DifferenceAttacker::Row> rows;
    for (const auto& name : films.names()) {
      const auto& findings = (kind == FilmKind::real ? labels : released).of(name).findings;
      rows.emplace_back(findings.begin(), findings.end());
    }
    return rows;
  };
}

DifferenceAttacker::Rows side_channel_rows(
    std::function<GrayImage(const FilmSet&, std::int64_t, FilmKind)> image) {
  return [image = std::move(image)](const FilmSet& films, FilmKind kind) {
    std::vector<DifferenceAttacker::Row> rows(std::size_t(films.count()));
    parallel_for(films.count(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) rows[std::size_t(i)] = side_channels(image(films, i, kind));
    });
    return rows;
  };
}

}  // namespace scrim
