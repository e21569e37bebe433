#include "tools/share/share_command.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/config/config.h"
#include "base/config/config_checks.h"
#include "sharing/format/share_reader.h"

namespace scrim {

void check(const ShareSettings& s) {
  expect(s.mode == "sealed" || s.mode == "ternary_pad" || s.mode == "published", "share.mode", s.mode,
         "\"sealed\", \"ternary_pad\" or \"published\"");
  check_range("share", "k", double(s.k), 0, 2048);
}

ShareOptions::ShareOptions(CLI::App& verb, std::vector<std::string> modes)
    : verb_(verb.get_name()), modes_(std::move(modes)) {
  verb.add_option("--config", config_, "TOML file with weights, mode and k, see configs/share.toml");
  verb.add_option("-w,--weights", weights_, "weights of the sparse coder");
  if (modes_.size() > 1)
    verb.add_option("--mode", mode_,
                    fmt::format("{} (default: {})", fmt::join(modes_, " or "), modes_.front()));
  verb.add_option("-k,--k", k_, "values of each sign kept at each position; default: as trained");
}

ShareSettings ShareOptions::settings() const {
  ShareSettings s;
  s.mode = modes_.front();
  if (!config_.empty())
    s = std::get<ShareSettings>(
        parse_config<std::variant<ShareSettings>>(read_config_file(config_), config_, {}));
  if (!weights_.empty()) s.weights = weights_;
  if (!mode_.empty()) s.mode = mode_;
  if (k_) s.k = *k_;
  check(s);
  if (std::find(modes_.begin(), modes_.end(), s.mode) == modes_.end())
    throw UsageError(fmt::format("[share {}] the mode is {}, expected {}{}", verb_, s.mode,
                                 fmt::join(modes_, " or "),
                                 s.mode == "published" ? "; see scrim share ambiguate" : ""));
  if (s.weights.empty())
    throw UsageError(fmt::format("[share {}] No weights. Add --weights FILE or --config FILE", verb_));
  return s;
}

OpenerOptions::OpenerOptions(CLI::App& verb) {
  auto* key = verb.add_option("--key", key_file_, "your secret key (scrim share keygen)");
  verb.add_option("--passphrase-file", passphrase_file_, "file with the passphrase in its first line")
      ->excludes(key);
}

void OpenerOptions::read() {
  if (key_file_.empty() == passphrase_file_.empty())
    throw UsageError("[share] Add --key FILE or --passphrase-file FILE, one of the two");
  if (!key_file_.empty()) key_ = read_secret_key(key_file_);
  if (!passphrase_file_.empty()) passphrase_ = read_passphrase(passphrase_file_);
}

Opener OpenerOptions::opener() const {
  return {key_ ? &*key_ : nullptr, passphrase_ ? &*passphrase_ : nullptr};
}

AudienceOptions::AudienceOptions(CLI::App& verb, const std::string& passphrase_option) {
  verb.add_option("--to", key_files_, "public keys of the recipients (scrim share keygen)");
  verb.add_option(passphrase_option, passphrase_file_,
                  "file with a passphrase in its first line; whoever knows it is a recipient too (Argon2id)");
}

void AudienceOptions::read() {
  for (const auto& file : key_files_) keys_.push_back(read_public_key(file));
  if (!passphrase_file_.empty()) passphrase_ = read_passphrase(passphrase_file_);
  if (keys_.empty() && !passphrase_)
    throw UsageError("[share] No recipient. Add --to FILE.pub or --passphrase-file FILE");
}

Audience AudienceOptions::audience() const {
  return {keys_, passphrase_ ? &*passphrase_ : nullptr};
}

ShareFile read_share_file(const std::filesystem::path& file) {
  return parse_share_file(read_file(file, share_format::largest_file), file.string());
}

double bits_per_pixel(std::size_t bytes, std::int64_t height, std::int64_t width) {
  return 8 * double(bytes) / double(height * width);
}

void add_share(CLI::App& app, const Common& common, Outcome& outcome) {
  auto* share = app.add_subcommand("share", "share films as codes that only recipients can open");
  share->require_subcommand(1);
  share->footer(R"(A film becomes a sparse ternary code. There are three modes:
  sealed       (default) the code is encrypted for its recipients
  ternary_pad  encrypted too; the public part still looks like a dense code
  published    the ambiguation of the paper, kept for comparison; it hides little (see scrim share attack)

Example:
  scrim share keygen -o clinic
  scrim share seal films -o sealed --to clinic.pub --weights weights/sparse_coder.safetensors
  scrim share open sealed -o opened --key clinic.key --weights weights/sparse_coder.safetensors)");
  add_share_keys(*share, common, outcome);
  add_share_sealing(*share, common, outcome);
  add_share_published(*share, common, outcome);
  add_share_attack(*share, common, outcome);
  add_share_report(*share, common, outcome);
}

}  // namespace scrim
