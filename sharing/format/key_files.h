// Key pairs (X25519) and passphrases, in files.
//   NAME.pub   one line: "scrim-public-key-1 BASE64"
//   NAME.key   one line: "scrim-secret-key-1 BASE64", permissions 0600
//   any name   one line: "scrim-release-key-1 BASE64", permissions 0600: what donors of surrogates are drawn with
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "sharing/format/secret_bytes.h"

namespace scrim {

struct PublicKey {
  std::array<unsigned char, 32> bytes{};
  /// The first 8 bytes of its BLAKE2b-256.
  std::array<unsigned char, 8> id() const;
  std::string id_text() const;  ///< 16 hexadecimal digits
};

struct SecretKey {
  SecretBytes bytes;  ///< 32
  PublicKey public_key() const;
};

SecretKey new_secret_key();

/// Writes BASE.key and BASE.pub. Throws Error when one of them is there already.
void write_key_files(const std::filesystem::path& base, const SecretKey& key);
/// Throw Error that says what came; a secret file that others may read is refused, as ssh does.
PublicKey read_public_key(const std::filesystem::path& file);
SecretKey read_secret_key(const std::filesystem::path& file);

/// Makes a key of 32 random bytes. Throws Error when the file is there already.
void write_release_key(const std::filesystem::path& file);
SecretBytes read_release_key(const std::filesystem::path& file);

/// The first line of a file of at most 1024 bytes that nobody else may read. Throws Error when it is shorter
/// than 8 bytes.
SecretBytes read_passphrase(const std::filesystem::path& file);

}  // namespace scrim
