#include "methods/transplant/transplant.h"

#include <cmath>

#include "base/atomic_file.h"
#include "data/files/cohort.h"
#include "films/film_set.h"
#include "methods/surrogate/finding_cells.h"
#include "methods/transplant/chest_points.h"
#include "methods/transplant/film_reader.h"
#include "methods/transplant/gate.h"
#include "methods/transplant/lesion_network.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"
#include "tests/support/phantom_pool.h"
#include "tests/support/phantom_suite.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class Transplants : public PhantomSuite<60> {
 protected:
  static void SetUpTestSuite() {
    PhantomSuite::SetUpTestSuite();
    phantom::write_cohort(shared() / "others",
                          {.films = 40, .seed = 2, .first_patient = 1000, .film = {.size = 80}},
                          [](std::int64_t) {});
    write_phantom_pool(shared() / "pool", shared() / "others/images", shared() / "others/labels.csv");
  }
  static TransplantSettings settings(const char* content) {
    return {.pool = (shared() / "pool").string(),
            .content = content,
            .findings = at("masks/findings"),
            .twins = at("twins"),
            .largest_gate = 0.1};
  }
  static FilmInHand film(const std::string& name, const GrayImage& image) {
    return {.image = image, .mask = {}, .labels = nullptr, .name = name};
  }
  static const LabelTable& labels() {
    static const LabelTable table(at("labels.csv"));
    return table;
  }
  static bool has_findings(const std::string& name) { return finding_set(labels().of(name)).any(); }
};

/// The donor whose film the release shows outside its gate; -1 = none.
std::int64_t donor_of(const ReleasedFilm& released, const DonorPool& pool) {
  for (std::int64_t donor = 0; donor < pool.count(); ++donor) {
    const GrayImage film = pool.film(donor);
    bool same = film.pixels.size() == released.image.pixels.size();
    for (std::size_t i = 0; same && i < film.pixels.size(); ++i)
      same = released.gate.data<float>()[i] > 0 || film.pixels[i] == released.image.pixels[i];
    if (same) return donor;
  }
  return -1;
}

TEST_F(Transplants, OutsideTheGateADonorWithoutFindingsStands) {
  for (const char* content : {"pixels", "layer"}) {
    const Transplant method(settings(content));
    double inside = 0, changed = 0;
    for (const auto& name : film_names(at("images"), "")) {
      const GrayImage image = read_image(std::filesystem::path(at("images")) / name);
      const ReleasedFilm released = method.release(film(name, image), Random(1).split(name));
      EXPECT_LE(share_of(released.gate), 0.1);
      EXPECT_EQ(share_of(released.gate) > 0, has_findings(name)) << name;
      const std::int64_t donor = donor_of(released, *method.donors());
      ASSERT_GE(donor, 0) << name;
      EXPECT_TRUE(finding_set(method.donors()->labels(donor)).none());
      const GrayImage other = method.donors()->film(donor);
      for (std::size_t i = 0; i < other.pixels.size(); ++i)
        if (released.gate.data<float>()[i] > 0) {
          ++inside;
          changed += std::abs(int(other.pixels[i]) - int(released.image.pixels[i])) >= 3;
        }
    }
    EXPECT_GT(changed, 0.5 * inside) << content;
  }
}

TEST_F(Transplants, AnotherReleaseShowsAnotherDonor) {
  const Transplant method(settings("layer"));
  const std::string name = film_names(at("images"), "").front();
  const GrayImage image = read_image(std::filesystem::path(at("images")) / name);
  const auto released = [&](std::uint64_t number) {
    return method.release(film(name, image), Random(1).split(number));
  };
  EXPECT_EQ(released(3).image.pixels, released(3).image.pixels);
  std::set<std::int64_t> donors;
  for (std::uint64_t number = 0; number < 20; ++number)
    donors.insert(donor_of(released(number), *method.donors()));
  EXPECT_GT(donors.size(), 8u);
}

/// Where the only donor is the film's own twin without findings, the release is the film again.
TEST_F(Transplants, LesionsComeBackInTheirOwnChest) {
  for (const char* content : {"pixels", "layer"}) {
    double missed = 0, changed = 0;
    int films = 0;
    for (const auto& name : film_names(at("images"), "")) {
      if (!has_findings(name) || films == 8) continue;
      ++films;
      const std::filesystem::path home = folder / (content + name);
      std::filesystem::create_directories(home / "images");
      std::filesystem::copy_file(std::filesystem::path(at("twins")) / name, home / "images" / name);
      write_file(home / "labels.csv", "image,findings\n" + name + ",No Finding\n");
      write_phantom_pool(home / "pool", home / "images", home / "labels.csv");
      TransplantSettings own = settings(content);
      own.pool = (home / "pool").string();
      own.largest_gate = 1;
      own.gate_margin = 0.05;
      const GrayImage image = read_image(std::filesystem::path(at("images")) / name);
      const Transplant method(own);
      const ReleasedFilm released = method.release(film(name, image), Random(1));
      const GrayImage twin = method.donors()->film(0);
      for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        missed += std::abs(int(released.image.pixels[i]) - int(image.pixels[i]));
        changed += std::abs(int(twin.pixels[i]) - int(image.pixels[i]));
      }
    }
    // What is missed: lesions hide edges of lungs, so that the film does not lie on its twin to the pixel.
    EXPECT_LT(missed, (content == std::string("layer") ? 0.3 : 0.55) * changed) << content;
  }
}

TEST_F(Transplants, ChestsLieOnEachOther) {
  const auto lungs = [&](const std::filesystem::path& folder, const std::string& name) {
    return tensor_from_image(read_image(folder / name));
  };
  const auto overlap = [](const Tensor& a, const Tensor& b) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < std::size_t(a.shape().numel()); ++i) {
      const bool in_a = a.data<float>()[i] >= 0.5f, in_b = b.data<float>()[i] >= 0.5f;
      both += in_a && in_b;
      either += in_a || in_b;
    }
    return both / either;
  };
  const std::filesystem::path mine = at("masks/lungs"), theirs = shared() / "others/masks/lungs";
  const auto names = film_names(mine, ""), others = film_names(theirs, "");
  double before = 0, after = 0;
  constexpr std::size_t pairs = 20;
  for (std::size_t i = 0; i < pairs; ++i) {
    const Tensor film = lungs(mine, names[i]), donor = lungs(theirs, others[i]);
    const auto points = chest_points(film), onto = chest_points(donor);
    ASSERT_TRUE(points && onto);
    after += overlap(donor, registered(film, registration(onto, points, 80, 80))) / pairs;
    before += overlap(donor, resized_film(film, 80, 80)) / pairs;
  }
  EXPECT_GT(after, 0.85);
  EXPECT_GT(after, before + 0.1);
  EXPECT_FALSE(chest_points(Tensor::zeros({1, 32, 32, 1})));
}

/// Fluid and air hide edges of lungs. Behind the layer the lungs are seen as on the film without findings.
TEST_F(Transplants, LungsAreLookedForBehindLesions) {
  const FilmReader reader(
      {.findings = at("masks/findings"), .twins = at("twins"), .segmenter = TransplantSettings().segmenter});
  double plain = 0, behind = 0;
  const auto apart = [](const Chest& a, const Chest& b) { return largest_difference(*a.points, *b.points); };
  for (const auto& name : film_names(at("images"), "")) {
    if (!fs::exists(fs::path(at("masks/findings")) / "Effusion" / name)) continue;
    const GrayImage image = read_image(fs::path(at("images")) / name);
    const Chest truth = reader.chest(read_image(fs::path(at("twins")) / name), {});
    const Tensor layer = reader.findings(image, name).layer;
    plain += apart(reader.chest(image, {}), truth);
    behind += apart(reader.chest(image, layer), truth);
  }
  EXPECT_GT(plain, 0);
  EXPECT_LT(behind, 0.5 * plain);
}

TEST_F(Transplants, ContrastIsThatOfWhatHasNoFindings) {
  Chest chest{{}, Tensor::zeros({1, 10, 10, 1}), Tensor::zeros({1, 10, 10, 1})};
  Tensor lesion = Tensor::zeros({1, 10, 10, 1});
  for (std::size_t i = 0; i < 100; ++i) {
    chest.film.mutable_data<float>()[i] = i < 50 ? 0.002f * float(i) : i < 60 ? 1 : 0.5f;
    chest.lungs.mutable_data<float>()[i] = i < 60;
    lesion.mutable_data<float>()[i] = i >= 50 && i < 60;
  }
  EXPECT_NEAR(gray_spread(chest, lesion), 0.078, 0.003);  // of 50 even steps from 0 to 0.098
  EXPECT_GT(gray_spread(chest, {}), 0.9);                 // the lesion is the lightest tenth
  chest.lungs = Tensor::zeros({1, 10, 10, 1});
  EXPECT_NEAR(gray_spread(chest, lesion), 0.48, 0.03);  // of the film where no lungs are seen
}

TEST_F(Transplants, SayTheFindingsAndNothingElse) {
  const Transplant method(settings("layer"));
  for (const auto& [name, film] : labels().films()) {
    const FilmLabels said = method.released_labels(film);
    EXPECT_EQ(said.findings, film.findings);
    EXPECT_TRUE(said.patient.empty() && said.sex.empty() && said.view.empty() && !said.age_years) << name;
  }
}

TEST_F(Transplants, MistakesAreErrors) {
  const auto chosen = [](const TransplantSettings& s) {
    return error_of([&] { check_chosen(s, "release"); });
  };
  TransplantSettings s = settings("layer");
  EXPECT_EQ(chosen(s), "no error");
  s.twins.clear();
  expect_contains(chosen(s), "release.lesions");
  s = settings("pixels");
  s.findings.clear();
  expect_contains(chosen(s), "release.lesions");
  s.pool.clear();
  expect_contains(chosen(s), "release.pool");
  s = settings("everything");
  expect_contains(error_of([&] { check(s, "release"); }), "\"pixels\" or \"layer\"");
  const Transplant method(settings("pixels"));
  const GrayImage image{64, 64, 8, std::vector<std::uint16_t>(64 * 64)};
  expect_contains(error_of([&] { method.release(film("", image), Random(1)); }), "has no name");
}

TEST(LesionNetwork, ALayerIsTakenAwayAsItIsLaidOn) {
  for (const float twin : {0.f, 0.2f, 0.5f, 0.97f, 1.f})
    for (const float film : {0.01f, 0.4f, 0.6f, 0.99f}) {
      const float layer = layer_of(film, twin);
      EXPECT_NEAR(with_layer(twin, layer), film, 1e-6);
      EXPECT_LT(std::abs(layer), 1);
      if (std::abs(layer) < 0.95f) {
        EXPECT_NEAR(without_layer(film, layer), twin, 1e-5) << twin << " " << film;
      }
    }
  EXPECT_EQ(layer_of(0.3f, 0.3f), 0);
}

TEST(LesionNetwork, SaysALayerAndHowSureItIs) {
  const auto network = build(lesion_network(4), Initializer(1));
  const Lesions lesions = lesions_of(*network, Tensor::full({2, 32, 48, 1}, 0.5));
  EXPECT_EQ(lesions.layer.shape(), (Shape{2, 32, 48, 1}));
  EXPECT_EQ(lesions.surely.shape(), (Shape{2, 32, 48, 1}));
  for (const float value : lesions.surely.value().data<float>()) EXPECT_TRUE(value > 0 && value < 1);
}

}  // namespace
}  // namespace scrim::test
