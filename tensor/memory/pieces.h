// Segments of memory cut into pieces. It knows addresses and touches no memory: BlockPool keeps the processor's in it,
// cuda::GraphPool a graph's.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <utility>

namespace scrim {

class Pieces {
 public:
  /// A new segment, handed out whole.
  void add_segment(char* begin, std::size_t size) { pieces_[begin] = {size, false, true}; }
  /// The smallest free piece that is large enough, of equal ones the first; what it has too much stays free. Null when
  /// there is none.
  char* take(std::size_t size);
  /// Back; joins with free neighbors of its segment.
  void give(char* piece);

  struct Segment {
    char* begin = nullptr;
    std::size_t size = 0;
  };
  /// Forgets the largest segment that is free as a whole, for the caller to release. Empty when there is none.
  Segment remove_free_segment();
  /// Calls release(begin) for every segment, free or not, and forgets them.
  template <class Release>
  void remove_all(Release&& release) {
    for (const auto& [begin, piece] : pieces_)
      if (piece.begins_segment) release(begin);
    pieces_.clear();
    free_.clear();
  }

 private:
  struct Piece {
    std::size_t size;
    bool is_free, begins_segment;
  };
  using ByAddress = std::map<char*, Piece>;
  void set_free(ByAddress::iterator piece, bool is_free);
  void join_with_next(ByAddress::iterator piece);

  ByAddress pieces_;
  std::set<std::pair<std::size_t, char*>> free_;
};

}  // namespace scrim
