// `scrim share`: its verbs, and what they have in common.
#pragma once

#include <optional>

#include "evaluation/code_attacks/code_attack.h"
#include "tools/command.h"
#include "tools/film_jobs.h"

namespace scrim {

void add_share_keys(CLI::App& share, const Common& common,
                    Outcome& outcome);  ///< keygen, recipients, inspect
void add_share_sealing(CLI::App& share, const Common& common, Outcome& outcome);  ///< seal, open
void add_share_published(CLI::App& share, const Common& common,
                         Outcome& outcome);  ///< ambiguate, disambiguate
void add_share_attack(CLI::App& share, const Common& common, Outcome& outcome);
void add_share_report(CLI::App& share, const Common& common, Outcome& outcome);

inline constexpr const char* sealed_extension = ".sealed";

/// How films become codes: from a TOML file (configs/share.toml), from the command line, which wins.
struct ShareSettings {
  static constexpr const char* task = "share";
  std::string weights;
  std::string mode = "sealed";
  std::int64_t k = 0;
};

template <class Visit>
void visit_fields(ShareSettings& s, Visit&& visit) {
  visit("share", "weights", s.weights, "sparse coder's weights: safetensors of train_sparse_coder");
  visit(
      "share", "mode", s.mode,
      "\"sealed\", \"ternary_pad\" (what is public looks like a dense code) or \"published\" (hides little)");
  visit("share", "k", s.k, "values kept of each sign at each position; 0 = as trained");
}
void check(const ShareSettings& settings);

/// The options --config, --weights, --mode and --k, and the settings that they make. `verb` offers some of the
/// modes.
class ShareOptions {
 public:
  ShareOptions(CLI::App& verb, std::vector<std::string> modes);
  /// Throws UsageError for a mode that the verb does not offer, or when no weights are given.
  ShareSettings settings() const;

 private:
  std::string verb_, config_, weights_, mode_;
  std::vector<std::string> modes_;
  std::optional<std::int64_t> k_;
};

/// The options --key and --passphrase-file: exactly one.
class OpenerOptions {
 public:
  explicit OpenerOptions(CLI::App& verb);
  /// Reads the file. Throws UsageError unless exactly one is given.
  void read();
  Opener opener() const;

 private:
  std::string key_file_, passphrase_file_;
  std::optional<SecretKey> key_;
  std::optional<SecretBytes> passphrase_;
};

/// The options --to and --`passphrase_option`: whom to seal to.
class AudienceOptions {
 public:
  AudienceOptions(CLI::App& verb, const std::string& passphrase_option);
  /// Reads the files. Throws UsageError when nobody is named.
  void read();
  Audience audience() const;

 private:
  std::vector<std::string> key_files_;
  std::string passphrase_file_;
  std::vector<PublicKey> keys_;
  std::optional<SecretBytes> passphrase_;
};

/// A sealed file from disk. Throws Error as parse_share_file does.
ShareFile read_share_file(const std::filesystem::path& file);

/// Total bits of a file on one of the film's pixels.
double bits_per_pixel(std::size_t bytes, std::int64_t height, std::int64_t width);

}  // namespace scrim
