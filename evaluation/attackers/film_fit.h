// How well two films fit onto each other: what cohort attackers (cohort_attacker.h) are made of.
#pragma once

#include <memory>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

class FilmFit {
 public:
  static constexpr std::int64_t side = 64;  ///< pixels of a film as it is looked at

  /// What is needed of a film.
  struct Look {
    virtual ~Look() = default;
  };
  using Looks = std::vector<std::unique_ptr<Look>>;

  virtual ~FilmFit() = default;
  /// Of films [1,64,64,1] as the first or the second ones of pairs. Second ones are turned and scaled, and take more memory.
  virtual Looks first(const std::vector<Tensor>& films) const = 0;
  virtual Looks second(const std::vector<Tensor>& films) const = 0;
  /// Higher for films of one patient. Callable from several threads.
  virtual double likeness(const Look& first, const Look& second) const = 0;
};

/// The film [1,S,S,1] as it is, then turned by up to 4 degrees and scaled by up to 6 %.
inline constexpr std::size_t ways_of_a_film = 9;
std::vector<Tensor> turned_and_scaled(const Tensor& film);

}  // namespace scrim
