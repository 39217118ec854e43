// The transform of Box and Muller.

#include <stdint.h>
#include <string.h>

#include "loops.h"

#define LANES 8

INLINE float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INLINE uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The logarithm of the Cephes library (logf), for arguments in (0, 1].
INLINE float logarithm(float u) {
  const float smallest = from_bits(0x00800000);
  uint32_t bits = to_bits(u > smallest ? u : smallest);
  float exponent = (float)((int32_t)(bits >> 23) - 0x7e);
  float x = from_bits((bits & 0x807fffff) | 0x3f000000);
  int is_small = x < 0.707106781186547524f;
  exponent -= is_small ? 1.0f : 0.0f;
  x = (x - 1.0f) + (is_small ? x : 0.0f);
  float z = x * x;
  float y = 7.0376836292E-2f;
  y = __builtin_fmaf(y, x, -1.1514610310E-1f);
  y = __builtin_fmaf(y, x, 1.1676998740E-1f);
  y = __builtin_fmaf(y, x, -1.2420140846E-1f);
  y = __builtin_fmaf(y, x, 1.4249322787E-1f);
  y = __builtin_fmaf(y, x, -1.6668057665E-1f);
  y = __builtin_fmaf(y, x, 2.0000714765E-1f);
  y = __builtin_fmaf(y, x, -2.4999993993E-1f);
  y = __builtin_fmaf(y, x, 3.3333331174E-1f);
  y = y * x;
  y = __builtin_fmaf(y, z, exponent * -2.12194440e-4f);
  y = __builtin_fmaf(-z, 0.5f, y);
  return __builtin_fmaf(exponent, 0.693359375f, x + y);
}

/// Sine and cosine of the Cephes library (sincosf), for arguments that are not negative.
INLINE void sine_and_cosine(float angle, float *sine, float *cosine) {
  int32_t octant = ((int32_t)(angle * 1.27323954473516f) + 1) & ~1;
  float turns = (float)octant;
  // π/4 in three parts, so that the subtraction is exact.
  float x = __builtin_fmaf(turns, -0.78515625f, angle);
  x = __builtin_fmaf(turns, -2.4187564849853515625e-4f, x);
  x = __builtin_fmaf(turns, -3.77489497744594108e-8f, x);
  float z = x * x;
  float c = __builtin_fmaf(2.443315711809948E-005f, z, -1.388731625493765E-003f);
  c = __builtin_fmaf(c, z, 4.166664568298827E-002f) * z;
  c = __builtin_fmaf(c, z, -(z * 0.5f)) + 1.0f;
  float s = __builtin_fmaf(-1.9515295891E-4f, z, 8.3321608736E-3f);
  s = __builtin_fmaf(s, z, -1.6666654611E-1f) * z;
  s = __builtin_fmaf(s, x, x);
  int swaps = (octant & 2) != 0;
  float first = swaps ? c : s, second = swaps ? s : c;
  *sine = (octant & 4) != 0 ? -first : first;
  *cosine = ((octant - 2) & 4) == 0 ? -second : second;
}

INLINE void box_muller_loop(float *values, size_t blocks) {
  for (size_t block = 0; block < blocks; block++) {
    float *d = values + block * 2 * LANES;
    for (int j = 0; j < LANES; j++) {
      // Not sqrtf, which may set errno, and so keeps the loop from being vectorised.
      float radius = __builtin_elementwise_sqrt(-2.0f * logarithm(1.0f - d[j]));
      float sine, cosine;
      sine_and_cosine(6.283185307179586f * d[j + LANES], &sine, &cosine);
      // Adding zero turns -0 into 0, as torch's addition of the mean does.
      d[j] = radius * cosine + 0.0f;
      d[j + LANES] = radius * sine + 0.0f;
    }
  }
}

KERNEL(void, box_muller, (float *values, size_t blocks), (values, blocks))
