// Points by which chests are laid onto each other: at five heights of each lung, its left and its right edge.
#pragma once

#include <optional>

#include "tensor/tensor.h"

namespace scrim {

inline constexpr std::int64_t chest_points_count = 20;

/// lungs[1,H,W,1], 0.5 or more inside: [1,20,2], (x, y) from -1 to 1 over the film. The largest connected part of each half of the
/// film counts as a lung, the halves parted in the middle of all lung; nothing where one of them covers less than 1 % of the
/// film.
std::optional<Tensor> chest_points(const Tensor& lungs);

/// Where a film of the size [H,W] looks up another film to be laid onto it, as in grid_sample without aligned corners:
/// [1,H,W,2]. Places where a film lacks points stay where they are.
Tensor registration(const std::optional<Tensor>& onto, const std::optional<Tensor>& film, std::int64_t height,
                    std::int64_t width);

/// x[1,H,W,C] as it looks through the grid.
Tensor registered(const Tensor& x, const Tensor& grid);

}  // namespace scrim
