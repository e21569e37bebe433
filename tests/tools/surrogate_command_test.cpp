// scrim pool and scrim surrogate as a user runs them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.h"
#include "data/files/csv.h"
#include "methods/surrogate/surrogate.h"
#include "tests/support/phantom_suite.h"
#include "tests/support/program.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class SurrogateRun : public PhantomSuite<60> {
 protected:
  static void SetUpTestSuite() {
    PhantomSuite::SetUpTestSuite();
    const Result made = run({"pool", at("images"), "--labels", at("labels.csv"), "--source", "phantoms",
                             "--license", "CC0", "--consent", "no person is on them", "-o", pool()});
    ASSERT_EQ(made.status, 0) << made.error;
    expect_contains(made.out, "60 donors in");
    phantom::write_cohort(shared() / "patients",
                          {.films = 20, .seed = 9, .first_patient = 1000, .film = {.size = 64}},
                          [](std::int64_t) {});
  }
  static std::string pool() { return (shared() / "pool").string(); }
  static std::string labels() { return (shared() / "patients/labels.csv").string(); }

  Result encode(const std::string& output, const Words& more = {}) const {
    Words words{"surrogate", "encode",         "--labels", labels(), "--pool",
                pool(),      "--least-donors", "5",        "-o",     (folder / output).string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  Result render(const std::string& cells, const std::string& output) const {
    return run({"surrogate", "render", folder / cells, "--pool", pool(), "--least-donors", "5", "--key",
                folder / "key", "-o", folder / output, "--record", folder / (output + ".csv")});
  }
  static unsigned mode_of(const fs::path& file) { return unsigned(fs::status(file).permissions()) & 0777; }
};

TEST_F(SurrogateRun, ReleasesDonorsOfTheFilmsCells) {
  ASSERT_EQ(run({"surrogate", "key", folder / "key"}).status, 0);
  EXPECT_EQ(mode_of(folder / "key"), 0600u);
  const Result encoded = encode("cells.csv");
  ASSERT_EQ(encoded.status, 0) << encoded.error;
  expect_contains(encoded.out, "20 films in");
  expect_contains(encoded.out, "Of N patients who are equally likely");
  const Result rendered = render("cells.csv", "out");
  ASSERT_EQ(rendered.status, 0) << rendered.error;
  expect_contains(rendered.out, "20 films in");
  EXPECT_EQ(mode_of(folder / "cells.csv"), 0600u);
  EXPECT_EQ(mode_of(folder / "out.csv"), 0600u);

  const Surrogate surrogate({.pool = pool(), .cells = {.least_donors = 5}});
  const LabelTable patients(labels()), released(folder / "out/labels.csv");
  std::set<std::string> films, names;
  const auto lines = read_file(folder / "out.csv", 1 << 20);
  for (const std::string_view line : split_lines(lines)) {
    const auto fields = csv_fields(line);
    ASSERT_EQ(fields.size(), 4u);
    if (fields[0] == "film") continue;
    films.insert(fields[0]);
    names.insert(fields[3]);
    const std::int64_t cell = surrogate.encode(patients.of(fields[0]));
    EXPECT_EQ(fields[1], std::to_string(cell));
    EXPECT_EQ(finding_set(released.of(fields[3])), surrogate.finding_cells().findings(cell));
    bool is_donor = false;
    const auto pixels = read_image(folder / "out/images" / fields[3]).pixels;
    for (const std::int64_t donor : surrogate.finding_cells().donors(cell))
      is_donor = is_donor || surrogate.pool().film(donor).pixels == pixels;
    EXPECT_TRUE(is_donor) << fields[0];
  }
  EXPECT_EQ(films.size(), 20u);
  EXPECT_EQ(names.size(), 20u);
  EXPECT_EQ(released.size(), 20u);
  // What is released names no film and no patient.
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
    for (const auto& film : films) {
      EXPECT_EQ(entry.path().string().find(film), std::string::npos);
      if (entry.path().extension() != ".png" && entry.is_regular_file()) {
        EXPECT_EQ(read_file(entry.path(), 1 << 20).find(film), std::string::npos) << entry.path();
      }
    }

  // Drawn anew: other donors, other names.
  ASSERT_EQ(render("cells.csv", "again").status, 0);
  for (const auto& name : names) EXPECT_FALSE(fs::exists(folder / "again/images" / name));
}

TEST_F(SurrogateRun, AnonymizeDoesBoth) {
  ASSERT_EQ(run({"surrogate", "key", folder / "key"}).status, 0);
  const Words words{
      "anonymize", shared() / "patients/images", "-o", folder / "out", "--pool", pool(), "--labels",
      labels()};
  const Result incomplete = run(words);
  EXPECT_EQ(incomplete.status, 2);
  expect_contains(incomplete.error, "--pool needs --key");
  Words whole = words;
  whole.insert(whole.end(), {"--key", folder / "key", "--record", folder / "who.csv", "--overwrite"});
  const Result replaced = run(whole);
  EXPECT_EQ(replaced.status, 2);
  expect_contains(replaced.error, "the output is a new folder");
  whole = words;
  whole.insert(whole.end(), {"--key", folder / "key", "--record", folder / "who.csv"});
  const Result result = run(whole);
  ASSERT_EQ(result.status, 0) << result.error;
  expect_contains(result.out, "20 films in");
  EXPECT_EQ(LabelTable(folder / "out/labels.csv").size(), 20u);
  EXPECT_EQ(mode_of(folder / "who.csv"), 0600u);
}

TEST_F(SurrogateRun, EncodingOpensNoFilm) {
  const TemporaryFolder films;
  const LabelTable patients(labels());
  for (const auto& [name, film] : patients.films()) write_file(films / name, "no film");
  ASSERT_EQ(encode("with.csv", {films.path()}).status, 0);
  ASSERT_EQ(encode("without.csv").status, 0);
  EXPECT_EQ(read_file(folder / "with.csv", 1 << 20), read_file(folder / "without.csv", 1 << 20));
}

TEST_F(SurrogateRun, MistakesLoseNothing) {
  ASSERT_EQ(run({"surrogate", "key", folder / "key"}).status, 0);
  ASSERT_EQ(encode("cells.csv").status, 0);
  EXPECT_EQ(run({"surrogate", "key", folder / "key"}).status, 1);  // keys are never replaced
  const auto refused = [&](int status, const std::string& message) {
    const Result result = render("cells.csv", "out");
    EXPECT_EQ(result.status, status) << message;
    expect_contains(result.error, message);
    EXPECT_FALSE(fs::exists(folder / "out"));
  };
  const std::string cells = read_file(folder / "cells.csv", 1 << 20);
  write_file(folder / "cells.csv", cells + "x.png,99\ny.png,-1\nz.png,0.5\nw.png\n");
  refused(1, "expected a film and a cell of 0 to");
  for (const char* line : {"x.png,99", "y.png,-1", "z.png,0.5", "\"w.png\""}) refused(1, line);
  write_file(folder / "cells.csv", "name,cell\n");
  refused(1, "expected \"film,cell\"");
  write_file(folder / "cells.csv", cells);

  const std::string key = read_file(folder / "key", 1000);
  fs::permissions(folder / "key", fs::perms::group_read, fs::perm_options::add);
  refused(1, "others can read");
  fs::permissions(folder / "key", fs::perms::group_read, fs::perm_options::remove);
  write_file(folder / "key", key.substr(0, 40), 0600);
  refused(1, "is damaged: its key is not 44 characters of base64");
  write_file(folder / "key", "scrim-secret" + key.substr(key.find("-key-1")), 0600);
  refused(1, "it does not begin with \"scrim-release-key-1 \"");
  write_file(folder / "key", key, 0600);
  write_file(folder / "out.csv", "mine");
  refused(2, "exists");
  EXPECT_EQ(read_file(folder / "out.csv", 10), "mine");
  fs::remove(folder / "out.csv");
  EXPECT_EQ(render("cells.csv", "out").status, 0);
}

}  // namespace
}  // namespace scrim::test
