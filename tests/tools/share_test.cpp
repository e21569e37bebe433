// `scrim share` as a user runs it: films sealed and opened, keys, bad input, the published mode and its attack.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "data/phantom/phantom_cohort.h"
#include "models/networks/weight_files.h"
#include "sharing/codec/film_sealer.h"
#include "sharing/format/share_reader.h"
#include "tests/support/program.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

/// A small coder with betas, as after training, and a few phantom films of odd sizes.
class Share : public testing::Test {
 protected:
  static constexpr const char* mine = "mine";

  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    write_weights(weights(), 1);
    fs::create_directories(films() / "deep");
    for (int i = 0; i < 3; ++i) {
      const std::int64_t height = 40 + 30 * i, width = 97 - 11 * i;
      GrayImage film{height, width, i == 2 ? 16 : 8, {}};
      const double top = double((1 << film.bits) - 1);
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x)
          film.pixels.push_back(std::uint16_t(
              top * (0.5 + 0.4 * std::sin(0.1 * double(x * (i + 1))) * std::cos(0.07 * double(y)))));
      write_png(films() / (i == 2 ? "deep/c.png" : i == 1 ? "b.png" : "a.png"), film);
    }
    EXPECT_EQ(run({"share", "keygen", "-o", at(mine)}).status, 0);
    EXPECT_EQ(run({"share", "keygen", "-o", at("other")}).status, 0);
    EXPECT_EQ(
        run({"share", "seal", films(), "-o", at("sealed"), "--to", at("mine.pub"), "-w", weights()}).status,
        0);
  }
  static void TearDownTestSuite() { delete shared_; }

  static void write_weights(const fs::path& path, std::uint64_t seed) {
    const SparseCoderSettings settings{.channels_list = {1, 4, 8},
                                       .proj_filter_size = 4,
                                       .num_proj_channels = 32,
                                       .num_code_maps = 2,
                                       .k = 4,
                                       .patch_size = 32};
    State state = build(settings, Initializer(seed))->state();
    state["decoder.conv_deindexer.beta_pos"] = Tensor::full({8}, 0.5);
    state["decoder.conv_deindexer.beta_neg"] = Tensor::full({8}, -0.5);
    // Bright enough for codes to be seen in the pictures.
    state["decoder.up_blocks_int.1.res_conv.bias"] = Tensor::full({1}, 0.5);
    for (float& weight : state["decoder.conv_channel.weight"].mutable_data<float>()) weight *= 20;
    write_safetensors(path, {state, facts_of(settings)});
  }
  static fs::path weights() { return *shared_ / "coder.safetensors"; }
  static fs::path films() { return *shared_ / "films"; }
  static std::string at(const std::string& name) { return (*shared_ / name).string(); }
  static Words opening(const std::string& in, const std::string& out, const std::string& key = "mine.key") {
    return {"share", "open", in, "-o", out, "--key", at(key), "-w", weights()};
  }
  static void put(std::string& bytes, std::size_t at, const std::string& others) {
    std::copy(others.begin(), others.end(), bytes.begin() + std::ptrdiff_t(at));
  }
  std::string changed(const std::string& name, const std::function<void(std::string&)>& change) const {
    std::string bytes = read_file(at("sealed/a.sealed"), 1 << 24);
    change(bytes);
    write_file(folder / name, bytes);
    return (folder / name).string();
  }
  void refuses(const std::string& file, const std::string& reason,
               const std::string& key = "mine.key") const {
    const Result result = run(opening(file, folder / "out.png", key));
    EXPECT_EQ(result.status, 1);
    expect_contains(result.error, reason);
    EXPECT_FALSE(fs::exists(folder / "out.png"));
  }

  static inline TemporaryFolder* shared_ = nullptr;
  TemporaryFolder folder;
};

TEST_F(Share, SealsAFolderAndOpensItAgain) {
  for (const std::string mode : {"sealed", "ternary_pad"}) {
    const fs::path sealed = folder / mode;
    const Result sealing = run(
        {"share", "seal", films(), "-o", sealed, "--to", at("mine.pub"), "-w", weights(), "--mode", mode});
    EXPECT_EQ(sealing.status, 0) << sealing.error;
    expect_contains(sealing.out, "3 of 3 films");
    const Result opened = run(opening(sealed, folder / (mode + "_open")));
    EXPECT_EQ(opened.status, 0) << opened.error;
    FilmCoder coder(weights());
    for (const std::string name : {"a", "b", "deep/c"}) {
      const GrayImage film = read_image(films() / (name + ".png")),
                      back = read_image(folder / (mode + "_open") / (name + ".png")),
                      expected = coder.decode(coder.signs(film), film.height, film.width, film.bits);
      EXPECT_EQ(back.pixels, expected.pixels) << name;
      EXPECT_EQ(back.bits, film.bits);
      EXPECT_EQ(back.width, film.width);
    }
  }
}

TEST_F(Share, WhatWasChangedIsRefusedAndNothingIsWritten) {
  using Bytes = std::string;
  const auto flip = [&](std::size_t place) {
    return changed("flipped.sealed", [&](Bytes& b) { b[place] = char(b[place] ^ 4); });
  };
  const std::size_t size = fs::file_size(at("sealed/a.sealed"));
  refuses(flip(0), "is no sealed film");
  refuses(flip(33), "was sealed with another model");
  refuses(flip(65), "was sealed with other coder settings");
  refuses(flip(100), "was changed");
  refuses(flip(135), "is not sealed for key");
  refuses(flip(150), "is damaged");
  refuses(flip(225), "was changed");
  refuses(flip(size - 1), "was changed");
  refuses(changed("short.sealed", [](Bytes& b) { b.resize(b.size() / 2); }), "bytes of payload");
  refuses(changed("empty.sealed", [](Bytes& b) { b.clear(); }), "is no sealed film");
  refuses(changed("version.sealed", [](Bytes& b) { b[8] = 9; }), "version 9");
  refuses(changed("huge.sealed", [](Bytes& b) { put(b, 12, Bytes("\xff\xff\0\0\xff\xff\0\0", 8)); }),
          "signs");
  refuses(changed("many.sealed", [](Bytes& b) { put(b, 128, "\x10\x27"); }), "10000 recipients");
  refuses(at("sealed/a.sealed"), "is not sealed for key", "other.key");
  EXPECT_EQ(fs::exists(folder / "out.png"), false);
}

TEST_F(Share, AnotherModelIsRefused) {
  write_weights(folder / "other.safetensors", 2);
  const Result result = run({"share", "open", at("sealed"), "-o", folder / "out", "--key", at("mine.key"),
                             "-w", folder / "other.safetensors"});
  EXPECT_EQ(result.status, 1);
  expect_contains(result.error, "was sealed with another model");
  expect_contains(result.out, "3 failed");
}

TEST_F(Share, BadUsageIsNamed) {
  const auto usage = [&](const Words& words, const std::string& reason) {
    const Result result = run(words);
    EXPECT_EQ(result.status, 2) << result.error;
    expect_contains(result.error, reason);
  };
  usage({"share", "seal", films(), "-o", folder / "x", "-w", weights()}, "No recipient");
  usage({"share", "seal", films(), "-o", folder / "x", "--to", at("mine.pub")},
        "No weights. Add --weights FILE");
  usage({"share", "seal", films(), "-o", folder / "x", "--to", at("mine.pub"), "-w", weights(), "--mode",
         "published"},
        "see scrim share ambiguate");
  usage({"share", "seal", films(), "-o", folder / "x", "--to", at("mine.pub"), "-w", weights(), "--k", "5"},
        "k must be 1 to 4 (got 5)");
  usage({"share", "open", at("sealed"), "-o", folder / "x", "-w", weights()},
        "--key FILE or --passphrase-file");
  write_file(folder / "share.toml", "task = \"share\"\n[share]\nmode = \"open\"\n");
  usage({"share", "seal", films(), "-o", folder / "x", "--to", at("mine.pub"), "--config",
         folder / "share.toml"},
        "share.mode is open");
  const Result replaced = run({"share", "keygen", "-o", at(mine)});
  EXPECT_EQ(replaced.status, 1);
  expect_contains(replaced.error, "Keys are never replaced");
  const Result swapped =
      run({"share", "seal", films(), "-o", folder / "x", "--to", at("mine.key"), "-w", weights()});
  EXPECT_EQ(swapped.status, 1);
  expect_contains(swapped.error, "is not a key file");
  EXPECT_FALSE(fs::exists(folder / "x"));
}

TEST_F(Share, TheConfigurationFileServesToo) {
  write_file(folder / "share.toml",
             fmt::format("task = \"share\"\n[share]\nweights = \"{}\"\nmode = \"ternary_pad\"\nk = 2\n",
                         weights().string()));
  const Result result = run({"share", "seal", films() / "a.png", "-o", folder / "a.sealed", "--to",
                             at("mine.pub"), "--config", folder / "share.toml"});
  EXPECT_EQ(result.status, 0) << result.error;
  const Result shown = run({"share", "inspect", folder / "a.sealed"});
  expect_contains(shown.out, "mode        ternary_pad");
  expect_contains(shown.out, "k 2");
}

TEST_F(Share, RecipientsComeAndGo) {
  fs::copy_file(at("sealed/a.sealed"), folder / "a.sealed");
  const auto payload = [&] { return parse_share_file(read_file(folder / "a.sealed", 1 << 24), "a").payload; };
  const std::string before = payload();
  const std::string file = (folder / "a.sealed").string();
  EXPECT_EQ(
      run({"share", "recipients", "add", file, "--key", at("other.key"), "--to", at("other.pub")}).status, 1);
  const Result added =
      run({"share", "recipients", "add", file, "--key", at("mine.key"), "--to", at("other.pub")});
  EXPECT_EQ(added.status, 0) << added.error;
  EXPECT_EQ(payload(), before);
  EXPECT_EQ(run(opening(file, folder / "out.png", "other.key")).status, 0);
  const auto shown = nlohmann::json::parse(run({"--json", "share", "inspect", file}).out);
  ASSERT_EQ(shown["recipients"].size(), 2u);
  const Result removed = run({"share", "recipients", "remove", file, "--key", at("other.key"), "--id",
                              shown["recipients"][0].get<std::string>()});
  EXPECT_EQ(removed.status, 0) << removed.error;
  EXPECT_EQ(payload(), before);
  fs::remove(folder / "out.png");
  refuses(file, "is not sealed for key");
}

TEST_F(Share, PassphrasesComeFromFilesAlone) {
  write_file(folder / "phrase", "correct horse battery\n", 0600);
  const fs::path sealed = folder / "a.sealed";
  EXPECT_EQ(run({"share", "seal", films() / "a.png", "-o", sealed, "--passphrase-file", folder / "phrase",
                 "-w", weights()})
                .status,
            0);
  EXPECT_EQ(run({"share", "open", sealed, "-o", folder / "a.png", "--passphrase-file", folder / "phrase",
                 "-w", weights()})
                .status,
            0);
  write_file(folder / "wrong", "correct horse buttery\n", 0600);
  const Result wrong = run({"share", "open", sealed, "-o", folder / "b.png", "--passphrase-file",
                            folder / "wrong", "-w", weights()});
  EXPECT_EQ(wrong.status, 1);
  expect_contains(wrong.error, "the passphrase is wrong");
  fs::permissions(folder / "phrase", fs::perms(0644));
  expect_contains(run({"share", "open", sealed, "-o", folder / "b.png", "--passphrase-file",
                       folder / "phrase", "-w", weights()})
                      .error,
                  "others can read");
}

TEST_F(Share, ThePublishedModeWorksAndItsAttackShowsWhatItHides) {
  const Result ambiguated = run({"share", "ambiguate", films(), "-o", folder / "shared", "-w", weights()});
  EXPECT_EQ(ambiguated.status, 0) << ambiguated.error;
  expect_contains(ambiguated.error, "ambiguation hides little");
  expect_contains(ambiguated.out, "m twice, k left out");
  struct stat info {};
  ASSERT_EQ(::stat((folder / "shared/k4/key/a.safetensors").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  fs::remove(folder / "shared/k4/key/b.safetensors");
  const Result back = run({"share", "disambiguate", folder / "shared/k4", "-w", weights()});
  EXPECT_EQ(back.status, 0) << back.error;
  // With the key: exactly what the coder makes of the film; without: something else; without a key file: only that.
  FilmCoder coder(weights());
  const GrayImage film = read_image(films() / "a.png");
  EXPECT_EQ(read_image(folder / "shared/k4/hat_sec/a.png").pixels,
            coder.decode(coder.encode(film), film.height, film.width, 8).pixels);
  EXPECT_NE(read_image(folder / "shared/k4/hat_pub/a.png").pixels,
            read_image(folder / "shared/k4/hat_sec/a.png").pixels);
  EXPECT_TRUE(fs::exists(folder / "shared/k4/hat_pub/b.png"));
  EXPECT_FALSE(fs::exists(folder / "shared/k4/hat_sec/b.png"));

  const Result attack = run({"--json", "share", "attack", folder / "shared/k4/public_code", "-w", weights(),
                             "-o", folder / "seen"});
  EXPECT_EQ(attack.status, 0) << attack.error;
  const auto smallest = nlohmann::json::parse(attack.out)["published"]["attacks"][0];
  EXPECT_EQ(smallest["attack"], "k_smallest");
  EXPECT_EQ(smallest["negatives_recovered"], 1.0);
  EXPECT_TRUE(fs::exists(folder / "seen/a_published_k_smallest.png"));

  const Result sealed =
      run({"--json", "share", "attack", at("sealed"), "-w", weights(), "--originals", films()});
  EXPECT_EQ(sealed.status, 0) << sealed.error;
  const auto chance = nlohmann::json::parse(sealed.out)["sealed"]["attacks"][0];
  // 4 of 32 channels. A film of 12 patches, 5 x 5 places and 2 maps has 2,400 true places, the smallest of the
  // three 1,600: 0.125 give or take five deviations of the mean of three, 0.005.
  EXPECT_NEAR(chance["negatives_recovered"].get<double>(), 0.125, 0.025);
  // The originals are found from wherever the files are named.
  for (const std::string name : {"shared/k4/public_code/", "shared/k4/public_code/a.safetensors"})
    EXPECT_EQ(run({"share", "attack", folder / name, "-w", weights()}).status, 0) << name;
  write_weights(folder / "other.safetensors", 2);
  const Result strange =
      run({"share", "attack", folder / "shared/k4/public_code", "-w", folder / "other.safetensors"});
  EXPECT_EQ(strange.status, 1);
  expect_contains(strange.error, "was made with other weights");
  const Result own =
      run({"share", "attack", at("sealed"), "-w", weights(), "--originals", films(), "--films", films()});
  expect_contains(own.error, "is of one of the attacker's own films");
  const Result lost = run({"share", "attack", at("sealed/a.sealed"), "-w", weights()});
  EXPECT_EQ(lost.status, 1);
  expect_contains(lost.error, "a.sealed has no original");
}

TEST_F(Share, ReportsRateAndDistortion) {
  const Result result = run({"--json", "share", "report", films(), "-w", weights(), "-o", folder / "report",
                             "--ks", "1", "2", "4", "8"});
  EXPECT_EQ(result.status, 0) << result.error;
  const auto points = nlohmann::json::parse(result.out);
  std::map<std::string, int> ways;
  for (const auto& point : points) ++ways[point["way"]];
  EXPECT_EQ(ways["sealed (signs alone)"], 3);  // k 8 is above the trained one
  EXPECT_EQ(ways["published, with the key (values)"], 4);
  EXPECT_EQ(ways["JPEG"], 7);
  EXPECT_EQ(ways["PNG"], 1);
  EXPECT_LT(points[0]["bits_per_pixel"], points[2]["bits_per_pixel"]);
  const std::string page = read_file(folder / "report/report.html", 1 << 24);
  expect_contains(page, "<svg");
  expect_contains(page, "JPEG");
}

}  // namespace
}  // namespace scrim::test
