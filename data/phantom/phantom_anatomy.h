// The part of a chest phantom that belongs to the patient and is the same on all of that patient's films.
//
// The patient's frame: x from -1 (patient's right, the image's left) to 1, y from -1 (top) to 1 (bottom), for
// an average adult about half the field wide. Lengths are in this unit.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tensor/random.h"

namespace scrim::phantom {

inline constexpr int ribs = 10;  ///< pairs that show on a frontal film

/// A square map in the patient's frame, looked up bilinearly: vessels, bone texture.
class Map {
 public:
  explicit Map(int size) : size_(size), values_(std::size_t(size) * std::size_t(size), 0.0f) {}
  float at(double x, double y) const;  ///< 0 outside [-1,1]
  float& cell(int column, int row) {
    return values_[std::size_t(row) * std::size_t(size_) + std::size_t(column)];
  }
  int size() const { return size_; }

 private:
  int size_;
  std::vector<float> values_;
};

struct Rib {
  double height, slope, sag, thickness;  ///< y at the spine, drop to the side, curvature, half thickness
};

struct Anatomy {
  explicit Anatomy(const Random& random);

  int age;
  bool male;
  double size;  ///< of the thorax, 1 = average

  // Lungs; side 0 is the patient's right (image left), side 1 the left.
  std::array<double, 2> chest_wall, apex, dome_height, dome_center;
  double base;  ///< y of the diaphragm at rest, right side
  std::array<double, 2> mediastinum;

  double heart_x, heart_y, heart_width, heart_height, heart_tilt;
  double aortic_knob, spine_bend, spine_phase, vertebra_height, spine_width;
  double clavicle_height, clavicle_slope, clavicle_bend, clavicle_thickness;
  double soft_tissue, bone_density, shoulder_slope;
  double scapula_x, scapula_tilt;
  std::array<std::array<Rib, ribs>, 2> posterior, anterior;
  Map vessels, texture;

  double spine_x(double y) const;
};

}  // namespace scrim::phantom
