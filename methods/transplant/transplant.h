// Method "transplant": the patient's lesions at their places, in another person's chest. Card: ../transplant.md.
//
//   1. a donor without findings is drawn at random
//   2. the film is laid onto the donor's chest (chest_points.h)
//   3. inside a gate around the findings (gate.h), soft at its rim, stands what is kept of the film; around it, the donor
//        pixels   the film itself, with the donor's contrast and without a seam (gradient_blend.h)
//        layer    the donor, changed as the findings change the film (lesion_network.h)
#pragma once

#include <memory>

#include "films/donor_pool.h"
#include "methods/method.h"

namespace scrim {

struct TransplantSettings {
  std::string pool;  ///< folder of donors that `scrim pool` wrote
  std::string content = "layer";
  std::string lesions, findings, twins;
  std::string segmenter = "builtin:segmenter";
  double largest_gate = 0.04, gate_margin = 0.02, gate_rim = 0.03, donor_detail = 0;
  double boxes_side = 1024;
};
template <class Visit>
void visit_drawing_fields(TransplantSettings& s, const char* table, Visit&& visit) {
  visit(table, "content", s.content,
        "transplant: what is kept of the film: \"pixels\" or \"layer\" (what findings change of it)");
  visit(table, "lesions", s.lesions,
        "transplant: weights of train_lesion_network, which finds lesions and their layer");
  visit(table, "findings", s.findings,
        "transplant: where findings are: folder of masks or table of boxes; \"\" = as the network says");
  visit(table, "twins", s.twins,
        "transplant: folder of the same films without findings, for phantoms; \"\" = the network says the "
        "layer");
  visit(table, "segmenter", s.segmenter,
        "transplant: weights that find the lungs, by which chests are laid on each other");
  visit(table, "largest_gate", s.largest_gate, "transplant: share of the film that is kept at most");
  visit(table, "gate_margin", s.gate_margin, "transplant: kept around findings, share of the film's side");
  visit(table, "gate_rim", s.gate_rim,
        "transplant: within it what is kept fades out, share of the film's side");
  visit(table, "donor_detail", s.donor_detail,
        "transplant: detail finer than this is the donor's, share of the film's side; 0 = none");
  visit(table, "boxes_side", s.boxes_side, "transplant: side of the frame that boxes are drawn in, pixels");
}
/// Throw UsageError that names the key whose value does not make sense; the second, where the method is a transplant.
void check(const TransplantSettings& settings, std::string_view table);
void check_chosen(const TransplantSettings& settings, std::string_view table);

class FilmReader;

class Transplant : public Method {
 public:
  static constexpr const char* name = "transplant";
  static constexpr const char* network = nullptr;
  static constexpr bool is_another_film = true;  ///< not the patient's: shows_another_film()
  using Settings = TransplantSettings;

  /// Reads the pool. Throws UsageError when a file is not there, Error when one is broken or no donor is without findings.
  explicit Transplant(const TransplantSettings& settings);
  ~Transplant() override;

  /// The film has the donor's size and depth. Throws Error without the film's name where findings come from files.
  ReleasedFilm release(const FilmInHand& film, const Random& random) const override;
  /// The film's findings, and nothing else.
  FilmLabels released_labels(const FilmLabels& film) const override;
  const DonorPool* donors() const override { return pool_.get(); }
  bool draws_numbers() const override { return true; }
  bool keeps_a_part() const override { return true; }
  std::string describe() const override;

 private:
  /// How much of each pixel of a release is the patient's, [1,H,W,1].
  Tensor soft_gate(const Tensor& surely, const Tensor& grid) const;

  Settings settings_;
  std::shared_ptr<const DonorPool> pool_;
  std::vector<std::int64_t> donors_;  ///< those without findings
  std::unique_ptr<FilmReader> reader_;
};

}  // namespace scrim
