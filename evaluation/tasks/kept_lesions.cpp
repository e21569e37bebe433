#include "evaluation/tasks/kept_lesions.h"

#include <cmath>
#include <numbers>

#include "methods/transplant/chest_points.h"
#include "methods/transplant/gate.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr double visible = 4. / 255;

/// |a - b| of pictures of one size.
std::vector<double> change_between(const GrayImage& a, const GrayImage& b) {
  const Tensor x = tensor_from_image(a), y = tensor_from_image(b);
  require(x.shape() == y.shape(), "kept_lesions", "a film has the shape {}, its twin {}", x.shape().str(),
          y.shape().str());
  std::vector<double> change;
  for (std::size_t i = 0; i < std::size_t(x.numel()); ++i)
    change.push_back(std::abs(double(x.data<float>()[i]) - double(y.data<float>()[i])));
  return change;
}

struct Inside {
  double area = 0, changed = 0, mean = 0;
};
Inside inside(const Tensor& mask, const std::vector<double>& change) {
  Inside in;
  for (std::size_t i = 0; i < change.size(); ++i) {
    if (mask.data<float>()[i] <= 0.5f) continue;
    ++in.area;
    in.changed += change[i] >= visible;
    in.mean += change[i];
  }
  if (in.area > 0) in.mean /= in.area;
  return in;
}

class Measure {
 public:
  explicit Measure(const KeptLesionsConfig& config)
      : config_(config), releaser_(config.release, config.masks, std::uint64_t(config.seed)) {
    if (!releaser_.method().keeps_a_part())
      throw UsageError(
          fmt::format("[release] the method {} keeps no part of a film", config.release.method.method));
  }

  std::string method() const { return releaser_.method().describe(); }

  KeptFilm measure(const FilmSet& films, std::int64_t index) const {
    const GrayImage film = films.image(index);
    const ReleasedFilm released = releaser_.release_one(films, index);
    const GrayImage donor = releaser_.method().donors()->film(released.donor);
    const std::vector<double> change = change_between(released.image, donor);
    KeptFilm kept{.film = films.name(index), .kept_share = share_of(released.gate), .lesions = {}};
    Tensor all = Tensor::zeros(released.gate.shape());
    for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
      const fs::path file = fs::path(config_.findings) / finding_names[finding] / kept.film;
      if (!fs::exists(file)) continue;
      const Tensor mask = tensor_from_image(read_image(file));
      const Tensor there = registered(resized_film(mask, all.size(1), all.size(2)), released.seen_at);
      const Inside after = inside(there, change);
      if (after.area == 0) continue;  // it does not show on the film, or lies beside the donor's
      for (std::size_t i = 0; i < change.size(); ++i)
        if (there.data<float>()[i] > 0.5f) all.mutable_data<float>()[i] = 1;
      kept.lesions.push_back({finding, diameter_of(mask), after.changed / after.area,
                              contrast_of(film, kept.film, mask), after.mean});
    }
    const Inside both = inside(all, change);
    double changed = 0;
    for (const double c : change) changed += c >= visible;
    if (both.area > 0) {
      kept.overlap = 2 * both.changed / (both.area + changed);
      kept.size = changed / both.area;
    }
    return kept;
  }

 private:
  static double diameter_of(const Tensor& mask) {
    return std::sqrt(4 / std::numbers::pi * share_of(mask) * double(mask.size(1)) / double(mask.size(2)));
  }
  std::optional<double> contrast_of(const GrayImage& film, const std::string& name,
                                    const Tensor& mask) const {
    if (config_.twins.empty()) return std::nullopt;
    return inside(mask, change_between(film, read_image(fs::path(config_.twins) / name))).mean;
  }

  const KeptLesionsConfig& config_;
  Releaser releaser_;
};

}  // namespace

void check(const KeptLesionsConfig& c) {
  check(c.data, 16);
  check_given("data.findings", c.findings, "a folder of masks of findings");
  check_release_fields(c);
  check_given("output.folder", c.folder, "a folder");
}

KeptLesionsResult evaluate(const KeptLesionsConfig& config) {
  check(config);
  const Measure measure(config);
  const FilmSet films(config.data.images, film_names(config.data.images, config.test_list),
                      config.data.options());
  KeptLesionsResult result{measure.method(), {}};
  for (std::int64_t i = 0; i < films.count(); ++i) result.films.push_back(measure.measure(films, i));
  return result;
}

}  // namespace scrim
