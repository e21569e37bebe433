// The level's row of the choice in vector_kernels.cpp.
#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {

extern const Kernels table;
const Kernels table{SCRIM_LEVEL_NAME,
                    lanes,
                    int(Narrow::size()),
                    most_vectors* lanes,
                    product,
                    outer,
                    lanewise_product,
                    lanewise_outer,
                    winograd_input,
                    winograd_output,
                    winograd_weights,
                    relu,
                    relu_backward,
                    affine,
                    column_sums,
                    column_squares,
                    norm_backward_sums,
                    norm_backward_apply,
                    max_window,
                    dot_rows,
                    row_products,
                    adam,
                    multiply_add_burn};

}  // namespace scrim::vector::SCRIM_LEVEL
