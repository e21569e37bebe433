// scrim share ambiguate and disambiguate: the published method, for comparison.
#include <fmt/core.h>

#include "base/file_hash.h"
#include "models/networks/weight_name.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr const char* warning =
    "note: the published ambiguation hides little (see scrim share attack). For films of patients use scrim "
    "share seal.\n";

void print_rates(FilmCoder& coder) {
  const std::int64_t patch = coder.settings().patch_size;
  const CodeRates rates = rates_of_patch(coder.shape_of(patch, patch));
  fmt::print("bits of a patch of {0} x {0} pixels, and bits a pixel:\n", patch);
  const auto line = [&](const char* what, double bits) {
    fmt::print("  {:<66} {:>8.0f}  {:.3f}\n", what, bits, bits / double(patch * patch));
  };
  line("printed as actual by the published code (m twice, k left out)", rates.printed_actual);
  line("every index in log2 c bits", rates.indices);
  line("printed as ideal by the published code (places without signs)", rates.printed_ideal);
  line("places and signs, ideal: what scrim share seal comes close to", rates.ideal);
  fmt::print(
      "The published encoder also divides its bits by the height and multiplies by the width; here they are "
      "divided by both.\n");
}

struct Ambiguate {
  explicit Ambiguate(CLI::App& verb) : options(verb, {"published"}) {}
  FilmJobs jobs;
  ShareOptions options;
  std::uint64_t seed = 1;
};

/// OUT/kK/{original,public_code,key}/PLACE, as the published code has its folders.
int ambiguate(Ambiguate& s, bool json) {
  const ShareSettings settings = s.options.settings();
  FilmCoder coder(settings.weights, settings.k);
  const std::string model = sha256_of_file(settings.weights);
  say(warning);
  if (!json) print_rates(coder);
  const fs::path out = fs::path(s.jobs.output) / fmt::format("k{}", coder.k());
  const auto jobs = collect_film_jobs(s.jobs, [&](const fs::path& place) {
    const auto tensors = [&](const char* folder) {
      return (out / folder / place).replace_extension(".safetensors");
    };
    return std::vector{tensors("public_code"), tensors("key"), out / "original" / place};
  });
  return run_film_jobs(
      "ambiguate", s.jobs, jobs, json, fmt::format("k {}, {}", coder.k(), name_of_weights(settings.weights)),
      [&](const FilmJob& job) {
        const GrayImage film = read_image(job.input);
        const TernaryCode code = coder.encode(film);
        const Tensor dense = ambiguated(
            code, coder.channels(),
            Random(s.seed, "ambiguation").split(job.outputs[2].lexically_relative(out).generic_string()));
        write_code_key(job.outputs[1], {code.positive_index, code.negative_index});
        write_png(job.outputs[2], film);
        write_public_code(job.outputs[0], {dense, film.height, film.width, film.bits, coder.k(), model});
        return nlohmann::ordered_json{{"k", coder.k()}};
      });
}

struct Disambiguate {
  FilmJobs jobs{.extension = ".safetensors"};
  std::string folder, weights;
};

/// FOLDER/hat_sec with the keys that are there, FOLDER/hat_pub without.
int disambiguate(Disambiguate& s, bool json) {
  const fs::path folder = s.folder;
  if (!fs::is_directory(folder / "public_code"))
    throw UsageError(fmt::format(
        "[share disambiguate] {} has no folder public_code. Run scrim share ambiguate first", s.folder));
  FilmCoder coder(s.weights);
  const std::string model = sha256_of_file(s.weights);
  s.jobs.inputs = {(folder / "public_code").string()};
  s.jobs.output = s.folder;
  const auto key_of = [&](const fs::path& place) {
    return (folder / "key" / place).replace_extension(".safetensors");
  };
  const auto jobs = collect_film_jobs(s.jobs, [&](const fs::path& place) {
    std::vector files{folder / "hat_pub" / place};
    if (fs::exists(key_of(place))) files.push_back(folder / "hat_sec" / place);
    return files;
  });
  return run_film_jobs(
      "disambiguate", s.jobs, jobs, json, name_of_weights(s.weights), [&](const FilmJob& job) {
        const PublicCode code = read_public_code(job.input);
        require(code.model == model, job.input.string(), "was made with other weights, SHA-256 {}...",
                code.model.substr(0, 8));
        coder.network().set_k(code.k);
        const TernaryShape shape = coder.shape_of(code.height, code.width);
        require(
            code.dense.shape() == Shape{shape.patches, shape.side, shape.side, shape.channels, shape.maps},
            job.input.string(), "holds a code {}, which no film of {} x {} pixels has",
            code.dense.shape().str(), code.width, code.height);
        const auto write = [&](const fs::path& path, const TernaryCode& picked) {
          write_png(path, coder.decode(picked, code.height, code.width, code.bits));
        };
        write(job.outputs[0], disambiguated_without_key(code.dense, code.k));
        if (job.outputs.size() > 1) {
          const CodeKey key =
              read_code_key(key_of(job.outputs[0].lexically_relative(folder / "hat_pub")), code);
          write(job.outputs[1], disambiguated(code.dense, key.positive, key.negative));
        }
        return nlohmann::ordered_json{{"with_key", job.outputs.size() > 1}};
      });
}

}  // namespace

void add_share_published(CLI::App& share, const Common& common, Outcome& outcome) {
  auto* verb = share.add_subcommand("ambiguate", "published method: hide codes among decoys");
  auto settings = std::make_shared<Ambiguate>(*verb);
  add_film_options(*verb, settings->jobs, "folder for kK/original, kK/public_code and kK/key");
  verb->add_option("--seed", settings->seed,
                   "seed of the decoys. As published, the generator is not cryptographic");
  verb->footer(
      R"(This is the published mode (PRIMIS), kept for comparison. k may be up to half the channels. A key lists the places of the values: 25,600 bits per patch in the published configuration. scrim share seal needs 89 bytes per recipient and film.

Example:
  scrim share ambiguate films -o shared --weights weights/sparse_coder.safetensors)");
  verb->callback([settings, &common, &outcome] { outcome.status = ambiguate(*settings, common.json); });

  auto* back =
      share.add_subcommand("disambiguate", "published method: films from codes, with and without keys");
  auto undoing = std::make_shared<Disambiguate>();
  back->add_option("folder", undoing->folder, "folder kK written by scrim share ambiguate")->required();
  back->add_option("-w,--weights", undoing->weights, "weights that made the codes")->required();
  auto* overwrite = back->add_flag("--overwrite", undoing->jobs.overwrite, "replace existing files");
  back->add_flag("--skip-existing", undoing->jobs.skip_existing, "skip films whose output exists")
      ->excludes(overwrite);
  back->footer(
      R"(Writes two folders beside public_code, as the published code does: hat_sec, films opened with the keys in key/, and hat_pub, films without keys.

Example:
  scrim share disambiguate shared/k16 --weights weights/sparse_coder.safetensors)");
  back->callback([undoing, &common, &outcome] { outcome.status = disambiguate(*undoing, common.json); });
}

}  // namespace scrim
