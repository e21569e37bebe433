#include "sharing/format/share_writer.h"

namespace scrim {
namespace {

class Bytes {
 public:
  /// The lowest `count` bytes of a number, lowest first.
  Bytes& number(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) text += char(value >> (8 * i) & 0xff);
    return *this;
  }
  template <std::size_t N>
  Bytes& bytes(const std::array<unsigned char, N>& values) {
    text.append(values.begin(), values.end());
    return *this;
  }
  std::string text;
};

}  // namespace

std::string header_bytes(const ShareHeader& h) {
  Bytes out;
  out.text = share_format::magic;
  out.number(share_format::version, 2)
      .number(std::uint64_t(h.mode), 1)
      .number(std::uint64_t(h.bits), 1)
      .number(std::uint64_t(h.height), 4)
      .number(std::uint64_t(h.width), 4)
      .number(std::uint64_t(h.patch_size), 2)
      .number(std::uint64_t(h.code.channels), 2)
      .number(std::uint64_t(h.code.k), 2)
      .number(std::uint64_t(h.code.maps), 2)
      .number(std::uint64_t(h.code.side), 2)
      .number(0, 2)
      .bytes(h.model)
      .bytes(h.config)
      .bytes(h.nonce)
      .number(h.payload_size, 8);
  return out.text;
}

std::string recipient_bytes(const std::vector<Recipient>& recipients) {
  Bytes out;
  out.number(recipients.size(), 2);
  for (const Recipient& recipient : recipients) {
    out.number(std::uint64_t(recipient.kind), 1);
    out.text += recipient.wrapped;
  }
  return out.text;
}

std::string file_bytes(const ShareFile& file) {
  Bytes out;
  out.text = header_bytes(file.header) + recipient_bytes(file.recipients);
  out.bytes(file.recipients_mac);
  return out.text + file.payload;
}

}  // namespace scrim
