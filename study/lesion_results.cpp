#include <map>

#include "data/files/film_labels.h"
#include "study/result_fields.h"
#include "study/results.h"

namespace scrim {
namespace {

/// Means over lesions of one kind.
struct LesionMeans {
  std::int64_t count = 0, with_twin = 0;
  double covered = 0, before = 0, after = 0;

  void add(const KeptLesion& lesion) {
    ++count;
    covered += lesion.covered;
    after += lesion.contrast_after;
    if (!lesion.contrast_before) return;
    ++with_twin;
    before += *lesion.contrast_before;
  }
  Json json(const std::string& what) const {
    return {{"lesions", what},
            {"count", count},
            {"mean_covered", covered / double(count)},
            {"mean_contrast_before", with_twin ? Json(before / double(with_twin)) : Json(nullptr)},
            {"mean_contrast_after", after / double(count)}};
  }
  std::string text(const std::string& what) const {
    const std::string contrast =
        with_twin ? fmt::format("{:.3f} -> {:.3f}", before / double(with_twin), after / double(count))
                  : fmt::format("{:.3f}", after / double(count));
    return fmt::format("  {:<36} {:>4}  covered {:.2f}, contrast {}\n", what, count, covered / double(count),
                       contrast);
  }
};

/// Finding and size: nodules are told apart by it.
using Kind = std::pair<std::size_t, std::size_t>;
constexpr const char* nodule_sizes[] = {", below 4 % of the side", ", 4 to 7 % of the side",
                                        ", above 7 % of the side"};

bool is_nodule(std::size_t finding) {
  return finding_names[finding] == "Nodule";
}
Kind kind_of(const KeptLesion& lesion) {
  if (!is_nodule(lesion.finding)) return {lesion.finding, 0};
  return {lesion.finding, lesion.diameter < 0.04 ? 0 : lesion.diameter < 0.07 ? 1 : 2};
}
std::string name_of(const Kind& kind) {
  return std::string(finding_names[kind.first]) + (is_nodule(kind.first) ? nodule_sizes[kind.second] : "");
}

}  // namespace

WrittenResult written(const KeptLesionsResult& r) {
  WrittenResult w;
  w.csv = "film,kept_share,overlap,size\n";
  std::map<Kind, LesionMeans> kinds;
  double kept = 0, overlap = 0, size = 0, with_findings = 0;
  for (const KeptFilm& f : r.films) {
    w.csv +=
        fmt::format("{},{},{},{}\n", f.film, f.kept_share, f.overlap ? fmt::format("{}", *f.overlap) : "",
                    f.size ? fmt::format("{}", *f.size) : "");
    kept += f.kept_share / double(r.films.size());
    for (const KeptLesion& lesion : f.lesions) kinds[kind_of(lesion)].add(lesion);
    if (!f.overlap) continue;
    ++with_findings;
    overlap += *f.overlap;
    size += *f.size;
  }
  const auto mean = [&](double sum) { return with_findings > 0 ? Json(sum / with_findings) : Json(nullptr); };
  Json lesions = Json::array();
  for (const auto& [kind, means] : kinds) lesions.push_back(means.json(name_of(kind)));
  w.json = {{"task", KeptLesionsConfig::task}, {"method", r.method},
            {"films", r.films.size()},         {"films_with_findings", with_findings},
            {"mean_kept_share", kept},         {"mean_overlap", mean(overlap)},
            {"mean_size", mean(size)},         {"lesions", lesions}};
  w.summary =
      fmt::format("method: {}\n{} films, {} with findings; {:.1f} % of a release is kept of the film\n",
                  r.method, r.films.size(), with_findings, 100 * kept);
  if (with_findings > 0)
    w.summary += fmt::format("  overlap with the true masks (Dice) {:.3f}, area {:.2f} times theirs\n",
                             overlap / with_findings, size / with_findings);
  for (const auto& [kind, means] : kinds) w.summary += means.text(name_of(kind));
  return w;
}

}  // namespace scrim
