#include "base/hmac.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace scrim::test {
namespace {

std::string code_of(const std::string& key, const std::string& text) {
  const auto bytes = [](const std::string& s) {
    return std::span(reinterpret_cast<const unsigned char*>(s.data()), s.size());
  };
  std::string code;
  for (const unsigned char byte : hmac_sha256(bytes(key), bytes(text))) code += fmt::format("{:02x}", byte);
  return code;
}

// RFC 4231, sections 4.2, 4.3 and 4.7 (a key longer than a block).
TEST(Hmac, AgreesWithTheRfc) {
  EXPECT_EQ(code_of(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(code_of("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(code_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace scrim::test
