// The gate of a transplant: where a release shows the patient's own film. Its place and its size tell of the patient as well.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/files/finding_boxes.h"
#include "tensor/tensor.h"

namespace scrim {

/// How surely findings are at a place becomes a gate: values[1,H,W,1] in [0,1] above 0.5, widened by `margin` (a share of the
/// film's side), and at most `largest_share` of the film's area: the least sure go, of equal ones those near the rim.
/// 0 or 1, [1,H,W,1].
Tensor gate_of(const Tensor& values, double margin, double largest_share);

/// 1 inside the gate [1,H,W,1], falling to 0 within `rim` (a share of the side) before its edge.
Tensor with_soft_rim(const Tensor& gate, double rim);

/// How much of the film it is, 0 to 1.
double share_of(const Tensor& gate);

/// Where findings are, from files: masks as `scrim phantom` writes them (FOLDER/FINDING/NAME.png, for films that have it) or
/// FOLDER/NAME.png, or a table of boxes (data/files/finding_boxes.h).
class KnownFindings {
 public:
  /// `boxes_side`: of the square that boxes are drawn in, pixels. Throws UsageError when `path` is neither a folder nor a
  /// file, Error for a broken table.
  KnownFindings(std::filesystem::path path, double boxes_side);

  /// Where the film has findings, [1,size,size,1], 0 to 1; all 0 where no file says any. Throws Error for a broken mask.
  Tensor of(const std::string& film, std::int64_t size) const;

 private:
  std::vector<std::filesystem::path> folders_;
  std::map<std::string, std::vector<FindingBox>> boxes_;
  double boxes_side_;
};

}  // namespace scrim
