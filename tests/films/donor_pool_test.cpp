#include "films/donor_pool.h"

#include "base/atomic_file.h"
#include "data/files/cohort.h"
#include "tests/support/errors.h"
#include "tests/support/phantom_suite.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class DonorPools : public PhantomSuite<30> {
 protected:
  static DonorPoolSource source(const char* list = "splits/train.txt") {
    return {.films = {at("images"), at(list), at("labels.csv")},
            .source = "phantoms, seed 1",
            .license = "CC0",
            .consent = "nobody is on them",
            .apart = {}};
  }
  std::int64_t write(const DonorPoolSource& source) {
    return write_donor_pool(folder / "pool", source, [](std::int64_t) {});
  }
  std::string refusal(const DonorPoolSource& source) {
    const std::string error = error_of([&] { write(source); });
    EXPECT_TRUE(fs::is_empty(fs::path(folder / "pool").parent_path())) << "something was left behind";
    return error;
  }
};

TEST_F(DonorPools, HoldTheFilmsWithTheirLabels) {
  const auto donors = read_list(at("splits/train.txt"));
  EXPECT_EQ(write(source()), std::int64_t(donors.size()));
  const DonorPool pool(folder / "pool");
  EXPECT_EQ(pool.count(), std::int64_t(donors.size()));
  EXPECT_EQ(pool.license(), "CC0");
  EXPECT_EQ(pool.consent(), "nobody is on them");
  EXPECT_EQ(pool.source(), "phantoms, seed 1");

  const LabelTable real(at("labels.csv"));
  std::size_t found = 0;
  for (std::int64_t i = 0; i < pool.count(); ++i)
    for (const auto& name : donors)
      if (read_image(cohort() / "images" / name).pixels == pool.film(i).pixels) {
        ++found;
        EXPECT_EQ(pool.labels(i).findings, real.of(name).findings) << name;
        EXPECT_EQ(pool.labels(i).patient, real.of(name).patient) << name;
        EXPECT_EQ(pool.labels(i).age_years, real.of(name).age_years) << name;
        EXPECT_EQ(pool.labels(i).source, "phantoms, seed 1");
      }
  EXPECT_EQ(found, donors.size());
}

TEST_F(DonorPools, TheOrderOfTheListDoesNotMatter) {
  write(source());
  auto names = read_list(at("splits/train.txt"));
  std::reverse(names.begin(), names.end());
  write_list(folder / "list", names);
  DonorPoolSource reversed = source();
  reversed.films.list = folder / "list";
  write_donor_pool(folder / "again", reversed, [](std::int64_t) {});
  EXPECT_EQ(DonorPool(folder / "pool").sha256(), DonorPool(folder / "again").sha256());
}

TEST_F(DonorPools, PatientsWhoMustNotBeShownAreRefused) {
  DonorPoolSource all = source();
  all.films.list = "";
  all.apart = {{at("images"), at("splits/test.txt"), at("labels.csv")}};
  const std::string error = refusal(all);
  for (const auto& name : read_list(at("splits/test.txt")))
    expect_contains(error, name + " is of a patient who must not be a donor");

  // The same film under another name, of a patient who is called otherwise.
  const std::string copied = read_list(at("splits/train.txt")).front();
  TemporaryFolder others;
  fs::copy_file(cohort() / "images" / copied, others / "other.png");
  DonorPoolSource twin = source();
  twin.apart = {{others.path(), "", ""}};
  expect_contains(refusal(twin), copied + " looks like a film that must not be shown");
}

TEST_F(DonorPools, RefuseWhatTheyCannotVouchFor) {
  DonorPoolSource bad = source();
  bad.consent = "";
  expect_contains(refusal(bad), "consent");
  bad = source();
  bad.films.labels = "";
  expect_contains(refusal(bad), "labels");

  TemporaryFolder films;
  const auto names = read_list(at("splits/train.txt"));
  for (const char* name : {"a.png", "b.png"}) fs::copy_file(cohort() / "images" / names[0], films / name);
  write_file(films / "table.csv", "image,findings\na.png,\nb.png,\n");
  bad = source();
  bad.films = {films.path(), "", films / "table.csv"};
  expect_contains(refusal(bad), "b.png looks like a.png: a donor may stand once");
  write_file(films / "table.csv", "image,findings\na.png,\n");
  expect_contains(refusal(bad), "has no line for the film b.png");
}

TEST_F(DonorPools, AChangedPoolIsRefused) {
  write(source());
  const fs::path at = folder / "pool";
  expect_contains(error_of([&] { write(source()); }), "exists");
  const std::string label_text = read_file(at / "labels.csv", 1 << 20),
                    text = read_file(at / "pool.json", 1 << 20);
  const auto refused = [&] { return error_of([&] { DonorPool pool(at); }); };

  write_file(at / "labels.csv", label_text + " ");
  expect_contains(refused(), "labels.csv is not what pool.json says");
  write_file(at / "labels.csv", label_text);
  EXPECT_EQ(refused(), "no error");

  fs::rename(at / "films/donor_000001.png", folder / "kept.png");
  fs::copy_file(at / "films/donor_000002.png", at / "films/donor_000001.png");
  expect_contains(refused(), "donor_000001.png is not what pool.json says");
  fs::remove(at / "films/donor_000001.png");
  expect_contains(refused(), "donor_000001.png is missing");
  fs::rename(folder / "kept.png", at / "films/donor_000001.png");

  for (const std::string& bad : {std::string("{"), std::string("[]"), std::string(R"({"format": "other"})"),
                                 std::string(R"({"format": 1})")}) {
    write_file(at / "pool.json", bad);
    EXPECT_NE(refused(), "no error") << bad;
  }
  std::string climbing = text;
  climbing.replace(climbing.find("donor_000001.png"), 16, "../x");
  write_file(at / "pool.json", climbing);
  EXPECT_NE(refused(), "no error");
  write_file(at / "pool.json", text);
  EXPECT_EQ(refused(), "no error");
}

}  // namespace
}  // namespace scrim::test
