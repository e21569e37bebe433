// What a transplant has to know of films: where their lungs are, and what findings do to them. Each film is looked at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "data/files/image_file.h"
#include "films/segmenter.h"
#include "methods/transplant/gate.h"
#include "methods/transplant/lesion_network.h"

namespace scrim {

struct Chest {
  std::optional<Tensor> points;  ///< chest_points(); nothing where no two lungs are seen
  Tensor film, lungs;            ///< [1,S,S,1], the segmenter's size
};

/// From the darkest to the lightest tenth of the grays of the lungs (of the film where none are seen) where `left_out`
/// [1,S',S',1], if it is defined, is at most 0.5.
double gray_spread(const Chest& chest, const Tensor& left_out);

struct Findings {
  Tensor surely;  ///< [1,S,S,1], 0 to 1
  Tensor layer;   ///< [1,S,S,1], as layer_of(); undefined where neither twins nor a network are there
};

struct FilmReaderSettings {
  std::string lesions;   ///< weights of the network that finds lesions, or ""
  std::string findings;  ///< masks or boxes (KnownFindings), or "": as the network says
  std::string twins;     ///< folder of twins, or "": the layer as the network says
  std::string segmenter;
  double boxes_side = 1024;
};

/// Callable from several threads.
class FilmReader {
 public:
  /// Throws UsageError when a file is not there, Error when one is broken.
  explicit FilmReader(const FilmReaderSettings& settings);

  /// `layer`: of the film's findings, which hide edges of lungs: they are looked for behind it. Undefined: on the film itself.
  Chest chest(const GrayImage& film, const Tensor& layer) const;
  /// `name`: of the film's file, by which masks, boxes and twins are found.
  Findings findings(const GrayImage& film, const std::string& name) const;

 private:
  Chest look_for_lungs(const GrayImage& film, const Tensor& layer) const;
  Findings look_for_findings(const GrayImage& film, const std::string& name) const;

  FilmReaderSettings settings_;
  std::optional<KnownFindings> known_;
  mutable std::optional<LoadedLesionNetwork> network_;
  mutable Segmenter segmenter_;
  mutable std::mutex mutex_;  ///< of all that follows and of both networks
  mutable std::unordered_map<std::uint64_t, Chest> chests_;
  mutable std::unordered_map<std::uint64_t, Findings> findings_;
  mutable std::size_t chest_bytes_ = 0, finding_bytes_ = 0;
};

}  // namespace scrim
