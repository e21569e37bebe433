// Method "privacy_net": a U-Net draws the released film itself (Privacy-Net). Card: image_to_image.md.
#pragma once

#include "methods/learned_method.h"
#include "models/networks/build_network.h"

namespace scrim {

/// Nothing beside init_features.
template <class Visit>
void visit_drawing_fields(PrivacyNetSettings&, const char*, Visit&&) {}

class ImageToImage : public LearnedMethod {
 public:
  static constexpr const char* name = "privacy_net";
  static constexpr const char* network = "privacy_net";
  using Settings = PrivacyNetSettings;

  ImageToImage(const Settings& settings, const Initializer& initializer);

  /// A film of another size than `small` gets what the network changed, enlarged.
  ChangedPixels draw(const Variable& film, const Variable& small, const Variable& mask) const override;
  std::string describe() const override { return name; }

 private:
  explicit ImageToImage(std::unique_ptr<PrivacyNet> network);

  std::unique_ptr<PrivacyNet> network_;
};

}  // namespace scrim
