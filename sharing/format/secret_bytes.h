// Secrets in memory: locked where the system allows it, between guard pages, wiped when they go.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace scrim {

class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size = 0);  ///< zeros
  ~SecretBytes();
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;

  unsigned char* data() { return data_; }
  const unsigned char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  unsigned char* data_;
  std::size_t size_;
};

/// Random bytes from the operating system.
SecretBytes random_secret(std::size_t size);
void fill_with_random(std::span<unsigned char> bytes);
/// The same for one number.
std::uint64_t random_number();

/// Within its life the text's bytes are a secret; afterwards they are zeros.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_(text) {}
  ~Wiped();
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::string& text_;
};

/// Two digits a byte; for what is no secret: ids and hashes.
std::string hexadecimal(std::span<const unsigned char> bytes);

/// Must have been called before anything else of libsodium; done once. Throws Error when it cannot start.
void start_sodium();

}  // namespace scrim
