#include "study/report/pictures.h"

#include <algorithm>
#include <map>
#include <memory>

#include "measures/image_quality.h"
#include "models/warp.h"
#include "study/report/figures.h"
#include "study/report/html.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

constexpr double difference_gain = 4;

/// The methods' test films, shown at the size of the study's films.
class Pictures {
 public:
  explicit Pictures(const ReportData& data) : study_(data.study), c_(data.study.config) {}

  /// A film before and after, with what was changed.
  std::string panel(const StudyMethod& m, const std::string& film) const {
    const FilmSet films = test_films(film);
    const Releaser& releaser = releaser_of(m);
    const ReleasedFilm released = releaser.release_one(films, 0);
    const GrayImage before = shown(films.image(0)), after = shown(released.image);
    std::string html = "<div class=\"row\">\n" + figure(before, "before");
    if (!study_.shows_the_film(m)) return html + figure(after, "after: another person's film") + "</div>\n";
    html += figure(after, "after") + figure(difference_image(before, after, difference_gain),
                                            fmt::format("difference, {} times", difference_gain));
    if (released.displacement.defined())
      html +=
          flow_figure(released.displacement, films.image_size(),
                      largest_displacement(released.displacement, films.image_size(), films.image_size()));
    if (const Variable mask = releaser.mask_at(films, 0); mask.defined())
      html += figure(image_from_tensor(to_host(mask.value()), 8), "what is spared");
    return html + "</div>\n";
  }

  /// Of all pairs of one patient, the one that the strongest attacker is surest of.
  std::string surest_pair(const MethodResults& m) const {
    const Json* attack = strongest_attack(m.attack, released_kinds[0]);
    const auto pairs = read_pairs(c_.test_pairs);
    std::size_t worst = pairs.size();
    for (std::size_t i = 0; attack && i < pairs.size(); ++i)
      if (pairs[i].same_patient &&
          (worst == pairs.size() ||
           (*attack)["listed_scores"][i].get<double>() > (*attack)["listed_scores"][worst].get<double>()))
        worst = i;
    if (worst == pairs.size()) return "";
    const FilmSet film = test_films(pairs[worst].first), other = test_films(pairs[worst].second);
    return "<section><p>Privacy: of all pairs of one patient, the strongest attacker is surest of this one."
           "</p>\n<div class=\"row\">" +
           figure(shown(releaser_of(*m.method).release_one(film, 0).image), "released film") +
           figure(shown(other.image(0)), "real film of the same patient") + "</div></section>\n";
  }

  std::string most_changed(const MethodResults& m) const {
    if (m.quality.is_null()) return "";
    const Json* lowest = nullptr;
    for (const Json& f : m.quality["films"])
      if (!lowest || f["ssim"].get<double>() < (*lowest)["ssim"].get<double>()) lowest = &f;
    if (!lowest) return "";
    return fmt::format(
        "<section><p>Utility: this film differs most from its original, SSIM {:.4f}.</p>\n{}</section>\n",
        (*lowest)["ssim"].get<double>(), panel(*m.method, (*lowest)["film"]));
  }

 private:
  FilmSet test_films(const std::string& name) const {
    return FilmSet(c_.data.images, {name}, c_.data.options());
  }
  /// Made once: it reads weights, or a pool of donors.
  const Releaser& releaser_of(const StudyMethod& m) const {
    auto& releaser = releasers_[m.name];
    if (!releaser) releaser = std::make_unique<Releaser>(study_.release_of(m), c_.masks, 1);
    return *releaser;
  }
  GrayImage shown(const GrayImage& film) const {
    return image_from_tensor(resized_film(tensor_from_image(film), c_.data.image_size, c_.data.image_size),
                             8);
  }

  const Study& study_;
  const StudyConfig& c_;
  mutable std::map<std::string, std::unique_ptr<Releaser>> releasers_;  ///< by method
};

}  // namespace

std::string pictures_html(const ReportData& data, const MethodResults& m) {
  const StudyConfig& c = data.study.config;
  const Pictures pictures(data);
  std::string html = fmt::format("<h2>{}</h2>\n<p>{}</p>\n", escaped(m.method->name),
                                 escaped(m.attack["method"].get<std::string>()));
  const auto names = film_names(c.data.images, c.test_list);
  const auto shown = std::min(names.size(), std::size_t(c.films_shown));
  for (std::size_t i = 0; i < shown; ++i)
    html += "<section>" + pictures.panel(*m.method, names[i * names.size() / shown]) + "</section>\n";
  return html;
}

std::string worst_cases_html(const ReportData& data) {
  const Pictures pictures(data);
  std::string html = "<h2 id=\"worst\">Worst cases</h2>\n";
  for (const MethodResults& m : data.methods)
    html += fmt::format("<h3>{}</h3>\n", escaped(m.method->name)) + pictures.surest_pair(m) +
            pictures.most_changed(m);
  return html;
}

}  // namespace scrim
