#include "tensor/memory/pieces.h"

namespace scrim {

void Pieces::set_free(ByAddress::iterator piece, bool is_free) {
  piece->second.is_free = is_free;
  const std::pair entry{piece->second.size, piece->first};
  if (is_free)
    free_.insert(entry);
  else
    free_.erase(entry);
}

char* Pieces::take(std::size_t size) {
  const auto found = free_.lower_bound({size, nullptr});
  if (found == free_.end()) return nullptr;
  const auto piece = pieces_.find(found->second);
  set_free(piece, false);
  const std::size_t rest = piece->second.size - size;
  if (rest > 0) {
    piece->second.size = size;
    set_free(pieces_.insert({piece->first + size, {rest, false, false}}).first, true);
  }
  return piece->first;
}

void Pieces::join_with_next(ByAddress::iterator piece) {
  const auto next = std::next(piece);
  if (next == pieces_.end() || !next->second.is_free || next->second.begins_segment) return;
  set_free(next, false);
  piece->second.size += next->second.size;
  pieces_.erase(next);
}

void Pieces::give(char* address) {
  auto piece = pieces_.find(address);
  join_with_next(piece);
  if (!piece->second.begins_segment && std::prev(piece)->second.is_free) {
    const auto before = std::prev(piece);
    set_free(before, false);
    set_free(piece, true);
    join_with_next(before);
    piece = before;
  }
  set_free(piece, true);
}

Pieces::Segment Pieces::remove_free_segment() {
  for (auto entry = free_.rbegin(); entry != free_.rend(); ++entry) {
    const auto piece = pieces_.find(entry->second);
    const auto next = std::next(piece);
    if (!piece->second.begins_segment || (next != pieces_.end() && !next->second.begins_segment)) continue;
    const Segment segment{piece->first, piece->second.size};
    set_free(piece, false);
    pieces_.erase(piece);
    return segment;
  }
  return {};
}

}  // namespace scrim
