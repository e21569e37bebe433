// How far a changed image is from the original.
#pragma once

#include "data/files/image_file.h"

namespace scrim {

/// The largest value of the image's bits.
double full_range(const GrayImage& image);
/// Throws Error unless both have the same sizes and bits; `where` stands in the message.
void require_same_kind(const GrayImage& a, const GrayImage& b, std::string_view where);

/// Peak signal-to-noise ratio in dB against the full range; infinite for equal images. Throws Error unless
/// both have the same sizes and bits, as do the others.
double psnr(const GrayImage& before, const GrayImage& after);
double share_of_changed_pixels(const GrayImage& before, const GrayImage& after);
/// |before - after| over the whole range, times `gain`, as an 8-bit image.
GrayImage difference_image(const GrayImage& before, const GrayImage& after, double gain);
/// Structural similarity (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 2004): Gaussian window 11x11, sigma 1.5,
/// K1 = 0.01, K2 = 0.03, the mean over places where the window fits. Sides of at least 11 pixels.
double ssim(const GrayImage& before, const GrayImage& after);

}  // namespace scrim
