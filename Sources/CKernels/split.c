// Sums in single precision whose weights are not rounded.

#include "loops.h"

#define F __builtin_fmaf

/// Any number of terms, a tile at a time.
INLINE void split_sum_of_many(const kernel_term *t, size_t count, float *out, size_t first, size_t end) {
  enum { TILE = 64 };
  const split_weight last = split(t[count - 1].weight), other = split(t[count - 2].weight);
  const float *x = t[count - 1].source, *y = t[count - 2].source;
  for (size_t start = first; start < end; start += TILE) {
    float sum[TILE];
    const size_t length = end - start < TILE ? end - start : TILE;
    for (size_t j = 0; j < length; j++) sum[j] = F(last.low, x[start + j], other.low * y[start + j]);
    for (size_t k = 0; k < count; k++) {
      const float *source = t[k].source + start;
      const float weight = k + 2 < count ? (float)t[k].weight : k + 1 < count ? other.high : last.high;
      for (size_t j = 0; j < length; j++) sum[j] = F(weight, source[j], sum[j]);
    }
    for (size_t j = 0; j < length; j++) out[start + j] = sum[j];
  }
}

INLINE void split_sum_loop(const kernel_term *t, size_t count, float *out, size_t first, size_t end) {
  const float *x[6];
  float h[6], l[6];
  for (size_t k = 0; k < 6; k++) {
    const double weight = k < count ? t[k].weight : 0;
    const split_weight parts = split(weight);
    x[k] = k < count ? t[k].source : out;
    h[k] = k + 2 < count ? (float)weight : parts.high;
    l[k] = parts.low;
  }
  const float *u = x[0], *v = x[1], *w = x[2], *r = x[3], *s = x[4], *q = x[5];
  // Small weights need no pair, which rounds the whole sum twice.
  const bool may_cancel = count == 2 && (__builtin_fabsf(h[0]) > 4 || __builtin_fabsf(h[1]) > 4);
  const weight_pair pair = may_cancel ? paired(1, t[1].weight, t[0].weight) : (weight_pair){0};
#define SUM_2(REST) F(h[1], v[j], F(h[0], u[j], REST))
#define SUM_4(REST) F(h[3], r[j], F(h[2], w[j], SUM_2(REST)))
  switch (count) {
    case 0: EACH(0) break;
    case 1: EACH(F(h[0], u[j], l[0] * u[j])) break;
    case 2:
      if (may_cancel) EACH(pair_sum(pair, v[j], u[j]))
      else EACH(SUM_2(F(l[1], v[j], l[0] * u[j])))
      break;
    case 3: EACH(F(h[2], w[j], SUM_2(F(l[2], w[j], l[1] * v[j])))) break;
    case 4: EACH(SUM_4(F(l[3], r[j], l[2] * w[j]))) break;
    case 5: EACH(F(h[4], s[j], SUM_4(F(l[4], s[j], l[3] * r[j])))) break;
    case 6: EACH(F(h[5], q[j], F(h[4], s[j], SUM_4(F(l[5], q[j], l[4] * s[j]))))) break;
    default: split_sum_of_many(t, count, out, first, end);
  }
}

/// Keeps a value within ±bound; what is not a number stays so.
INLINE float clipped(float value, float bound) {
  value = value < -bound ? -bound : value;
  return value > bound ? bound : value;
}

/// Which weights there are is known where it is called.
INLINE void clipped_terms(
    const kernel_clipped *t, bool of_x, bool of_y, bool of_z, float *out, size_t first, size_t end) {
  const float *x = t->sample, *y = t->output, *z = of_z ? t->noise : x;
  const split_weight p = split(t->of_sample), q = split(t->of_output), r = split(t->of_noise);
  // A multiple of what is clipped is the multiple, clipped that much farther out: a multiplication less.
  // What the output alone makes is two halves of it: a source without a weight is not read, for zero times infinity is none.
  const bool has_x = t->inner_sample != 0;
  const double half = t->inner_output / 2;
  const weight_pair inner = has_x ? paired(t->of_clipped, t->inner_sample, t->inner_output) : paired(t->of_clipped, half, half);
  const float *leading = has_x ? x : y;
  const float bound = (float)(__builtin_fabs(t->of_clipped) * t->bound);
#define ADDED(HAS, WEIGHT, VALUE, SUM) (HAS ? F(WEIGHT, VALUE, SUM) : (SUM))
#define LOW ADDED(of_x, p.low, x[j], ADDED(of_y, q.low, y[j], of_z ? r.low * z[j] : 0))
#define OUTER ADDED(of_y, q.high, y[j], ADDED(of_z, r.high, z[j], LOW))
  EACH(ADDED(of_x, p.high, x[j], clipped(pair_sum(inner, leading[j], y[j]), bound) + OUTER))
}

INLINE void clipped_sum_loop(const kernel_clipped *t, float *out, size_t first, size_t end) {
  const bool of_z = t->noise != NULL && t->of_noise != 0;
  switch ((t->of_sample != 0 ? 4 : 0) + (t->of_output != 0 ? 2 : 0) + (of_z ? 1 : 0)) {
    case 0: clipped_terms(t, false, false, false, out, first, end); break;
    case 1: clipped_terms(t, false, false, true, out, first, end); break;
    case 2: clipped_terms(t, false, true, false, out, first, end); break;
    case 3: clipped_terms(t, false, true, true, out, first, end); break;
    case 4: clipped_terms(t, true, false, false, out, first, end); break;
    case 5: clipped_terms(t, true, false, true, out, first, end); break;
    case 6: clipped_terms(t, true, true, false, out, first, end); break;
    case 7: clipped_terms(t, true, true, true, out, first, end); break;
  }
}

KERNEL(
    void, split_sum, (const kernel_term *terms, size_t count, float *out, size_t first, size_t end),
    (terms, count, out, first, end))
KERNEL(void, clipped_sum, (const kernel_clipped *sum, float *out, size_t first, size_t end), (sum, out, first, end))
