#include "sharing/format/sign_coder.h"

#include <algorithm>
#include <cmath>

namespace scrim {
namespace {

/// Ranges are kept above this; totals are at most 4096, so that rounding a range down to a multiple of the
/// total loses at most 2^-12 of it.
constexpr std::uint32_t least_range = 1u << 24;

class Encoder {
 public:
  explicit Encoder(std::size_t expected_size) { bytes_.reserve(expected_size); }

  /// The next symbol takes [begin, begin + width) of [0, total).
  void add(std::uint32_t begin, std::uint32_t width, std::uint32_t total) {
    const std::uint32_t unit = range_ / total;
    low_ += std::uint64_t(unit) * begin;
    range_ = unit * width;
    while (range_ < least_range) {
      range_ <<= 8;
      shift();
    }
  }

  std::string finish() {
    for (int i = 0; i < 5; ++i) shift();
    return std::move(bytes_);
  }

 private:
  /// Moves the highest byte of low out. A run of 0xff waits until it is known whether a carry passes through.
  void shift() {
    const bool carry = low_ >> 32 != 0;
    if (carry || low_ < 0xff000000u) {
      bytes_ += char(first_ + (carry ? 1 : 0));
      bytes_.append(waiting_, char(carry ? 0x00 : 0xff));
      waiting_ = 0;
      first_ = std::uint8_t(low_ >> 24);
    } else {
      ++waiting_;
    }
    low_ = (low_ << 8) & 0xffffffffu;
  }

  std::string bytes_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xffffffffu;
  std::uint8_t first_ = 0;
  std::size_t waiting_ = 0;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {
    require(next() == 0, "sign code", "is damaged: it does not begin with a zero");
    for (int i = 0; i < 4; ++i) value_ = value_ << 8 | next();
  }

  /// Where in [0, total) the next symbol lies.
  std::uint32_t place(std::uint32_t total) {
    unit_ = range_ / total;
    const std::uint32_t place = value_ / unit_;
    require(place < total, "sign code", "is damaged: a symbol lies outside its range");
    return place;
  }

  /// The symbol takes [begin, begin + width).
  void take(std::uint32_t begin, std::uint32_t width) {
    value_ -= begin * unit_;
    range_ = width * unit_;
    while (range_ < least_range) {
      range_ <<= 8;
      value_ = value_ << 8 | next();
    }
  }

  std::string_view rest() const { return bytes_.substr(at_); }

 private:
  std::uint8_t next() {
    require(at_ < bytes_.size(), "sign code", "is damaged: it ends after {} bytes", bytes_.size());
    return std::uint8_t(bytes_[at_++]);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint32_t value_ = 0, range_ = 0xffffffffu, unit_ = 1;
};

/// Signs still to come in a line, and which part of [0, rest) stands for each: +1, then -1, then 0.
struct Remaining {
  std::uint32_t rest, positive, negative;

  void take(int sign) {
    --rest;
    if (sign > 0) --positive;
    if (sign < 0) --negative;
  }
  std::uint32_t begin(int sign) const { return sign > 0 ? 0 : sign < 0 ? positive : positive + negative; }
  std::uint32_t width(int sign) const {
    return sign > 0 ? positive : sign < 0 ? negative : rest - positive - negative;
  }
};

Remaining whole_line(const TernaryShape& s) {
  return {std::uint32_t(s.channels), std::uint32_t(s.k), std::uint32_t(s.k)};
}

void check(const TernaryShape& s) {
  require(
      s.patches >= 1 && s.side >= 1 && s.maps >= 1 && s.k >= 1 && 2 * s.k <= s.channels && s.channels <= 4096,
      "sign code", "{} patches of {} x {} places, {} maps, {} channels and k {} make no code", s.patches,
      s.side, s.side, s.maps, s.channels, s.k);
}

}  // namespace

std::size_t encoded_size(const TernaryShape& s) {
  check(s);
  const double rounding = 1.5 * double(s.symbols()) * double(s.channels) / double(least_range);
  return std::size_t(std::ceil((s.ideal_bits() + rounding) / 8)) + 6;
}

std::string encode_signs(const TernarySigns& signs) {
  const TernaryShape& s = signs.shape;
  const std::size_t size = encoded_size(s);
  require(std::int64_t(signs.signs.size()) == s.symbols(), "sign code", "{} signs came, expected {}",
          signs.signs.size(), s.symbols());
  Encoder encoder(size);
  const std::int8_t* sign = signs.signs.data();
  for (std::int64_t line = 0; line < s.lines(); ++line) {
    Remaining remaining = whole_line(s);
    for (std::int64_t i = 0; i < s.channels; ++i, ++sign) {
      const std::uint32_t width = remaining.width(*sign);
      require(width > 0, "sign code", "a line has not exactly {} signs of each kind", s.k);
      encoder.add(remaining.begin(*sign), width, remaining.rest);
      remaining.take(*sign);
    }
  }
  std::string bytes = encoder.finish();
  require(bytes.size() <= size, "sign code", "{} bytes came out, at most {} were promised", bytes.size(),
          size);
  bytes.resize(size, '\0');
  return bytes;
}

TernarySigns decode_signs(std::string_view bytes, const TernaryShape& s) {
  check(s);
  TernarySigns result{s, std::vector<std::int8_t>(std::size_t(s.symbols()))};
  Decoder decoder(bytes);
  std::int8_t* sign = result.signs.data();
  for (std::int64_t line = 0; line < s.lines(); ++line) {
    Remaining remaining = whole_line(s);
    for (std::int64_t i = 0; i < s.channels; ++i, ++sign) {
      const std::uint32_t place = decoder.place(remaining.rest);
      *sign = place < remaining.positive ? 1 : place < remaining.positive + remaining.negative ? -1 : 0;
      decoder.take(remaining.begin(*sign), remaining.width(*sign));
      remaining.take(*sign);
    }
  }
  const std::string_view rest = decoder.rest();
  require(std::all_of(rest.begin(), rest.end(), [](char byte) { return byte == 0; }), "sign code",
          "is damaged: something follows after its end");
  return result;
}

}  // namespace scrim
