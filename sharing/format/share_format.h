// The bytes of a sealed film, version 1. docs/share_format.md is the specification; the constants stand here,
// the reader in share_reader.h, the writer in share_writer.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sharing/format/ternary_signs.h"

namespace scrim {

namespace share_format {

inline constexpr std::string_view magic = "SCRIMSHR";
inline constexpr std::uint16_t version = 1;

// Sizes in bytes
inline constexpr std::size_t hash_size = 32;
inline constexpr std::size_t nonce_size = 24;
inline constexpr std::size_t file_key_size = 32;
inline constexpr std::size_t key_id_size = 8;
inline constexpr std::size_t mac_size = 32;
inline constexpr std::size_t public_key_recipient_size = key_id_size + 80;  ///< sealed box of the file key
inline constexpr std::size_t passphrase_recipient_size = 16 + 24 + 48;      ///< salt, nonce, secret box
inline constexpr std::size_t chunk_size = 65536;                            ///< of plain bytes
inline constexpr std::size_t chunk_overhead = 17;                           ///< tag and MAC of each chunk

// Limits
inline constexpr std::size_t most_recipients = 1000;
inline constexpr std::int64_t largest_side = 65535;
inline constexpr std::int64_t most_symbols = std::int64_t(1) << 28;
inline constexpr std::size_t largest_file = std::size_t(256) << 20;

// Argon2id for passphrases
inline constexpr unsigned long long passphrase_operations = 3;
inline constexpr std::size_t passphrase_memory = std::size_t(256) << 20;

// Names of the keys that are derived from a file's key
inline constexpr char context[] = "scrimshr";
enum class Subkey : std::uint64_t { payload_stream = 1, recipients_mac = 2, pad_stream = 3, pad_mac = 4 };

}  // namespace share_format

enum class ShareMode : std::uint8_t { sealed = 1, ternary_pad = 2 };
const char* name_of(ShareMode mode);

using Hash = std::array<unsigned char, share_format::hash_size>;

struct ShareHeader {
  ShareMode mode = ShareMode::sealed;
  int bits = 8;  ///< of the film's pixels, 8 or 16
  std::int64_t height = 0, width = 0;
  std::int64_t patch_size = 0;
  TernaryShape code;
  Hash model{};   ///< SHA-256 of the weight file
  Hash config{};  ///< SHA-256 of the coder's settings
  std::array<unsigned char, share_format::nonce_size> nonce{};
  std::uint64_t payload_size = 0;
};

struct Recipient {
  enum class Kind : std::uint8_t { public_key = 1, passphrase = 2 };
  Kind kind = Kind::public_key;
  std::string wrapped;  ///< public_key: key id, sealed box; passphrase: salt, nonce, secret box
};
std::size_t size_of(Recipient::Kind kind);
/// The key's id as 16 hexadecimal digits, or "passphrase".
std::string id_of(const Recipient& recipient);
/// Throws Error unless there are 1 to most_recipients, each id once.
void require_distinct(const std::vector<Recipient>& recipients, std::string_view name);

struct ShareFile {
  ShareHeader header;
  std::vector<Recipient> recipients;
  std::array<unsigned char, share_format::mac_size> recipients_mac{};
  std::string payload;
};

/// Of a sealed payload of that many plain bytes.
std::size_t sealed_size(std::size_t plain);
/// Of the dense code with five signs in a byte, and its MAC.
std::size_t padded_payload_size(const TernaryShape& shape);

}  // namespace scrim
