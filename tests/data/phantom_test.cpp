#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "base/atomic_file.h"
#include "data/files/cohort.h"
#include "data/files/film_labels.h"
#include "data/files/finding_boxes.h"
#include "data/phantom/phantom_cohort.h"
#include "tensor/parallel.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

using namespace phantom;
namespace fs = std::filesystem;

double mean_where(const GrayImage& image, const GrayImage& mask) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (!mask.pixels[i]) continue;
    sum += image.pixels[i];
    ++count;
  }
  return sum / count;
}

double correlation(const GrayImage& a, const GrayImage& b) {
  double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  const double n = double(a.pixels.size());
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double x = a.pixels[i], y = b.pixels[i];
    sa += x, sb += y, aa += x * x, bb += y * y, ab += x * y;
  }
  return (ab - sa * sb / n) / std::sqrt((aa - sa * sa / n) * (bb - sb * sb / n));
}

TEST(Phantom, LooksLikeAChest) {
  for (std::uint64_t patient = 0; patient < 6; ++patient) {
    const Anatomy anatomy(Random(1).split(patient));
    const Film film = render_film(anatomy, Random(2), {.finding_probability = 0});
    EXPECT_TRUE(film.findings.empty());
    const double lung = mean_where(film.image, film.lung_mask),
                 heart = mean_where(film.image, film.heart_mask);
    EXPECT_LT(lung + 60, heart);  // air is dark, the heart is bright
    double lung_share = 0;
    for (auto value : film.lung_mask.pixels) lung_share += value ? 1 : 0;
    lung_share /= double(film.lung_mask.pixels.size());
    EXPECT_GT(lung_share, 0.12);
    EXPECT_LT(lung_share, 0.45);
  }
}

TEST(Phantom, LandmarksLieOnTheMasksBorders) {
  const Anatomy anatomy(Random(1).split(3));
  const Film film = render_film(anatomy, Random(2), {.finding_probability = 0});
  const auto near_border = [&](const GrayImage& mask, Point p) {
    bool inside = false, outside = false;
    for (int dy = -3; dy <= 3; ++dy)
      for (int dx = -3; dx <= 3; ++dx) {
        const auto x = std::int64_t(std::lround(p.x)) + dx, y = std::int64_t(std::lround(p.y)) + dy;
        if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return true;  // off the film
        (mask.pixels[std::size_t(y * mask.width + x)] ? inside : outside) = true;
      }
    return inside && outside;
  };
  for (const Point& p : film.landmarks.right_lung)
    EXPECT_TRUE(near_border(film.lung_mask, p)) << p.x << " " << p.y;
  for (const Point& p : film.landmarks.left_lung)
    EXPECT_TRUE(near_border(film.lung_mask, p)) << p.x << " " << p.y;
  for (const Point& p : film.landmarks.heart)
    EXPECT_TRUE(near_border(film.heart_mask, p)) << p.x << " " << p.y;
}

TEST(Phantom, FindingsAreVisible) {
  const Anatomy anatomy(Random(1).split(4));
  std::set<Finding> seen;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const Film with = render_film(anatomy, Random(5).split(i), {.finding_probability = 0.3});
    const Film without = render_film(anatomy, Random(5).split(i), {.finding_probability = 0});
    if (with.findings.empty()) {
      EXPECT_EQ(with.image.pixels, without.image.pixels);
      continue;
    }
    seen.insert(with.findings.begin(), with.findings.end());
    std::size_t changed = 0;  // by more than the eye needs: 15 of 255
    for (std::size_t k = 0; k < with.image.pixels.size(); ++k)
      changed += std::abs(int(with.image.pixels[k]) - int(without.image.pixels[k])) > 15;
    EXPECT_GT(changed, 12u) << nih_label(with.findings[0]);  // the smallest nodules are 6 pixels wide
  }
  EXPECT_EQ(seen.size(), all_findings.size());
}

// A finding's mask is where the film differs from the same film without this finding alone.
TEST(Phantom, MasksOfFindingsAreWhereTheyShow) {
  const Anatomy anatomy(Random(1).split(4));
  std::set<Finding> seen;
  for (std::uint64_t i = 0; i < 150; ++i) {
    const Random random = Random(5).split(i);
    const Film with = render_film(anatomy, random, {.size = 128, .finding_probability = 0.15});
    const Film without = render_film(anatomy, random, {.size = 128, .finding_probability = 0});
    ASSERT_EQ(with.finding_masks.size(), with.findings.size());
    EXPECT_TRUE(without.finding_masks.empty());
    if (with.findings.size() != 1) continue;
    const GrayImage& mask = with.finding_masks[0];
    seen.insert(with.findings[0]);
    // The noise is the same in both but for what it depends on the gray, which is little.
    std::size_t inside = 0, differ = 0;
    for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
      const int difference = std::abs(int(with.image.pixels[k]) - int(without.image.pixels[k]));
      inside += mask.pixels[k] == 255;
      differ += mask.pixels[k] == 255 && difference >= 2;
      if (!mask.pixels[k]) {
        EXPECT_LE(difference, 7) << nih_label(with.findings[0]);
      }
    }
    EXPECT_GE(double(differ), 0.9 * double(inside)) << nih_label(with.findings[0]);
    EXPECT_GT(inside, 0u) << nih_label(with.findings[0]);
    EXPECT_LT(inside, mask.pixels.size() / 4) << nih_label(with.findings[0]);
  }
  EXPECT_EQ(seen.size(), all_findings.size());
}

TEST(Phantom, APatientsFilmsResembleEachOtherMoreThanAnothers) {
  double same = 0, other = 0;
  constexpr int patients = 8;
  std::vector<Film> first, second;
  for (std::uint64_t p = 0; p < patients; ++p) {
    const Anatomy anatomy(Random(9).split(p));
    first.push_back(render_film(anatomy, Random(10).split(p), {.size = 128, .finding_probability = 0}));
    second.push_back(render_film(anatomy, Random(11).split(p), {.size = 128, .finding_probability = 0}));
  }
  for (std::size_t p = 0; p < patients; ++p) {
    same += correlation(first[p].image, second[p].image) / patients;
    other += correlation(first[p].image, second[(p + 1) % patients].image) / patients;
  }
  EXPECT_GT(same, other + 0.005);
}

TEST(PhantomCohort, IsCompleteAndTheSameForAnyNumberOfThreads) {
  const TemporaryFolder folder;
  const int before = thread_count();
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    write_cohort(folder / std::to_string(threads),
                 {.films = 12, .seed = 3, .film = {.size = 64, .bits = 16}, .twins = true},
                 [](std::int64_t) {});
  }
  set_thread_count(before);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "1")) {
    if (entry.is_directory()) continue;
    ++files;
    const auto other = (folder / "2") / entry.path().lexically_relative(folder / "1").string();
    EXPECT_EQ(read_file(entry.path(), 1 << 24), read_file(other, 1 << 24)) << other;
  }
  std::size_t findings = 0;
  const LabelTable labels(folder / "1/labels.csv");
  for (const auto& [name, film] : labels.films())
    for (std::size_t k = 0; k < finding_names.size(); ++k) {
      findings += film.findings[k];
      EXPECT_EQ(fs::exists(folder / "1/masks/findings" / finding_names[k] / name), bool(film.findings[k]))
          << name;
    }
  for (const auto& [name, film] : labels.films())  // a twin differs where findings are, and nowhere else
    EXPECT_EQ(read_image(folder / "1/images" / name).pixels == read_image(folder / "1/twins" / name).pixels,
              std::count(film.findings.begin(), film.findings.end(), true) == 0)
        << name;
  EXPECT_GT(findings, 3u);
  EXPECT_EQ(files, 12u * 5 + 8 + findings);

  std::size_t boxes = 0;
  for (const FindingBox& box : read_finding_boxes(folder / "1/boxes.csv")) {
    const GrayImage mask = read_image(folder / "1/masks/findings" / finding_names[box.finding] / box.film);
    std::size_t inside = 0, all = 0;
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
      const auto x = double(i % 64), y = double(i / 64);
      all += mask.pixels[i] > 0;
      inside +=
          mask.pixels[i] > 0 && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
    }
    EXPECT_EQ(inside, all);
    ++boxes;
  }
  EXPECT_GT(boxes, 3u);

  std::set<std::string> names, patients_seen;
  for (const char* part : {"train", "valid", "test"}) {
    std::set<std::string> patients;
    const auto list = folder / "1/splits" / (std::string(part) + ".txt");
    if (fs::file_size(list) == 0) continue;
    for (const auto& name : read_list(list)) {
      EXPECT_TRUE(names.insert(name).second);
      patients.insert(name.substr(0, 8));
      EXPECT_EQ(read_image(folder / "1/images" / name).bits, 16);
    }
    for (const auto& patient : patients) EXPECT_TRUE(patients_seen.insert(patient).second) << "in two splits";
  }
  EXPECT_EQ(names.size(), 12u);
  EXPECT_THROW(write_cohort(folder / "1", {}, [](std::int64_t) {}), Error);  // never into a folder in use
}

TEST(Pairs, AreBalancedAndTrue) {
  FilmsByPatient films;
  for (std::int64_t patient = 1; patient <= 20; ++patient)
    for (std::int64_t visit = 0; visit < 1 + patient % 7; ++visit)
      films[std::to_string(patient)].push_back(film_name(patient, visit));
  const auto pairs = make_pairs(films, 5);
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t same = 0;
  for (const Pair& pair : pairs) {
    EXPECT_EQ(pair.first.substr(0, 8) == pair.second.substr(0, 8), pair.same_patient);
    EXPECT_NE(pair.first, pair.second);
    EXPECT_TRUE(seen.insert({pair.first, pair.second}).second);
    same += pair.same_patient;
  }
  EXPECT_NEAR(double(same), double(pairs.size() - same), 3);
}

TEST(ReadList, RefusesPathsAndRepetitions) {
  const TemporaryFolder folder;
  for (const char* text : {"a.png\na.png\n", "../a.png\n", "a.png\n\nb.png\n", "/etc/passwd\n"}) {
    write_file(folder / "list.txt", text);
    EXPECT_THROW(read_list(folder / "list.txt"), Error) << text;
  }
  write_file(folder / "list.txt", "a.png\r\nb.png");
  EXPECT_EQ(read_list(folder / "list.txt"), (std::vector<std::string>{"a.png", "b.png"}));
}

}  // namespace
}  // namespace scrim::test
