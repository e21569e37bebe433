// scrim share keygen, recipients, inspect: what needs no model.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/json_line.h"
#include "sharing/format/share_writer.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

void keygen(const std::string& base, bool json) {
  const SecretKey key = new_secret_key();
  write_key_files(base, key);
  if (json)
    print_json_line(
        {{"secret", base + ".key"}, {"public", base + ".pub"}, {"key_id", key.public_key().id_text()}});
  else
    fmt::print(
        "{0}.key  secret: keep it to yourself\n{0}.pub  public: give it to those who seal films for you\n"
        "key id  {1}\n",
        base, key.public_key().id_text());
}

/// Runs `work` on every file; one that fails is named, the others are done. The exit status.
int for_each_file(const std::vector<std::string>& inputs, const std::function<void(const fs::path&)>& work) {
  const auto files =
      find_files(inputs, [](const fs::path& path) { return path.extension() == sealed_extension; });
  if (files.empty()) throw UsageError(fmt::format("[share] the inputs have no {} files", sealed_extension));
  int status = 0;
  for (const FoundFile& file : files) try {
      work(file.path);
    } catch (const UsageError&) {
      throw;
    } catch (const std::exception& e) {
      say(fmt::format("scrim: {}\n", e.what()));
      status = 1;
    }
  return status;
}

int change_recipients(const std::vector<std::string>& inputs, bool json,
                      const std::function<void(ShareFile&, const std::string& name)>& change) {
  std::size_t changed = 0;
  const int status = for_each_file(inputs, [&](const fs::path& path) {
    ShareFile file = read_share_file(path);
    change(file, path.string());
    write_file(path, file_bytes(file));
    ++changed;
  });
  if (json)
    print_json_line({{"changed", changed}});
  else
    fmt::print("{} files changed; payloads unchanged\n", changed);
  return status;
}

void show(const fs::path& path, bool json) {
  const ShareFile file = read_share_file(path);
  const ShareHeader& h = file.header;
  std::vector<std::string> recipients;
  for (const Recipient& recipient : file.recipients) recipients.push_back(id_of(recipient));
  const std::size_t bytes = file_bytes(file).size();
  if (json) {
    print_json_line({{"file", path.string()},
                     {"mode", name_of(h.mode)},
                     {"width", h.width},
                     {"height", h.height},
                     {"bits", h.bits},
                     {"k", h.code.k},
                     {"bytes", bytes},
                     {"payload_bytes", file.payload.size()},
                     {"bits_per_pixel", bits_per_pixel(bytes, h.height, h.width)},
                     {"model_sha256", hexadecimal(h.model)},
                     {"recipients", recipients}});
    return;
  }
  fmt::print("{}\n", path.string());
  fmt::print("  mode        {}, version {}\n", name_of(h.mode), share_format::version);
  fmt::print("  film        {} x {} pixels of {} bits\n", h.width, h.height, h.bits);
  fmt::print("  code        {} patches of {} pixels, {} x {} places, {} maps of {} channels, k {}\n",
             h.code.patches, h.patch_size, h.code.side, h.code.side, h.code.maps, h.code.channels, h.code.k);
  fmt::print("  size        {} bytes, {:.3f} bits a pixel; payload {} bytes, ideal code {:.0f}\n", bytes,
             bits_per_pixel(bytes, h.height, h.width), file.payload.size(), h.code.ideal_bits() / 8);
  fmt::print("  model       SHA-256 {}\n", hexadecimal(h.model));
  fmt::print("  recipients  {}\n", fmt::join(recipients, ", "));
}

}  // namespace

void add_share_keys(CLI::App& share, const Common& common, Outcome& outcome) {
  auto* keys = share.add_subcommand("keygen", "make a key pair");
  auto base = std::make_shared<std::string>();
  keys->add_option("-o,--output", *base, "file name without .key and .pub")->required();
  keys->footer(
      R"(Only the owner can read the secret key's file (mode 0600). Existing files are never replaced.

Example:
  scrim share keygen -o clinic)");
  keys->callback([base, &common] { keygen(*base, common.json); });

  auto* recipients = share.add_subcommand("recipients", "change who may open sealed files");
  recipients->require_subcommand(1);
  recipients->footer(
      R"(The payload does not change. A recipient who is removed may have opened or copied the file before.

Example:
  scrim share recipients add sealed --key clinic.key --to colleague.pub
  scrim share recipients remove sealed --key clinic.key --id 0123456789abcdef)");
  struct Change {
    std::vector<std::string> inputs, ids;
    std::unique_ptr<OpenerOptions> opener;
    std::unique_ptr<AudienceOptions> audience;
  };
  const auto common_options = [](CLI::App& verb, Change& change) {
    verb.add_option("inputs", change.inputs, ".sealed files, or folders")->required();
    change.opener = std::make_unique<OpenerOptions>(verb);
  };
  auto* add = recipients->add_subcommand("add", "add recipients");
  auto added = std::make_shared<Change>();
  common_options(*add, *added);
  added->audience = std::make_unique<AudienceOptions>(*add, "--new-passphrase-file");
  add->footer("Example:\n  scrim share recipients add sealed --key clinic.key --to colleague.pub");
  add->callback([added, &common, &outcome] {
    added->opener->read();
    added->audience->read();
    outcome.status =
        change_recipients(added->inputs, common.json, [&](ShareFile& file, const std::string& name) {
          add_recipients(file, added->opener->opener(), added->audience->audience(), name);
        });
  });
  auto* remove = recipients->add_subcommand("remove", "remove recipients");
  auto removed = std::make_shared<Change>();
  common_options(*remove, *removed);
  remove->add_option("--id", removed->ids, "key ids from scrim share inspect, or the word passphrase")
      ->required();
  remove->footer("Example:\n  scrim share recipients remove sealed --key clinic.key --id 0123456789abcdef");
  remove->callback([removed, &common, &outcome] {
    removed->opener->read();
    outcome.status =
        change_recipients(removed->inputs, common.json, [&](ShareFile& file, const std::string& name) {
          remove_recipients(file, removed->opener->opener(), removed->ids, name);
        });
  });

  auto* inspect = share.add_subcommand("inspect", "show what anybody can see of sealed files");
  auto inputs = std::make_shared<std::vector<std::string>>();
  inspect->add_option("inputs", *inputs, ".sealed files, or folders")->required();
  inspect->footer("Example:\n  scrim share inspect sealed");
  inspect->callback([inputs, &common, &outcome] {
    outcome.status = for_each_file(*inputs, [&](const fs::path& file) { show(file, common.json); });
  });
}

}  // namespace scrim
