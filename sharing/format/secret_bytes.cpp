#include "sharing/format/secret_bytes.h"

#include <fmt/format.h>
#include <sodium.h>

#include <utility>

#include "base/error.h"

namespace scrim {

void start_sodium() {
  static const int status = sodium_init();
  require(status >= 0, "libsodium", "cannot be started");
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  start_sodium();
  data_ = static_cast<unsigned char*>(sodium_malloc(size));
  require(data_ != nullptr, "memory", "{} bytes for a secret are not to be had", size);
  sodium_memzero(data_, size);
}

SecretBytes::~SecretBytes() {
  sodium_free(data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes random_secret(std::size_t size) {
  SecretBytes bytes(size);
  randombytes_buf(bytes.data(), size);
  return bytes;
}

void fill_with_random(std::span<unsigned char> bytes) {
  start_sodium();
  randombytes_buf(bytes.data(), bytes.size());
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  fill_with_random({reinterpret_cast<unsigned char*>(&number), sizeof number});
  return number;
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

Wiped::~Wiped() {
  sodium_memzero(text_.data(), text_.size());
}

}  // namespace scrim
