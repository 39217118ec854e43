// Sums in double precision, and what is rounded like elsewhere.

#include "loops.h"

#define FMA __builtin_fma

enum { TILE = 64 };

/// Any number of terms: a tile at a time, so that the sum stays in double precision until it is whole.
INLINE void sum_of_many(const kernel_term *t, size_t count, float *out, size_t first, size_t end) {
  for (size_t start = first; start < end; start += TILE) {
    double sum[TILE];
    size_t length = end - start < TILE ? end - start : TILE;
    const float *source = t[0].source + start;
    for (size_t j = 0; j < length; j++) sum[j] = t[0].weight * source[j];
    for (size_t k = 1; k < count; k++) {
      source = t[k].source + start;
      for (size_t j = 0; j < length; j++) sum[j] = FMA(t[k].weight, source[j], sum[j]);
    }
    for (size_t j = 0; j < length; j++) out[start + j] = (float)sum[j];
  }
}

INLINE void sum_loop(const kernel_term *t, size_t count, float *out, size_t first, size_t end) {
  const float *x[4];
  double a[4];
  for (size_t k = 0; k < 4; k++) {
    x[k] = k < count ? t[k].source : out;
    a[k] = k < count ? t[k].weight : 0;
  }
  const float *u = x[0], *v = x[1], *w = x[2], *r = x[3];
  switch (count) {
    case 0: EACH(0) break;
    case 1: EACH(a[0] * u[j]) break;
    case 2: EACH(FMA(a[1], v[j], a[0] * u[j])) break;
    case 3: EACH(FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j]))) break;
    case 4: EACH(FMA(a[3], r[j], FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j])))) break;
    default: sum_of_many(t, count, out, first, end);
  }
}

INLINE void rounded_sum_loop(const kernel_term *t, size_t count, float *out, size_t first, size_t end) {
  const float *x = count > 0 ? t[0].source : out, *y = count > 1 ? t[1].source : out;
  const float *z = count > 2 ? t[2].source : out, *w = count > 3 ? t[3].source : out;
  const float a = count > 0 ? (float)t[0].weight : 0, b = count > 1 ? (float)t[1].weight : 0;
  const float c = count > 2 ? (float)t[2].weight : 0, d = count > 3 ? (float)t[3].weight : 0;
  switch (count) {
    case 0: EACH(0) break;
    case 1: EACH(a * x[j]) break;
    case 2: EACH(a * x[j] + b * y[j]) break;
    case 3: EACH(a * x[j] + b * y[j] + c * z[j]) break;
    case 4: EACH(a * x[j] + b * y[j] + c * z[j] + d * w[j]) break;
    default:
      for (size_t j = first; j < end; j++) {
        float sum = 0;
        for (size_t k = 0; k < count; k++) sum += (float)t[k].weight * t[k].source[j];
        out[j] = sum;
      }
  }
}

INLINE void divide_loop(float *out, float divisor, size_t first, size_t end) { EACH(out[j] / divisor) }

INLINE void noise_from_data_loop(
    float *out, const float *x, float alpha, float sigma, size_t first, size_t end) {
  EACH((x[j] - alpha * out[j]) / sigma)
}

#define TERMS (const kernel_term *terms, size_t count, float *out, size_t first, size_t end)
KERNEL(void, sum, TERMS, (terms, count, out, first, end))
KERNEL(void, rounded_sum, TERMS, (terms, count, out, first, end))
KERNEL(void, divide, (float *data, float divisor, size_t first, size_t end), (data, divisor, first, end))
KERNEL(
    void, noise_from_data, (float *data, const float *x, float alpha, float sigma, size_t first, size_t end),
    (data, x, alpha, sigma, first, end))
