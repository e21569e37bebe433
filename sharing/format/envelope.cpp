#include "sharing/format/envelope.h"

#include <sodium.h>

#include <algorithm>

#include "sharing/format/share_reader.h"
#include "sharing/format/share_writer.h"
#include "sharing/format/sign_coder.h"
#include "sharing/format/ternary_pad.h"

namespace scrim {

using namespace share_format;

static_assert(crypto_box_SEALBYTES + file_key_size + key_id_size == public_key_recipient_size);
static_assert(crypto_pwhash_argon2id_SALTBYTES + crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES +
                  file_key_size ==
              passphrase_recipient_size);
static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == chunk_overhead);
static_assert(crypto_secretstream_xchacha20poly1305_HEADERBYTES == nonce_size);
static_assert(crypto_stream_xchacha20_NONCEBYTES == nonce_size);
static_assert(sizeof context == crypto_kdf_CONTEXTBYTES + 1);

namespace {

unsigned char* raw(std::string& text, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}
const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

SecretBytes subkey(const SecretBytes& file_key, Subkey which) {
  SecretBytes key(32);
  crypto_kdf_derive_from_key(key.data(), key.size(), std::uint64_t(which), context, file_key.data());
  return key;
}

/// BLAKE2b-256 of two texts under a key.
std::array<unsigned char, mac_size> keyed_hash(const SecretBytes& key, std::string_view first,
                                               std::string_view second) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), mac_size);
  crypto_generichash_update(&state, raw(first), first.size());
  crypto_generichash_update(&state, raw(second), second.size());
  std::array<unsigned char, mac_size> mac{};
  crypto_generichash_final(&state, mac.data(), mac.size());
  return mac;
}

// The file's key for each recipient ------------------------------------------------------------------------

Recipient wrapped_for(const PublicKey& to, const SecretBytes& file_key) {
  Recipient recipient{Recipient::Kind::public_key, std::string(public_key_recipient_size, '\0')};
  const auto id = to.id();
  std::copy(id.begin(), id.end(), recipient.wrapped.begin());
  require(crypto_box_seal(raw(recipient.wrapped, key_id_size), file_key.data(), file_key.size(),
                          to.bytes.data()) == 0,
          "seal", "{} is no X25519 key", to.id_text());
  return recipient;
}

SecretBytes passphrase_key(const SecretBytes& passphrase, const unsigned char* salt) {
  SecretBytes key(crypto_secretbox_KEYBYTES);
  require(crypto_pwhash_argon2id(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()),
                                 passphrase.size(), salt, passphrase_operations, passphrase_memory,
                                 crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0,
          "passphrase", "Argon2id needs {} MiB of memory; there is not enough", passphrase_memory >> 20);
  return key;
}

constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;

Recipient wrapped_under(const SecretBytes& passphrase, const SecretBytes& file_key) {
  Recipient recipient{Recipient::Kind::passphrase, std::string(passphrase_recipient_size, '\0')};
  unsigned char* const out = raw(recipient.wrapped);
  randombytes_buf(out, salt_size + nonce_size);
  const SecretBytes key = passphrase_key(passphrase, out);
  crypto_secretbox_easy(out + salt_size + nonce_size, file_key.data(), file_key.size(), out + salt_size,
                        key.data());
  return recipient;
}

std::vector<Recipient> wrapped_for_all(const Audience& audience, const SecretBytes& file_key) {
  std::vector<Recipient> recipients;
  for (const PublicKey& key : audience.keys) recipients.push_back(wrapped_for(key, file_key));
  if (audience.passphrase) recipients.push_back(wrapped_under(*audience.passphrase, file_key));
  return recipients;
}

/// The file's key, without a proof that the file is as it was.
SecretBytes unwrapped(const ShareFile& file, const Opener& opener, std::string_view name) {
  SecretBytes file_key(file_key_size);
  const std::string mine = opener.key ? opener.key->public_key().id_text() : "passphrase";
  for (const Recipient& recipient : file.recipients) {
    if (id_of(recipient) != mine) continue;
    const unsigned char* const in = raw(recipient.wrapped);
    if (opener.key) {
      const PublicKey own = opener.key->public_key();
      if (crypto_box_seal_open(file_key.data(), in + key_id_size, recipient.wrapped.size() - key_id_size,
                               own.bytes.data(), opener.key->bytes.data()) == 0)
        return file_key;
    } else {
      const SecretBytes key = passphrase_key(*opener.passphrase, in);
      if (crypto_secretbox_open_easy(file_key.data(), in + salt_size + nonce_size,
                                     recipient.wrapped.size() - salt_size - nonce_size, in + salt_size,
                                     key.data()) == 0)
        return file_key;
    }
    fail(name, "{}",
         opener.key ? fmt::format("the entry of key {} is damaged", mine)
                    : "the passphrase is wrong, or its entry is damaged");
  }
  fail(name, "is not sealed for {} (recipients: {})", opener.key ? "key " + mine : "a passphrase",
       file.recipients.size());
}

std::array<unsigned char, mac_size> mac_of_recipients(const ShareFile& file, const SecretBytes& file_key) {
  return keyed_hash(subkey(file_key, Subkey::recipients_mac), header_bytes(file.header),
                    recipient_bytes(file.recipients));
}

/// The file's key, where header and recipients are as they were.
SecretBytes checked_key(const ShareFile& file, const Opener& opener, std::string_view name) {
  SecretBytes file_key = unwrapped(file, opener, name);
  const auto expected = mac_of_recipients(file, file_key);
  require(sodium_memcmp(expected.data(), file.recipients_mac.data(), mac_size) == 0, name,
          "was changed after sealing: header or recipients differ");
  return file_key;
}

// The payload ----------------------------------------------------------------------------------------------

/// Fills in the header's nonce, to which the payload is bound with the rest of it.
std::string sealed(ShareHeader& header, std::string plain, const SecretBytes& file_key) {
  const Wiped wiped(plain);
  const SecretBytes key = subkey(file_key, Subkey::payload_stream);
  crypto_secretstream_xchacha20poly1305_state state;
  crypto_secretstream_xchacha20poly1305_init_push(&state, header.nonce.data(), key.data());
  header.payload_size = sealed_size(plain.size());
  const std::string bound = header_bytes(header);
  std::string payload(header.payload_size, '\0');
  unsigned char* out = raw(payload);
  for (std::size_t at = 0; at < plain.size(); at += chunk_size) {
    const std::size_t count = std::min(chunk_size, plain.size() - at);
    const bool last = at + count == plain.size();
    crypto_secretstream_xchacha20poly1305_push(&state, out, nullptr, raw(plain, at), count, raw(bound),
                                               bound.size(),
                                               last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    out += count + chunk_overhead;
  }
  sodium_memzero(&state, sizeof state);
  return payload;
}

/// All of it, or an Error.
std::string unsealed(const ShareFile& file, const SecretBytes& file_key, std::string_view name) {
  const SecretBytes key = subkey(file_key, Subkey::payload_stream);
  crypto_secretstream_xchacha20poly1305_state state;
  const std::string bound = header_bytes(file.header);
  bool good =
      crypto_secretstream_xchacha20poly1305_init_pull(&state, file.header.nonce.data(), key.data()) == 0;
  std::string plain(file.payload.size(), '\0');
  std::size_t size = 0;
  for (std::size_t at = 0; good && at < file.payload.size();) {
    const std::size_t count = std::min(chunk_size + chunk_overhead, file.payload.size() - at);
    unsigned long long got = 0;
    unsigned char tag = 0;
    good = count > chunk_overhead && crypto_secretstream_xchacha20poly1305_pull(
                                         &state, raw(plain, size), &got, &tag, raw(file.payload) + at, count,
                                         raw(bound), bound.size()) == 0;
    at += count;
    size += got;
    good = good && (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) == (at == file.payload.size());
  }
  sodium_memzero(&state, sizeof state);
  if (!good) sodium_memzero(plain.data(), plain.size());
  require(good, name, "was changed after sealing: the payload differs");
  plain.resize(size);
  return plain;
}

std::string padded(ShareHeader& header, const TernarySigns& code, const SecretBytes& file_key) {
  fill_with_random(header.nonce);
  header.payload_size = padded_payload_size(code.shape);
  std::string payload = add_pad(code, subkey(file_key, Subkey::pad_stream), header.nonce);
  const auto mac = keyed_hash(subkey(file_key, Subkey::pad_mac), header_bytes(header), payload);
  payload.append(mac.begin(), mac.end());
  return payload;
}

TernarySigns unpadded(const ShareFile& file, const SecretBytes& file_key, std::string_view name) {
  const std::string_view all = file.payload, dense = all.substr(0, all.size() - mac_size);
  const auto mac = keyed_hash(subkey(file_key, Subkey::pad_mac), header_bytes(file.header), dense);
  require(sodium_memcmp(mac.data(), raw(all) + dense.size(), mac_size) == 0, name,
          "was changed after sealing: the payload differs");
  return remove_pad(dense, file.header.code, subkey(file_key, Subkey::pad_stream), file.header.nonce);
}

}  // namespace

ShareFile seal_code(ShareHeader header, const TernarySigns& code, const Audience& audience) {
  header.code = code.shape;
  const SecretBytes file_key = random_secret(file_key_size);
  ShareFile file;
  file.recipients = wrapped_for_all(audience, file_key);
  require_distinct(file.recipients, "the list");
  file.payload = header.mode == ShareMode::sealed ? sealed(header, encode_signs(code), file_key)
                                                  : padded(header, code, file_key);
  file.header = header;
  check_share_header(header, "film");  // what no reader takes is not written
  file.recipients_mac = mac_of_recipients(file, file_key);
  return file;
}

TernarySigns open_code(const ShareFile& file, const Opener& opener, std::string_view name) {
  const SecretBytes file_key = checked_key(file, opener, name);
  if (file.header.mode == ShareMode::ternary_pad) return unpadded(file, file_key, name);
  std::string plain = unsealed(file, file_key, name);
  const Wiped wiped(plain);
  return decode_signs(plain, file.header.code);
}

void add_recipients(ShareFile& file, const Opener& opener, const Audience& audience, std::string_view name) {
  const SecretBytes file_key = checked_key(file, opener, name);
  ShareFile changed = file;
  for (Recipient& recipient : wrapped_for_all(audience, file_key))
    changed.recipients.push_back(std::move(recipient));
  require_distinct(changed.recipients, name);
  changed.recipients_mac = mac_of_recipients(changed, file_key);
  file = std::move(changed);
}

void remove_recipients(ShareFile& file, const Opener& opener, const std::vector<std::string>& ids,
                       std::string_view name) {
  const SecretBytes file_key = checked_key(file, opener, name);
  ShareFile changed = file;
  for (const std::string& id : ids) {
    const auto found = std::find_if(changed.recipients.begin(), changed.recipients.end(),
                                    [&](const Recipient& recipient) { return id_of(recipient) == id; });
    require(found != changed.recipients.end(), name, "has no recipient {}", id);
    changed.recipients.erase(found);
  }
  require_distinct(changed.recipients, name);
  changed.recipients_mac = mac_of_recipients(changed, file_key);
  file = std::move(changed);
}

}  // namespace scrim
