// Sealed files: who has a key gets the code back; nobody else does; whatever is changed is refused.
#include "sharing/format/envelope.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/atomic_file.h"
#include "sharing/format/share_reader.h"
#include "sharing/format/share_writer.h"
#include "tests/sharing/random_signs.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

SecretBytes secret(std::string_view text) {
  SecretBytes bytes(text.size());
  std::copy(text.begin(), text.end(), bytes.data());
  return bytes;
}

class Envelope : public testing::TestWithParam<ShareMode> {
 protected:
  ShareHeader header() const {
    ShareHeader h{.mode = GetParam(), .height = 8, .width = 6, .patch_size = 8};
    h.model[0] = 7;
    return h;
  }
  ShareFile sealed() const { return seal_code(header(), code, {.keys = {mine.public_key()}}); }
  static ShareFile reread(const ShareFile& file) { return parse_share_file(file_bytes(file), "test"); }

  TernarySigns code = random_signs({1, 2, 2, 16, 2}, 4);
  SecretKey mine = new_secret_key(), other = new_secret_key();
};

TEST_P(Envelope, OpensForItsRecipientsAlone) {
  const SecretBytes passphrase = secret("correct horse"), wrong = secret("correct house");
  const ShareFile file =
      reread(seal_code(header(), code, {{mine.public_key(), other.public_key()}, &passphrase}));
  EXPECT_EQ(file.recipients.size(), 3u);
  EXPECT_EQ(open_code(file, {.key = &mine}, "f").signs, code.signs);
  EXPECT_EQ(open_code(file, {.key = &other}, "f").signs, code.signs);
  EXPECT_EQ(open_code(file, {.passphrase = &passphrase}, "f").signs, code.signs);
  const SecretKey stranger = new_secret_key();
  expect_contains(error_of([&] { open_code(file, {.key = &stranger}, "f"); }), "is not sealed for key");
  expect_contains(error_of([&] { open_code(file, {.passphrase = &wrong}, "f"); }), "passphrase is wrong");
  expect_contains(error_of([&] { open_code(sealed(), {.passphrase = &wrong}, "f"); }),
                  "is not sealed for a passphrase");
}

TEST_P(Envelope, NeverSealsTheSameBytesTwice) {
  const ShareFile a = sealed(), b = sealed();
  EXPECT_NE(a.payload, b.payload);
  EXPECT_NE(a.header.nonce, b.header.nonce);
  EXPECT_EQ(a.payload.size(), b.payload.size());
}

TEST_P(Envelope, EveryChangedBitIsRefused) {
  const SecretBytes passphrase = secret("correct horse");
  const std::string good =
      file_bytes(seal_code(header(), code, {{mine.public_key(), other.public_key()}, &passphrase}));
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = char(bad[i] ^ (1 << bit));
      const std::string error = error_of([&] { open_code(parse_share_file(bad, "f"), {.key = &mine}, "f"); });
      EXPECT_TRUE(error.starts_with("[f] "))
          << "byte " << i << " bit " << bit << ": " << error;  // not the decoder's
    }
}

TEST_P(Envelope, LargeFilesTooAtRandomPlaces) {
  const TernarySigns film = random_signs({64, 5, 4, 256, 16}, 1);
  ShareHeader h = header();
  h.height = h.width = 512;
  h.patch_size = 64;
  const std::string good = file_bytes(seal_code(h, film, {.keys = {mine.public_key()}}));
  EXPECT_EQ(open_code(parse_share_file(good, "f"), {.key = &mine}, "f").signs, film.signs);
  Random random(2);
  for (int i = 0; i < 200; ++i) {
    std::string bad = good;
    const auto at = std::size_t(random.below(std::int64_t(good.size())));
    bad[at] = char(bad[at] ^ (1 << random.below(8)));
    EXPECT_THROW(open_code(parse_share_file(bad, "f"), {.key = &mine}, "f"), Error) << "byte " << at;
  }
}

TEST_P(Envelope, PayloadsOfTwoFilesCannotBeExchanged) {
  ShareFile a = sealed(), b = sealed();
  std::swap(a.payload, b.payload);
  expect_contains(error_of([&] { open_code(a, {.key = &mine}, "f"); }), "the payload differs");
  a = sealed();
  a.recipients = b.recipients;
  expect_contains(error_of([&] { open_code(a, {.key = &mine}, "f"); }), "was changed");
}

TEST_P(Envelope, RecipientsComeAndGoWhileThePayloadStays) {
  const ShareFile before = sealed();
  ShareFile file = before;
  add_recipients(file, {.key = &mine}, {.keys = {other.public_key()}}, "f");
  EXPECT_EQ(file.payload, before.payload);
  EXPECT_EQ(open_code(reread(file), {.key = &other}, "f").signs, code.signs);
  expect_contains(
      error_of([&] { add_recipients(file, {.key = &mine}, {.keys = {other.public_key()}}, "f"); }), "twice");
  remove_recipients(file, {.key = &other}, {mine.public_key().id_text()}, "f");
  EXPECT_EQ(file.payload, before.payload);
  EXPECT_EQ(open_code(reread(file), {.key = &other}, "f").signs, code.signs);
  expect_contains(error_of([&] { open_code(reread(file), {.key = &mine}, "f"); }), "is not sealed for key");
  expect_contains(error_of([&] { remove_recipients(file, {.key = &other}, {"0123"}, "f"); }),
                  "has no recipient 0123");
  // The last one stays.
  expect_contains(
      error_of([&] { remove_recipients(file, {.key = &other}, {other.public_key().id_text()}, "f"); }),
      "expected 1 to 1000");
  EXPECT_EQ(file.recipients.size(), 1u);
}

TEST_P(Envelope, KeyMaterialIsSmall) {
  const ShareFile one = sealed(),
                  two = seal_code(header(), code, {.keys = {mine.public_key(), other.public_key()}});
  EXPECT_LE(file_bytes(two).size() - file_bytes(one).size(), 32u + 200u);
  EXPECT_LE(recipient_bytes(one.recipients).size() + one.recipients_mac.size() + one.header.nonce.size(),
            32u + 200u);
}

/// The reader that was written from docs/share_format.md alone.
TEST_P(Envelope, AnotherReaderOpensItFromThePageAlone) {
  const TemporaryFolder folder;
  write_key_files(folder / "mine", mine);
  const SecretBytes passphrase = secret("correct horse");
  write_file(folder / "phrase", "correct horse\n", 0600);
  struct Case {
    std::int64_t side;  // of the film
    TernarySigns signs;
  };
  for (const auto& [side, signs] : {Case{8, code}, Case{80, random_signs({100, 5, 4, 256, 16}, 2)}}) {
    ShareHeader h = header();
    h.height = h.width = side;
    write_file(folder / "film.sealed",
               file_bytes(seal_code(h, signs, {.keys = {other.public_key(), mine.public_key()}})));
    const std::string command = fmt::format("python3 {}/tests/sharing/open_sealed.py {} {} {}",
                                            SCRIM_SOURCE_DIR, (folder / "film.sealed").string(),
                                            (folder / "mine.key").string(), (folder / "signs").string());
    ASSERT_EQ(std::system(command.c_str()), 0);
    const std::string read = read_file(folder / "signs", 1 << 24);
    EXPECT_TRUE(std::equal(signs.signs.begin(), signs.signs.end(), read.begin(), read.end(),
                           [](std::int8_t a, char b) { return a == std::int8_t(b); }));
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, Envelope, testing::Values(ShareMode::sealed, ShareMode::ternary_pad),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(KeyFiles, KeepSecretsForTheirOwner) {
  const TemporaryFolder folder;
  const SecretKey key = new_secret_key();
  write_key_files(folder / "clinic", key);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "clinic.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(read_secret_key(folder / "clinic.key").public_key().bytes, key.public_key().bytes);
  EXPECT_EQ(read_public_key(folder / "clinic.pub").bytes, key.public_key().bytes);
  expect_contains(error_of([&] { write_key_files(folder / "clinic", key); }), "exists");
  expect_contains(error_of([&] { read_public_key(folder / "clinic.key"); }), "is not a key file");
  fs::permissions(folder / "clinic.key", fs::perms(0640));
  expect_contains(error_of([&] { read_secret_key(folder / "clinic.key"); }), "others can read (mode 640)");
  for (const std::string text :
       {"", "scrim-secret-key-1 ", "scrim-secret-key-1 AAAA\n", "scrim-secret-key-1 %%%%"}) {
    write_file(folder / "bad.key", text, 0600);
    EXPECT_THROW(read_secret_key(folder / "bad.key"), Error) << text;
  }
  write_file(folder / "short", "hunter2\n", 0600);
  expect_contains(error_of([&] { read_passphrase(folder / "short"); }), "passphrase of 7 bytes; at least 8");
  write_file(folder / "long", "a long passphrase\nsecond line\n", 0600);
  EXPECT_EQ(read_passphrase(folder / "long").size(), 17u);
}

}  // namespace
}  // namespace scrim::test
