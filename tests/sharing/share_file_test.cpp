// The reader of sealed files: the bytes of the page, and nothing else.
#include <gtest/gtest.h>

#include "sharing/format/envelope.h"
#include "sharing/format/share_reader.h"
#include "sharing/format/share_writer.h"
#include "tests/sharing/random_signs.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

std::string parse_error(const std::string& bytes) {
  return error_of([&] { parse_share_file(bytes, "file"); });
}

void expect_error(const std::string& bytes, const std::string& part) {
  expect_contains(parse_error(bytes), part);
}

class ShareBytes : public testing::Test {
 protected:
  std::string with(std::size_t at, const std::string& replacement) const {
    std::string changed = good;
    std::copy(replacement.begin(), replacement.end(), changed.begin() + std::ptrdiff_t(at));
    return changed;
  }
  ShareFile file = seal_code({.height = 20, .width = 16, .patch_size = 16}, random_signs({2, 1, 2, 16, 2}, 1),
                             {.keys = {new_secret_key().public_key()}});
  std::string good = file_bytes(file);
};

TEST_F(ShareBytes, WrittenAndReadAreTheSame) {
  const ShareFile back = parse_share_file(good, "file");
  EXPECT_EQ(file_bytes(back), good);
  EXPECT_EQ(back.header.code, file.header.code);
  EXPECT_EQ(back.header.height, 20);
  EXPECT_EQ(header_bytes(file.header).size(), 128u);
  EXPECT_EQ(good.substr(0, 10), std::string("SCRIMSHR\x01\0", 10));
}

TEST_F(ShareBytes, EveryLengthButTheRightOneIsRefused) {
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(parse_error(good.substr(0, size)), "no error");
  expect_error(good + '\0', "bytes of payload");
}

TEST_F(ShareBytes, FieldsThatMakeNoSenseAreNamed) {
  expect_error("", "is no sealed film");
  expect_error("\x89PNG\r\n\x1a\n", "is no sealed film");
  expect_error(with(8, "\x02"), "version 2, this program reads version 1");
  expect_error(with(10, "\x03"), "mode 3");
  expect_error(with(11, "\x0c"), "12 bits");
  expect_error(with(12, std::string(4, '\0')), "height 0");
  expect_error(with(20, std::string(2, '\0')), "patch size 0");
  expect_error(with(24, "\x09"), "k 9, expected 1 to 8");
  expect_error(with(30, "\x01"), "where the version has a zero");
}

TEST_F(ShareBytes, HugeClaimsAreRefusedBeforeAnythingIsAllocated) {
  expect_error(with(12, "\xff\xff\xff\xff"), "height 4294967295");
  expect_error(with(12, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x01\0", 10)), "height 4294967295");
  expect_error(with(12, std::string("\xff\xff\0\0\xff\xff\0\0", 8)), "more than 268435456 signs");
  expect_error(with(120, "\xff\xff\xff\xff\xff\xff\xff\xff"), "says a payload of 18446744073709551615 bytes");
}

TEST_F(ShareBytes, ListsOfRecipientsHaveLimits) {
  expect_error(with(128, std::string(2, '\0')), "has 0 recipients, expected 1 to 1000");
  expect_error(with(128, "\x10\x27"), "has 10000 recipients, expected 1 to 1000");
  EXPECT_NE(parse_error(with(128, "\xe8\x03")), "no error");  // a thousand that are not there
  expect_error(with(130, "\x07"), "recipient of kind 7");
  ShareFile two = file;
  two.recipients.assign(
      2, {Recipient::Kind::passphrase, std::string(share_format::passphrase_recipient_size, 'x')});
  expect_error(file_bytes(two), "has the recipient passphrase twice");
  ShareFile many = file;
  many.recipients.assign(10000, file.recipients.front());
  expect_error(file_bytes(many), "has 10000 recipients");
}

TEST(ShareLimits, HoldWhenSealingToo) {
  const ShareHeader header{.height = 8, .width = 8, .patch_size = 8};
  const TernarySigns code = random_signs({1, 1, 1, 4, 1}, 1);
  Audience audience;
  const auto error = [&] { return error_of([&] { seal_code(header, code, audience); }); };
  expect_contains(error(), "has 0 recipients, expected 1 to 1000");
  const PublicKey key = new_secret_key().public_key();
  audience.keys = {key, key};
  expect_contains(error(), "twice");
  audience.keys.clear();
  for (int i = 0; i < 1000; ++i) audience.keys.push_back(new_secret_key().public_key());
  EXPECT_EQ(error(), "no error");
  audience.keys.push_back(key);
  expect_contains(error(), "has 1001 recipients, expected 1 to 1000");
}

/// Whatever is sealed can be read: the largest rounding is where many channels meet a small k.
TEST(ShareLimits, WhatIsWrittenIsWithinTheReadersBounds) {
  const SecretKey key = new_secret_key();
  const TernarySigns wide = random_signs({400, 2, 2, 4096, 1}, 3);
  const ShareFile file =
      seal_code({.height = 160, .width = 160, .patch_size = 8}, wide, {.keys = {key.public_key()}});
  EXPECT_EQ(open_code(parse_share_file(file_bytes(file), "f"), {.key = &key}, "f").signs, wide.signs);
  ShareHeader large = file.header;
  large.height = large.width = 65535;
  large.code.patches = 8192 * 8192;
  expect_contains(error_of([&] { check_share_header(large, "f"); }), "more than 268435456 signs");
}

}  // namespace
}  // namespace scrim::test
