// Arithmetic that the processor and the GPU share is marked with this.
#pragma once

#ifdef __CUDACC__
#define SCRIM_HOST_DEVICE __host__ __device__
#else
#define SCRIM_HOST_DEVICE
#endif
