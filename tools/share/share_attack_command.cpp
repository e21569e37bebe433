// scrim share attack: what public files give away to somebody without a key.
#include <fmt/core.h>

#include "base/atomic_file.h"
#include "base/json_line.h"
#include "evaluation/code_attacks/learned_code_attack.h"
#include "evaluation/code_attacks/value_attack.h"
#include "measures/image_quality.h"
#include "sharing/format/share_reader.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::vector<std::string> inputs;
  std::string weights, originals, films, output;
  LearnedAttackOptions learned;
  std::int64_t most_films = 60;
};

/// A public file of either format.
struct PublicFile {
  fs::path path;
  PublicKind kind;
  Tensor dense;
  std::int64_t height, width, k;
  std::string model;  ///< SHA-256
};

PublicFile read_public_file(const fs::path& path) {
  if (path.extension() != sealed_extension) {
    const PublicCode code = read_public_code(path);
    return {path, PublicKind::published, code.dense, code.height, code.width, code.k, code.model};
  }
  const ShareFile file = read_share_file(path);
  const ShareHeader& h = file.header;
  return {path,
          h.mode == ShareMode::sealed ? PublicKind::sealed : PublicKind::ternary_pad,
          dense_view(file),
          h.height,
          h.width,
          h.code.k,
          hexadecimal(h.model)};
}

/// The film that a public file was made of: of the same place and name among the originals, which lie in ../original
/// where scrim share ambiguate made the file.
GrayImage original_of(const FoundFile& file, const std::string& originals) {
  const fs::path folder =
      originals.empty() ? fs::canonical(file.folder.empty() ? "." : file.folder).parent_path() / "original"
                        : fs::path(originals);
  for (const char* extension : {".png", ".jpg", ".jpeg"}) {
    const fs::path film = (folder / file.place).replace_extension(extension);
    if (fs::exists(film)) return read_image(film);
  }
  fail("share attack", "{} has no original in {}; what was recovered is measured against it (--originals)",
       file.place.string(), folder.string());
}

class Attacks {
 public:
  explicit Attacks(const Settings& s) : s_(s), sealer_(s.weights, 0) {
    if (s.films.empty()) return;
    std::vector<FoundFile> found = find_files({s.films}, has_image_name);
    if (found.empty()) throw UsageError(fmt::format("[share attack] {} has no PNG or JPEG files", s.films));
    if (std::int64_t(found.size()) > s.most_films) found.resize(std::size_t(s.most_films));
    for (const FoundFile& film : found) own_.push_back(read_image(film.path));
  }

  std::vector<AttackResult> operator()(const PublicFile& file, const GrayImage& film) {
    require(file.model == hexadecimal(sealer_.model()), file.path.string(),
            "was made with other weights, SHA-256 {}", file.model);
    FilmCoder& coder = sealer_.coder();
    coder.network().set_k(file.k);
    require(film.height == file.height && film.width == file.width, file.path.string(),
            "is of {} x {} pixels, its original of {} x {}", file.width, file.height, film.width,
            film.height);
    for (const GrayImage& own : own_)
      require(own.pixels != film.pixels, file.path.string(), "is of one of the attacker's own films");
    const TernaryCode code = coder.encode(film);
    const AttackedFilm target{file.dense, signs_of(code, coder.channels()), film};
    const TernaryShape& s = target.code.shape;
    require(file.dense.shape() == Shape{s.patches, s.side, s.side, s.channels, s.maps}, file.path.string(),
            "holds a code {}, which these weights do not make", file.dense.shape().str());
    std::vector<AttackResult> results = attack_by_values(coder, target, file.kind);
    if (!own_.empty()) {
      if (!learned_ || learned_key_ != key_of(file)) learn(file);
      results.push_back((*learned_)(target));
      results.push_back(learned_->mean_film(target));
    }
    results.push_back(with_key(coder, target, code, file.kind));
    return results;
  }

 private:
  using Key = std::tuple<PublicKind, std::int64_t, std::int64_t, std::int64_t>;
  static Key key_of(const PublicFile& file) { return {file.kind, file.height, file.width, file.k}; }

  void learn(const PublicFile& file) {
    Progress progress(fmt::format("learning to attack {} files", name_of(file.kind)), s_.learned.steps,
                      Progress::fitting(false));
    learned_.reset();
    learned_ = std::make_unique<LearnedAttacker>(sealer_.coder(), file.kind, own_, file.height, file.width);
    learned_->train(s_.learned, [&](std::int64_t step, double loss) {
      progress.update(step, fmt::format("loss {:.3e}", loss));
    });
    learned_key_ = key_of(file);
    progress.clear();
    say(fmt::format("The learned attacker takes {:.0f} % of its answer from the public file.\n",
                    100 * learned_->trust()));
  }

  /// What a key holder sees, for comparison.
  static AttackResult with_key(FilmCoder& coder, const AttackedFilm& target, const TernaryCode& values,
                               PublicKind kind) {
    const GrayImage& film = target.film;
    const GrayImage seen = kind == PublicKind::published
                               ? coder.decode(values, film.height, film.width, film.bits)
                               : coder.decode(target.code, film.height, film.width, film.bits);
    return {"with the key", {}, {}, psnr(film, seen), ssim(film, seen), seen};
  }

  const Settings& s_;
  FilmSealer sealer_;
  std::vector<GrayImage> own_;
  std::unique_ptr<LearnedAttacker> learned_;
  Key learned_key_;
};

/// Means over the films of one kind.
std::vector<AttackResult> averaged(const std::vector<std::vector<AttackResult>>& films) {
  std::vector<AttackResult> means = films.front();
  for (std::size_t attack = 0; attack < means.size(); ++attack) {
    AttackResult& mean = means[attack];
    mean.seen = {};
    const double n = double(films.size());
    mean.psnr = mean.ssim = 0;
    mean.negatives = mean.positives = {};
    for (const auto& film : films) {
      const AttackResult& one = film[attack];
      mean.psnr += one.psnr / n;
      mean.ssim += one.ssim / n;
      for (const auto& [to, from] :
           {std::pair(&mean.negatives, &one.negatives), {&mean.positives, &one.positives}}) {
        to->share += from->share / n;
        to->chance += from->chance / n;
        to->deviation += from->deviation / n;
      }
    }
  }
  return means;
}

bool names_places(const AttackResult& result) {
  return result.attack == "k_smallest" || result.attack == "threshold";
}

nlohmann::ordered_json as_json(const AttackResult& r) {
  nlohmann::ordered_json line{{"attack", r.attack}, {"psnr_db", r.psnr}, {"ssim", r.ssim}};
  if (names_places(r)) {
    line["negatives_recovered"] = r.negatives.share;
    line["negatives_by_chance"] = r.negatives.chance;
    line["positives_recovered"] = r.positives.share;
    line["positives_by_chance"] = r.positives.chance;
    line["support_recovered"] = (r.negatives.share + r.positives.share) / 2;
    line["support_by_chance"] = (r.negatives.chance + r.positives.chance) / 2;
  }
  return line;
}

void print_table(PublicKind kind, std::size_t films, const std::vector<AttackResult>& results) {
  fmt::print("\n{} files of mode {}\n", films, name_of(kind));
  fmt::print("  {:<14} {:>20} {:>20} {:>20} {:>9} {:>7}\n", "attack", "support (by chance)", "negatives",
             "positives", "PSNR", "SSIM");
  for (const AttackResult& r : results) {
    const auto share = [&](double value, double chance) {
      return names_places(r) ? fmt::format("{:.1f} % ({:.1f} %)", 100 * value, 100 * chance)
                             : std::string("-");
    };
    fmt::print(
        "  {:<14} {:>20} {:>20} {:>20} {:>6.2f} dB {:>7.3f}\n", r.attack,
        share((r.negatives.share + r.positives.share) / 2, (r.negatives.chance + r.positives.chance) / 2),
        share(r.negatives.share, r.negatives.chance), share(r.positives.share, r.positives.chance), r.psnr,
        r.ssim);
  }
  fmt::print("{}", verdict(kind, results));
}

int attack(const Settings& s, bool json) {
  Attacks attacks(s);
  std::map<PublicKind, std::vector<std::vector<AttackResult>>> by_kind;
  int status = 0;
  const auto files = find_files(s.inputs, [](const fs::path& path) {
    return path.extension() == sealed_extension || path.extension() == ".safetensors";
  });
  if (files.empty()) throw UsageError("[share attack] the inputs have no .safetensors or .sealed files");
  for (const FoundFile& found : files) try {
      const PublicFile file = read_public_file(found.path);
      std::vector<AttackResult> results = attacks(file, original_of(found, s.originals));
      if (!s.output.empty()) {
        const fs::path folder = fs::path(s.output) / found.place.parent_path();
        fs::create_directories(folder);
        for (const AttackResult& r : results) {
          std::string name = r.attack;
          std::replace(name.begin(), name.end(), ' ', '_');
          write_png(
              folder / fmt::format("{}_{}_{}.png", found.place.stem().string(), name_of(file.kind), name),
              r.seen);
        }
      }
      by_kind[file.kind].push_back(std::move(results));
    } catch (const UsageError&) {
      throw;
    } catch (const std::exception& e) {
      say(fmt::format("scrim: {}\n", e.what()));
      status = 1;
    }
  nlohmann::ordered_json report;
  for (const auto& [kind, films] : by_kind) {
    const std::vector<AttackResult> means = averaged(films);
    if (!json) print_table(kind, films.size(), means);
    nlohmann::ordered_json& entry = report[name_of(kind)];
    entry["films"] = films.size();
    for (const AttackResult& r : means) entry["attacks"].push_back(as_json(r));
    entry["verdict"] = verdict(kind, means);
  }
  if (json) print_json_line(report);
  if (!s.output.empty() && !by_kind.empty())
    write_file(fs::path(s.output) / "attack.json", report.dump(2) + "\n");
  return status;
}

}  // namespace

void add_share_attack(CLI::App& share, const Common& common, Outcome& outcome) {
  auto* verb = share.add_subcommand("attack", "measure what public files reveal without a key");
  auto s = std::make_shared<Settings>();
  verb->add_option("inputs", s->inputs, "public codes (.safetensors) or .sealed files, or folders")
      ->required();
  verb->add_option("-w,--weights", s->weights, "weights of the coder, which are public")->required();
  verb->add_option("--originals", s->originals,
                   "folder of the original films, for the comparison; default: ../original of each file");
  verb->add_option("--films", s->films,
                   "folder of the attacker's own films; without it, the learned attack is skipped");
  verb->add_option("--most-films", s->most_films, "most films of the attacker")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--steps", s->learned.steps, "training steps of the learned attack")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--seed", s->learned.seed,
                   "seed of the learned attack. Keys and nonces of the files that it seals are always new")
      ->capture_default_str();
  verb->add_option("-o,--output", s->output, "folder for the films that each attack finds, and attack.json");
  verb->footer(R"(Attacks:
  k_smallest  the k smallest values of each line; in published codes these are exactly the negative ones
  threshold   the same, and as positives the values above what decoys can reach
  learned     a network trained on public files that the attacker makes from his own films
  mean film   the mean of the attacker's films; needs no public file

The bytes of sealed files are read as the numbers of a code.

Example:
  scrim share attack shared/k16/public_code --weights weights/sparse_coder.safetensors --films mine -o seen)");
  verb->callback([s, &common, &outcome] { outcome.status = attack(*s, common.json); });
}

}  // namespace scrim
