// Attacks on what a public file shows, by somebody who has the coder's public weights and films of his own, but no
// key. What they recover is measured against the film's true code and pixels.
//
//   k_smallest  in a published public code every decoy is at or above every true negative value: the k smallest
//               values of a line are exactly the negative ones
//   threshold   that, and for the positives the k values of each line with the best odds: none lies above p1, where
//               the density of the values jumps up (histogram of 512 bins above n1, windows of 8), and below it a
//               bin holds as many negatives' decoys as half of the places spread evenly over [n1, 2 n1 - n0) bring;
//               what it holds beyond that are positives. Where the density does not jump, none is named
//   learned     a network (a line's values and its k smallest through two 1x1 convolutions to a code, then the
//               public decoder) trained on public files that the attacker makes of his own films in the same way; it
//               may also answer with the mean of those films
//
// The bytes of sealed files are looked at in the same way, as numbers in the places of a dense code.
#pragma once

#include "sharing/codec/film_sealer.h"
#include "sharing/codec/public_code_file.h"

namespace scrim {

/// How a public file came to be.
enum class PublicKind { published, sealed, ternary_pad };
const char* name_of(PublicKind kind);

/// What an attacker looks at, whatever the file: a number for each place of the dense code, [N,h,w,c,m].
Tensor dense_view(const ShareFile& file);

struct AttackedFilm {
  Tensor dense;       ///< [N,h,w,c,m]
  TernarySigns code;  ///< the true one
  GrayImage film;     ///< the true one
};

/// The share of the true places that an attack named, and what as many names drawn at random would have hit.
struct Recovered {
  double share = 0, chance = 0;
  double deviation = 0;  ///< standard deviation of the share by chance
  bool beyond_chance() const { return share > chance + 5 * deviation; }
};

/// What one attack made of one film.
struct AttackResult {
  std::string attack;
  Recovered negatives, positives;
  double psnr = 0, ssim = 0;
  GrayImage seen;
};

/// What an attack saw, held against the truth; nothing recovered yet.
AttackResult attack_result(std::string attack, const GrayImage& seen, const GrayImage& truth);

/// In words: what was recovered, and what not.
std::string verdict(PublicKind kind, const std::vector<AttackResult>& results);

}  // namespace scrim
