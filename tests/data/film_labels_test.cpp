#include "data/files/film_labels.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_hash.h"
#include "data/files/cohort.h"
#include "data/files/finding_boxes.h"
#include "data/files/folder_hash.h"
#include "data/files/landmarks.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

constexpr const char* nih =
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
    "00000001_000.png,Cardiomegaly|Hernia,0,1,57,M,PA,2682,2749,0.143,0.143\r\n"
    "00000002_000.png,No Finding,0,2,80,F,AP,2500,2048,0.168,0.168\n";

TEST(FilmLabels, ReadsNihTables) {
  const LabelTable table(nih, "nih.csv");
  ASSERT_EQ(table.size(), 2u);
  const FilmLabels& first = table.of("00000001_000.png");
  EXPECT_EQ(first.patient, "1");
  EXPECT_EQ(first.view, "PA");
  EXPECT_EQ(first.sex, "M");
  EXPECT_EQ(first.age_years, 57);
  for (const char* column : {"patient", "view", "sex", "age"}) EXPECT_TRUE(table.has(column)) << column;
  for (std::size_t i = 0; i < finding_names.size(); ++i)
    EXPECT_EQ(first.findings[i], finding_names[i] == "Cardiomegaly" || finding_names[i] == "Hernia");
  for (const bool found : table.of("00000002_000.png").findings) EXPECT_FALSE(found);
  EXPECT_THROW(table.of("00000003_000.png"), Error);
}

TEST(FilmLabels, ReadsWidths) {
  EXPECT_NEAR(*LabelTable(nih, "nih.csv").of("00000001_000.png").width_mm, 2682 * 0.143, 1e-9);
  EXPECT_NEAR(*LabelTable(nih, "nih.csv").of("00000001_000.png").height_mm, 2749 * 0.143, 1e-9);
  const LabelTable own("image,findings,width_mm\na.png,,350\nb.png,,\n", "t.csv");
  EXPECT_EQ(own.of("a.png").width_mm, 350);
  EXPECT_EQ(LabelTable(nih, "nih.csv").of("00000002_000.png").size, "2500x2048");
  const LabelTable clinic("image,findings,source,width,height\na.png,,north,10,20\nb.png,,,,\n", "t.csv");
  EXPECT_EQ(clinic.of("a.png").source, "north");
  EXPECT_EQ(clinic.of("a.png").size, "10x20");
  EXPECT_EQ(clinic.of("b.png").size, "");
  EXPECT_TRUE(clinic.has("source") && clinic.has("size") && !own.has("source") && !own.has("size"));
  EXPECT_FALSE(own.of("b.png").width_mm);
  for (const char* wrong : {"wide", "-3", "0", "1e999"})
    EXPECT_NE(error_of([&] {
                LabelTable(fmt::format("image,findings,width_mm\na.png,,{}\n", wrong), "t.csv");
              }).find("expected a number above 0"),
              std::string::npos)
        << wrong;
}

TEST(FindingBoxes, AreReadAndFaultsNamed) {
  const auto boxes = parse_finding_boxes(
      "Image Index,Finding Label,Bbox "
      "[x,y,w,h],,,\na.png,Infiltrate,225.8,370,686,400.5,,,\nb.png,Mass,0,1,2,3\n",
      "b");
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[0].film, "a.png");
  EXPECT_EQ(finding_names[boxes[0].finding], "Infiltration");
  EXPECT_EQ(boxes[0].x, 225.8);
  EXPECT_EQ(boxes[0].height, 400.5);
  const std::string faults = error_of([] {
    parse_finding_boxes(
        "image,finding,x,y,w,h\na.png,Mass,1,2,3\nb.png,Wart,1,2,3,4\nc.png,Mass,1,2,0,4\n"
        "d.png,Mass,1,two,3,4\n",
        "b");
  });
  for (const char* part : {"line 2 has too few fields (5)", "line 3 has the unknown finding \"Wart\"",
                           "line 4 has no box", "line 5 has no box"})
    EXPECT_NE(faults.find(part), std::string::npos) << part << "\n" << faults;
  EXPECT_NE(error_of([] { parse_finding_boxes("a,b\n", "b"); }).find("has no columns"), std::string::npos);
  EXPECT_NE(error_of([] { parse_finding_boxes("image,finding,x,y,w,h\n", "b"); }).find("names no box"),
            std::string::npos);
}

TEST(FilmLabels, ReadsGeneralTablesWithQuotes) {
  const LabelTable table("note,findings,image,patient\n\"a, \"\"b\"\"\",Mass|Edema,x.png,p7\n,,y.png,p8\n",
                         "t.csv");
  EXPECT_EQ(table.of("x.png").patient, "p7");
  EXPECT_TRUE(table.of("x.png").findings[4]);
  EXPECT_FALSE(table.of("y.png").findings[4]);
  EXPECT_FALSE(table.has("age"));
  EXPECT_FALSE(table.has("sex"));
}

TEST(FilmLabels, ReadsAgesOfSeveralForms) {
  const LabelTable table("image,findings,age\na.png,,058Y\nb.png,,006M\nc.png,,3.5\nd.png,,\n", "t.csv");
  EXPECT_EQ(table.of("a.png").age_years, 58);
  EXPECT_NEAR(*table.of("b.png").age_years, 0.5, 1e-12);
  EXPECT_EQ(table.of("c.png").age_years, 3.5);
  EXPECT_FALSE(table.of("d.png").age_years);
  for (const char* age : {"old", "-3", "Y", "5x"})
    EXPECT_NE(error_of([&] {
                LabelTable(fmt::format("image,findings,age\na.png,,{}\n", age), "t.csv");
              }).find("expected years"),
              std::string::npos)
        << age;
}

TEST(FilmLabels, NamesAllFaultsAtOnce) {
  const std::string message =
      error_of([] { LabelTable("image,findings\na.png,Mas\nb.png\na.png,Mass\n", "t.csv"); });
  EXPECT_NE(message.find("[t.csv] 3 problems:"), std::string::npos) << message;
  EXPECT_NE(message.find("line 2 has the unknown finding \"Mas\", did you mean Mass?"), std::string::npos)
      << message;
  EXPECT_NE(message.find("line 3 has too few fields (1)"), std::string::npos) << message;
  EXPECT_NE(message.find("line 4 repeats the film a.png"), std::string::npos) << message;
  EXPECT_NE(error_of([] { LabelTable("a,b\n", "t.csv"); }).find("has no columns"), std::string::npos);
  for (const std::string findings : {"|Mass", "Mass||Edema", "|"})
    EXPECT_NE(error_of([&] {
                LabelTable("image,findings\na.png," + findings + "\n", "t.csv");
              }).find("the unknown finding \"\""),
              std::string::npos)
        << findings;
  EXPECT_TRUE(LabelTable("image,findings\na.png,Mass|\n", "t.csv").of("a.png").findings[4]);
  const LabelTable table(nih, "nih.csv");
  EXPECT_NE(error_of([&] {
              table.require_all({"00000001_000.png", "p.png", "q.png"});
            }).find("2 problems"),
            std::string::npos);
}

TEST(FilmLabels, TheRealTable) {
  REQUIRE_TEST_DATA(data_folder());
  const LabelTable table(data_folder() / "nih/labels.csv");
  EXPECT_EQ(table.size(), 854u);
  std::size_t pneumonia = 0;
  for (const auto& name : read_list(data_folder() / "nih/splits/train.txt"))
    pneumonia += table.of(name).findings[6];
  EXPECT_EQ(pneumonia, 299u);  // the data's README
}

TEST(Pairs, AreReadStrictly) {
  const TemporaryFolder folder;
  write_file(folder / "good", "a.png b.png 1\na.png\tc.png\t0\r\na.png d.png 1.0\n");
  const auto pairs = read_pairs(folder / "good");
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_TRUE(pairs[0].same_patient);
  EXPECT_FALSE(pairs[1].same_patient);
  EXPECT_EQ(pairs[1].second, "c.png");
  EXPECT_TRUE(pairs[2].same_patient);
  write_file(folder / "bad", "a.png b.png 2\na.png b.png\n../a.png b.png 1\na.png b.png 1 x\n");
  EXPECT_NE(error_of([&] { read_pairs(folder / "bad"); }).find("4 problems"), std::string::npos);
  write_file(folder / "empty", "");
  EXPECT_NE(error_of([&] { read_pairs(folder / "empty"); }).find("names no pair"), std::string::npos);
}

TEST(Splits, ByFilmAsPublishedHoldEveryFilmOnce) {
  std::vector<std::string> films;
  for (int i = 0; i < 100; ++i) films.push_back(fmt::format("{:03}.png", i));
  const Splits splits = split_by_film(films, 1);
  EXPECT_EQ(splits.train.size(), 90u);
  EXPECT_EQ(splits.valid.size(), 5u);
  EXPECT_EQ(splits.test.size(), 5u);
  std::vector<std::string> all = splits.train;
  all.insert(all.end(), splits.valid.begin(), splits.valid.end());
  all.insert(all.end(), splits.test.begin(), splits.test.end());
  EXPECT_NE(all, films);  // shuffled
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, films);
  EXPECT_EQ(split_by_film(films, 1).test, splits.test);
  EXPECT_NE(split_by_film(films, 2).test, splits.test);
}

TEST(Splits, AreWrittenByPatientWithAnyNames) {
  const TemporaryFolder folder;
  FilmsByPatient films;
  for (int p = 0; p < 20; ++p)
    for (int i = 0; i < 3; ++i)
      films[fmt::format("patient {}", p)].push_back(fmt::format("f{}_{}.png", p, i));
  write_splits(folder.path(), films, 3);
  std::map<std::string, std::string> side;
  std::size_t count = 0;
  for (const std::string part : {"train", "valid", "test"}) {
    for (const auto& name : read_list(folder / ("splits/" + part + ".txt"))) {
      ++count;
      const std::string patient = name.substr(0, name.find('_'));
      EXPECT_EQ(side.emplace(patient, part).first->second, part);
    }
    for (const Pair& pair : read_pairs(folder / ("pairs/" + part + ".txt")))
      EXPECT_EQ(pair.same_patient,
                pair.first.substr(0, pair.first.find('_')) == pair.second.substr(0, pair.second.find('_')));
  }
  EXPECT_EQ(count, 60u);
}

TEST(Landmarks, AreReadStrictly) {
  const std::string good = "structure,index,x,y\nlung,0,1.5,2\nlung,1,3,4\nheart,0,5,6.25\n";
  const auto landmarks = parse_landmarks(good, "l.csv", 3);
  EXPECT_EQ(landmarks[2].x, 5);
  EXPECT_EQ(landmarks[2].y, 6.25);
  EXPECT_NE(error_of([&] { parse_landmarks(good, "l.csv", 4); }).find("holds 3 landmarks, expected 4"),
            std::string::npos);
  EXPECT_THROW(parse_landmarks("x,y\n", "l.csv", 0), Error);
  EXPECT_THROW(parse_landmarks("structure,index,x,y\nlung,1,3,4\n", "l.csv", 1), Error);
  EXPECT_THROW(parse_landmarks("structure,index,x,y\nlung,0,nan,4\n", "l.csv", 1), Error);
  EXPECT_THROW(parse_landmarks("structure,index,x,y\nlung,0,3\n", "l.csv", 1), Error);
}

TEST(PatientOfName, KnowsNihNamesAlone) {
  EXPECT_EQ(patient_of_name("00000061_012.png"), "00000061");
  EXPECT_EQ(patient_of_name("0000061_012.png"), "");
  EXPECT_EQ(patient_of_name("film.png"), "");
}

TEST(FileHash, IsSha256) {
  // FIPS 180-2, appendix B.1
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TemporaryFolder folder;
  write_file(folder / "a", "abc");
  write_file(folder / "b", "");
  EXPECT_EQ(sha256_of_file(folder / "a"), sha256("abc"));
  const std::string both = sha256_of_files(folder.path(), {"b", "a", "b"});
  EXPECT_EQ(both, sha256_of_files(folder.path(), {"a", "b"}));
  EXPECT_NE(both, sha256_of_files(folder.path(), {"a"}));
}

}  // namespace
}  // namespace scrim::test
