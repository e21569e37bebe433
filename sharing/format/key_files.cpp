#include "sharing/format/key_files.h"

#include <sodium.h>

#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"

namespace scrim {
namespace {

constexpr std::string_view public_tag = "scrim-public-key-1 ", secret_tag = "scrim-secret-key-1 ",
                           release_tag = "scrim-release-key-1 ";
constexpr std::size_t key_size = crypto_box_PUBLICKEYBYTES;
constexpr std::size_t base64_size = 44;  // of 32 bytes
constexpr int base64 = sodium_base64_VARIANT_ORIGINAL;

void decode_key(std::string_view text, std::string_view tag, const std::string& name, unsigned char* key) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  require(text.starts_with(tag), name, "is not a key file of this kind: it does not begin with \"{}\"", tag);
  text.remove_prefix(tag.size());
  std::size_t size = 0;
  const char* end = nullptr;
  const bool decoded =
      sodium_base642bin(key, key_size, text.data(), text.size(), nullptr, &size, &end, base64) == 0;
  require(decoded && size == key_size && end == text.data() + text.size(), name,
          "is damaged: its key is not {} characters of base64", base64_size);
}

std::string key_line(std::string_view tag, const unsigned char* bytes) {
  std::string text(tag);
  text.resize(tag.size() + base64_size + 1);  // before the secret is in it: moving would leave a copy
  sodium_bin2base64(text.data() + tag.size(), base64_size + 1, bytes, key_size, base64);
  text.back() = '\n';
  return text;
}

/// A small file that only its owner may read.
SecretBytes read_secret_file(const std::filesystem::path& file, std::size_t limit) {
  const FileReader reader(file, limit);
  require((reader.mode() & 077) == 0, file.string(),
          "holds a secret that others can read (mode {:03o}). Run: chmod 600 {}", reader.mode(),
          file.string());
  SecretBytes bytes(reader.size());
  reader.read(0, reader.size(), bytes.data());
  return bytes;
}

std::string_view text_of(const SecretBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::array<unsigned char, 8> PublicKey::id() const {
  unsigned char hash[crypto_generichash_BYTES];
  crypto_generichash(hash, sizeof hash, bytes.data(), bytes.size(), nullptr, 0);
  std::array<unsigned char, 8> id{};
  std::copy(hash, hash + id.size(), id.begin());
  return id;
}

std::string PublicKey::id_text() const {
  return hexadecimal(id());
}

PublicKey SecretKey::public_key() const {
  PublicKey key;
  require(crypto_scalarmult_base(key.bytes.data(), bytes.data()) == 0, "key", "is no X25519 key");
  return key;
}

SecretKey new_secret_key() {
  SecretKey key{SecretBytes(key_size)};
  PublicKey unused;
  crypto_box_keypair(unused.bytes.data(), key.bytes.data());
  return key;
}

void write_key_files(const std::filesystem::path& base, const SecretKey& key) {
  const std::filesystem::path secret_file = base.string() + ".key", public_file = base.string() + ".pub";
  for (const auto& file : {secret_file, public_file})
    require(!std::filesystem::exists(file), "keygen", "{} exists. Keys are never replaced", file.string());
  std::string secret_line = key_line(secret_tag, key.bytes.data());
  const Wiped wiped(secret_line);
  const std::string public_line = key_line(public_tag, key.public_key().bytes.data());
  AtomicFile secret(secret_file, 0600), open(public_file);
  secret.write(secret_line);
  open.write(public_line);
  secret.commit_new();
  try {
    open.commit_new();
  } catch (...) {  // a secret key whose public one is another's would be a trap
    std::filesystem::remove(secret_file);
    throw;
  }
}

PublicKey read_public_key(const std::filesystem::path& file) {
  start_sodium();
  PublicKey key;
  decode_key(read_file(file, 1024), public_tag, file.string(), key.bytes.data());
  return key;
}

SecretKey read_secret_key(const std::filesystem::path& file) {
  const SecretBytes text = read_secret_file(file, 1024);
  SecretKey key{SecretBytes(key_size)};
  decode_key(text_of(text), secret_tag, file.string(), key.bytes.data());
  return key;
}

void write_release_key(const std::filesystem::path& file) {
  const SecretBytes key = random_secret(key_size);
  std::string line = key_line(release_tag, key.data());
  const Wiped wiped(line);
  AtomicFile out(file, 0600);
  out.write(line);
  out.commit_new();
}

SecretBytes read_release_key(const std::filesystem::path& file) {
  const SecretBytes text = read_secret_file(file, 1024);
  SecretBytes key(key_size);
  decode_key(text_of(text), release_tag, file.string(), key.data());
  return key;
}

SecretBytes read_passphrase(const std::filesystem::path& file) {
  const SecretBytes bytes = read_secret_file(file, 1024);
  const std::string_view line = text_of(bytes).substr(0, text_of(bytes).find('\n'));
  require(line.size() >= 8, file.string(), "has a passphrase of {} bytes; at least 8 are needed",
          line.size());
  SecretBytes passphrase(line.size());
  std::memcpy(passphrase.data(), line.data(), line.size());
  return passphrase;
}

}  // namespace scrim
