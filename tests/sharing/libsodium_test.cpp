// Published vectors of the primitives that sealed files rest on: that the library linked here is the one that
// they describe.
#include <gtest/gtest.h>
#include <sodium.h>

#include <cstring>
#include <vector>

#include "sharing/format/secret_bytes.h"

namespace scrim::test {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes from_hex(const std::string& text) {
  Bytes bytes(text.size() / 2);
  std::size_t size = 0;
  EXPECT_EQ(sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr), 0);
  EXPECT_EQ(size, bytes.size());
  return bytes;
}
std::string hex(const Bytes& bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}
Bytes counting(std::size_t count, unsigned char first) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<unsigned char>(first + i);
  return bytes;
}

/// RFC 7748, section 6.1.
TEST(Libsodium, X25519) {
  start_sodium();
  const Bytes alice = from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
              bob = from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  Bytes alice_public(32), bob_public(32), shared(32);
  crypto_scalarmult_base(alice_public.data(), alice.data());
  crypto_scalarmult_base(bob_public.data(), bob.data());
  EXPECT_EQ(hex(alice_public), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(hex(bob_public), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  ASSERT_EQ(crypto_scalarmult(shared.data(), alice.data(), bob_public.data()), 0);
  EXPECT_EQ(hex(shared), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

/// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST(Libsodium, XChaCha20Poly1305) {
  start_sodium();
  const std::string text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
      "would "
      "be it.";
  const Bytes associated = from_hex("50515253c0c1c2c3c4c5c6c7");
  Bytes sealed(text.size() + 16);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
      associated.data(), associated.size(), nullptr, counting(24, 0x40).data(), counting(32, 0x80).data());
  EXPECT_EQ(hex(sealed),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
}

/// libsodium, test/default/xchacha20.c, the first of tv_hchacha20.
TEST(Libsodium, HChaCha20) {
  start_sodium();
  Bytes out(32);
  crypto_core_hchacha20(out.data(), from_hex("d9660c5900ae19ddad28d6e06e45fe5e").data(),
                        from_hex("24f11cce8a1b3d61e441561a696c1c1b7e173d084fd4812425435a8896a013dc").data(),
                        nullptr);
  EXPECT_EQ(hex(out), "5966b3eec3bff1189f831f06afe4d4e3be97fa9235ec8c20d08acfbbb4e851e3");
}

/// libsodium, test/default/kdf.c and kdf.exp, the first two subkeys of 64 bytes.
TEST(Libsodium, SubkeysByBlake2b) {
  start_sodium();
  const Bytes master = counting(32, 0);
  Bytes key(64);
  crypto_kdf_derive_from_key(key.data(), key.size(), 0, "KDF test", master.data());
  EXPECT_EQ(hex(key),
            "a0c724404728c8bb95e5433eb6a9716171144d61efb23e74b873fcbeda51d8071b5d70aae12066dfc94ce943f145aa17"
            "6c055040c3dd73b0a15e36254d450614");
  crypto_kdf_derive_from_key(key.data(), key.size(), 1, "KDF test", master.data());
  EXPECT_EQ(hex(key),
            "02507f144fa9bf19010bf7c70b235b4c2663cc00e074f929602a5e2c10a780757d2a3993d06debc378a90efdac196dd8"
            "41817b977d67b786804f6d3cd585bab5");
}

/// The known-answer tests of BLAKE2 (github.com/BLAKE2/BLAKE2, testvectors/blake2b-kat.txt), the first: no
/// input, a key of 64 bytes.
TEST(Libsodium, KeyedBlake2b) {
  start_sodium();
  Bytes out(64);
  const Bytes key = counting(64, 0);
  crypto_generichash(out.data(), out.size(), nullptr, 0, key.data(), key.size());
  EXPECT_EQ(hex(out),
            "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2f"
            "f4233499391653df7aefcbc13fc51568");
}

/// libsodium, test/default/pwhash_argon2id.c and .exp: the seventh password of tv().
TEST(Libsodium, Argon2id) {
  start_sodium();
  const Bytes password = from_hex("b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b"),
              salt = from_hex("44071f6d181561670bda728d43fb79b4");
  Bytes out(231);
  ASSERT_EQ(
      crypto_pwhash_argon2id(out.data(), out.size(), reinterpret_cast<const char*>(password.data()),
                             password.size(), salt.data(), 1, 1631659, crypto_pwhash_argon2id_ALG_ARGON2ID13),
      0);
  EXPECT_EQ(hex(out).substr(0, 128),
            "7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe973f5b5fee683bd3fce812cb9ae5e9921a"
            "2d06c2f1905e4e839692f2b934b682f1");
}

}  // namespace
}  // namespace scrim::test
