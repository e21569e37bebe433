#include "sharing/format/share_reader.h"

#include <algorithm>

#include "sharing/format/sign_coder.h"

namespace scrim {

using namespace share_format;

namespace {

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::string_view take(std::size_t count, const char* what) {
    require(count <= bytes_.size() - at_, name_, "ends within its {}: it has {} bytes and needs {}", what,
            bytes_.size(), at_ + count);
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint64_t number(std::size_t count, const char* what) {
    const std::string_view text = take(count, what);
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | std::uint8_t(text[i]);
    return value;
  }
  template <std::size_t N>
  void bytes(std::array<unsigned char, N>& to, const char* what) {
    const std::string_view text = take(N, what);
    std::copy(text.begin(), text.end(), to.begin());
  }
  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  std::string_view bytes_, name_;
  std::size_t at_ = 0;
};

}  // namespace

void check_share_header(const ShareHeader& h, std::string_view name) {
  require(h.bits == 8 || h.bits == 16, name, "says {} bits a pixel, expected 8 or 16", h.bits);
  const auto within = [&](const char* what, std::int64_t value, std::int64_t low, std::int64_t high) {
    require(value >= low && value <= high, name, "says {} {}, expected {} to {}", what, value, low, high);
  };
  within("height", h.height, 1, largest_side);
  within("width", h.width, 1, largest_side);
  within("patch size", h.patch_size, 1, 4096);
  within("channels", h.code.channels, 2, 4096);
  within("k", h.code.k, 1, h.code.channels / 2);
  within("code maps", h.code.maps, 1, 64);
  within("code side", h.code.side, 1, h.patch_size);
  const std::int64_t patches = patch_count(h.height, h.width, h.patch_size);
  require(patches <= most_symbols / (h.code.side * h.code.side * h.code.maps * h.code.channels), name,
          "says {} x {} pixels, whose code would have more than {} signs", h.width, h.height, most_symbols);
  require(h.code.patches == patches, name, "has a code of {} patches, {} x {} pixels make {}", h.code.patches,
          h.width, h.height, patches);
  if (h.mode == ShareMode::ternary_pad) {
    const std::size_t expected = padded_payload_size(h.code);
    require(h.payload_size == expected, name, "says a payload of {} bytes, expected {}", h.payload_size,
            expected);
    return;
  }
  // Other writers may round the size of a code in another way.
  const auto least = std::size_t(std::max(h.code.ideal_bits() / 8, 1.0));
  require(h.payload_size >= sealed_size(least) && h.payload_size <= sealed_size(encoded_size(h.code) + 256),
          name, "says a payload of {} bytes, which no code of its shape has", h.payload_size);
}

ShareFile parse_share_file(std::string_view bytes, std::string_view name) {
  require(bytes.size() <= largest_file, name, "has {} bytes, at most {} are accepted", bytes.size(),
          largest_file);
  require(bytes.starts_with(magic), name, "is no sealed film: it does not begin with {}", magic);
  Reader reader(bytes, name);
  reader.take(magic.size(), "header");
  const std::uint64_t found = reader.number(2, "header");
  require(found == version, name, "is of version {}, this program reads version {}", found, version);

  ShareFile file;
  ShareHeader& h = file.header;
  const std::uint64_t mode = reader.number(1, "header");
  require(mode == 1 || mode == 2, name, "is of mode {}, expected 1 (sealed) or 2 (ternary pad)", mode);
  h.mode = ShareMode(mode);
  h.bits = int(reader.number(1, "header"));
  h.height = std::int64_t(reader.number(4, "header"));
  h.width = std::int64_t(reader.number(4, "header"));
  h.patch_size = std::int64_t(reader.number(2, "header"));
  h.code.channels = std::int64_t(reader.number(2, "header"));
  h.code.k = std::int64_t(reader.number(2, "header"));
  h.code.maps = std::int64_t(reader.number(2, "header"));
  h.code.side = std::int64_t(reader.number(2, "header"));
  const std::uint64_t reserved = reader.number(2, "header");
  require(reserved == 0, name, "has {} where the version has a zero", reserved);
  reader.bytes(h.model, "header");
  reader.bytes(h.config, "header");
  reader.bytes(h.nonce, "header");
  h.payload_size = reader.number(8, "header");
  // Numbers that are out of their limits are refused by the check, whatever they would make here.
  if (h.height <= largest_side && h.width <= largest_side && h.patch_size >= 1)
    h.code.patches = patch_count(h.height, h.width, h.patch_size);
  check_share_header(h, name);

  const std::uint64_t count = reader.number(2, "list of recipients");
  require(count >= 1 && count <= most_recipients, name, "has {} recipients, expected 1 to {}", count,
          most_recipients);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t kind = reader.number(1, "list of recipients");
    require(kind == 1 || kind == 2, name, "has a recipient of kind {}, expected 1 (key) or 2 (passphrase)",
            kind);
    Recipient recipient{Recipient::Kind(kind), {}};
    recipient.wrapped = reader.take(size_of(recipient.kind), "list of recipients");
    file.recipients.push_back(std::move(recipient));
  }
  require_distinct(file.recipients, name);
  reader.bytes(file.recipients_mac, "list of recipients");
  require(reader.rest().size() == h.payload_size, name, "has {} bytes of payload, its header says {}",
          reader.rest().size(), h.payload_size);
  file.payload = reader.rest();
  return file;
}

}  // namespace scrim
