#include "tensor/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace scrim {

Shape::Shape(std::initializer_list<std::int64_t> sizes) {
  for (std::int64_t size : sizes) append(size);
}

void Shape::append(std::int64_t size) {
  require(rank_ < max_rank, "shape", "at most {} axes, one more came after {}", max_rank, str());
  require(size >= 0, "shape", "axis {} has the negative size {}", rank_, size);
  sizes_[rank_++] = size;
}

std::int64_t Shape::numel() const {
  std::int64_t product = 1;
  for (std::int64_t size : *this) product *= size;
  return product;
}

bool Shape::operator==(const Shape& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::string Shape::str() const {
  return fmt::format("[{}]", fmt::join(begin(), end(), ", "));
}

}  // namespace scrim
