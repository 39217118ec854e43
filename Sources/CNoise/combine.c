#include "CNoise.h"

// A sum has the same bits on every processor: what is fused is written as such, and nothing else may be.
#pragma STDC FP_CONTRACT OFF
// Without an instruction for fused multiply-adds the loops stay loops, which is no reason for a warning.
#pragma clang diagnostic ignored "-Wpass-failed"

#define INLINE static inline __attribute__((always_inline))
/// A loop whose every iteration reads what it reads before it writes; `out` may be one of the sources.
#define EACH(EXPRESSION)                                  \
  _Pragma("clang loop vectorize(assume_safety) vectorize_width(8) interleave_count(4)") \
  for (size_t j = first; j < end; j++) { out[j] = (float)(EXPRESSION); }

#define FMA __builtin_fma

enum { TILE = 64 };

/// Any number of terms: a tile at a time, so that the sum stays in double precision until it is whole.
INLINE void sum_of_many(const cnoise_term *t, size_t count, float *out, size_t first, size_t end) {
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

/// The same in single precision, rounded after every operation.
INLINE void rounded_sum(const cnoise_term *t, size_t count, float *out, size_t first, size_t end) {
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

INLINE void sum(const cnoise_term *t, size_t count, float *out, size_t first, size_t end) {
  const float *x[6];
  double a[6];
  for (size_t k = 0; k < 6; k++) {
    x[k] = k < count ? t[k].source : out;
    a[k] = k < count ? t[k].weight : 0;
  }
  const float *u = x[0], *v = x[1], *w = x[2], *r = x[3], *s = x[4], *q = x[5];
  switch (count) {
    case 0: EACH(0) break;
    case 1: EACH(a[0] * u[j]) break;
    case 2: EACH(FMA(a[1], v[j], a[0] * u[j])) break;
    case 3: EACH(FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j]))) break;
    case 4: EACH(FMA(a[3], r[j], FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j])))) break;
    case 5: EACH(FMA(a[4], s[j], FMA(a[3], r[j], FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j]))))) break;
    case 6:
      EACH(FMA(a[5], q[j], FMA(a[4], s[j], FMA(a[3], r[j], FMA(a[2], w[j], FMA(a[1], v[j], a[0] * u[j]))))))
      break;
    default: sum_of_many(t, count, out, first, end);
  }
}

/// Keeps a value within ±bound; what is not a number stays so.
INLINE double clipped(double value, double bound) {
  value = value < -bound ? -bound : value;
  return value > bound ? bound : value;
}

INLINE void clipped_sum(const cnoise_clipped *t, float *out, size_t first, size_t end) {
  const float *x = t->sample, *y = t->output, *z = t->noise;
  const double p = t->of_sample, q = t->of_output, r = t->of_noise, scale = t->of_clipped;
  // A multiple of what is clipped is the multiple, clipped that much farther out: a multiplication less.
  const double a = scale * t->inner_sample, b = scale * t->inner_output, bound = __builtin_fabs(scale) * t->bound;
  // An operand without a weight is not read: zero times infinity is none.
  if (z != NULL && r != 0) {
    if (q != 0) EACH(FMA(r, z[j], FMA(q, y[j], FMA(p, x[j], clipped(FMA(b, y[j], a * x[j]), bound)))))
    else EACH(FMA(r, z[j], FMA(p, x[j], clipped(FMA(b, y[j], a * x[j]), bound))))
  } else {
    if (q != 0) EACH(FMA(q, y[j], FMA(p, x[j], clipped(FMA(b, y[j], a * x[j]), bound))))
    else EACH(FMA(p, x[j], clipped(FMA(b, y[j], a * x[j]), bound)))
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void sum_avx2(
    const cnoise_term *terms, size_t count, float *out, size_t first, size_t end) {
  sum(terms, count, out, first, end);
}

__attribute__((target("avx2,fma"))) static void rounded_sum_avx2(
    const cnoise_term *terms, size_t count, float *out, size_t first, size_t end) {
  rounded_sum(terms, count, out, first, end);
}

__attribute__((target("avx2,fma"))) static void clipped_sum_avx2(
    const cnoise_clipped *terms, float *out, size_t first, size_t end) {
  clipped_sum(terms, out, first, end);
}
#endif

void cnoise_sum(const cnoise_term *terms, size_t count, float *out, size_t first, size_t end) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    sum_avx2(terms, count, out, first, end);
    return;
  }
#endif
  sum(terms, count, out, first, end);
}

void cnoise_clipped_sum(
    const cnoise_clipped *terms, float *out, size_t first, size_t end) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    clipped_sum_avx2(terms, out, first, end);
    return;
  }
#endif
  clipped_sum(terms, out, first, end);
}

void cnoise_rounded_sum(const cnoise_term *terms, size_t count, float *out, size_t first, size_t end) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    rounded_sum_avx2(terms, count, out, first, end);
    return;
  }
#endif
  rounded_sum(terms, count, out, first, end);
}
