// The sizes of a tensor's axes, outermost first. Images are [N,H,W,C].
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace scrim {

class Shape {
 public:
  static constexpr int max_rank = 6;

  Shape() = default;  ///< a scalar: rank 0, one element
  Shape(std::initializer_list<std::int64_t> sizes);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return sizes_[axis]; }
  std::int64_t& operator[](int axis) { return sizes_[axis]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  void append(std::int64_t size);
  std::int64_t numel() const;
  bool operator==(const Shape& other) const;

  std::string str() const;  ///< "[2, 256, 256, 1]"

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

}  // namespace scrim
