// One film of a phantom patient: the anatomy seen in a pose, at a breath, with findings, exposure and noise.
//
// Not a simulation of physics: shapes with soft edges add up to an attenuation, and a film curve turns that
// into gray values (0 = black = air, 1 = white). It is made to be told apart and to be looked at, not to
// diagnose on.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/files/image_file.h"
#include "data/phantom/phantom_anatomy.h"

namespace scrim::phantom {

enum class Finding { nodule, effusion, cardiomegaly, pneumothorax, consolidation };
inline constexpr std::array all_findings = {Finding::nodule, Finding::effusion, Finding::cardiomegaly,
                                            Finding::pneumothorax, Finding::consolidation};
std::string_view nih_label(Finding finding);  ///< "Nodule", as in NIH's Data_Entry file

struct Point {
  double x, y;  ///< pixels; (0,0) is the center of the top left pixel
};

/// Outlines, evenly spaced along their length, with HybridGNet's numbers of points.
struct Landmarks {
  std::array<Point, 44> right_lung;
  std::array<Point, 50> left_lung;
  std::array<Point, 26> heart;
};

struct FilmOptions {
  std::int64_t size = 256;  ///< pixels a side
  int bits = 8;
  double finding_probability = 0.18;  ///< of each finding
};

struct Film {
  GrayImage image, lung_mask, heart_mask;  ///< masks: 0 or 255, 8 bits
  Landmarks landmarks;
  std::vector<Finding> findings;
  /// Of each finding, 0 or 255, 8 bits: where it changes the film by at least 4 of 255 grays, noise aside.
  std::vector<GrayImage> finding_masks;
  bool posterior_anterior = true;  ///< else AP: the heart looks larger
};

/// The film number `random` of the patient; the same arguments give the same film.
Film render_film(const Anatomy& anatomy, const Random& random, const FilmOptions& options);

}  // namespace scrim::phantom
