#ifndef LOOPS_H
#define LOOPS_H

// What the loops over memory have in common.

#include <math.h>

#include "CKernels.h"

// A loop has the same bits on every processor: what is fused is written as such, and nothing else may be.
#pragma STDC FP_CONTRACT OFF
// Without an instruction for fused multiply-adds the loops stay loops, which is no reason for a warning.
#pragma clang diagnostic ignored "-Wpass-failed"

#define INLINE static inline __attribute__((always_inline))

/// Writes `out[j]` for every j from first to below end, each made of what is read at the same j; `out` may be one of the
/// sources.
#define EACH(EXPRESSION)                                                                \
  _Pragma("clang loop vectorize(assume_safety) vectorize_width(8) interleave_count(4)") \
  for (size_t j = first; j < end; j++) { out[j] = (float)(EXPRESSION); }

/// Defines `kernel_NAME` by `NAME_loop`, on x86 three times: for any processor, for those with AVX2, and for those with the
/// registers of AVX-512, of which there are enough to spill none. The best that the processor has is chosen.
#if defined(__x86_64__)
// A test says what the processor lacks.
#ifndef HAS_FEATURE
#define HAS_FEATURE(NAME) __builtin_cpu_supports(NAME)
#endif
#define COMPILED_FOR(TARGET, RESULT, NAME, PARAMETERS, CALL) \
  __attribute__((target(TARGET))) static RESULT NAME PARAMETERS { return CALL; }
#define KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                      \
  COMPILED_FOR("avx2,fma", RESULT, NAME##_avx2, PARAMETERS, NAME##_loop ARGUMENTS)                       \
  COMPILED_FOR("avx2,fma,avx512f,avx512vl", RESULT, NAME##_avx512, PARAMETERS, NAME##_loop ARGUMENTS)    \
  RESULT kernel_##NAME PARAMETERS {                                                                      \
    if (!HAS_FEATURE("avx2") || !HAS_FEATURE("fma")) return NAME##_loop ARGUMENTS;                       \
    return HAS_FEATURE("avx512vl") ? NAME##_avx512 ARGUMENTS : NAME##_avx2 ARGUMENTS;                    \
  }
#else
#define KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) \
  RESULT kernel_##NAME PARAMETERS { return NAME##_loop ARGUMENTS; }
#endif

/// The float next to a number on the side of zero.
INLINE float truncated(double number) {
  const float nearest = (float)number;
  return __builtin_fabs(nearest) > __builtin_fabs(number) ? nextafterf(nearest, 0) : nearest;
}

/// What a float leaves of a number, in the number's direction and never zero: where what is weighed is infinite, a part without a
/// weight, or with one of the other sign, would make a sum that is not a number.
INLINE float remainder_of(double number, double rest) {
  const float part = (float)rest;
  return __builtin_fabsf(part) < 0x1p-100f && number != 0 ? __builtin_copysignf(0x1p-100f, (float)number) : part;
}

/// A weight as single precision has it: the next float towards zero, and the float nearest to what that leaves out.
typedef struct {
  float high, low;
} split_weight;

INLINE split_weight split(double weight) {
  const float high = truncated(weight);
  return (split_weight){high, remainder_of(weight, weight - high)};
}

/// The sum `a·x + b·y` as `a·(x + ratio·y) + rest·y`, where `rest` is what the rounded ratio leaves out: products that cancel
/// do so in a fused multiply-add, before anything is rounded.
typedef struct {
  split_weight factor;
  float ratio, rest;
} weight_pair;

/// The pair of `scale·(a·x + b·y)`; a is not zero.
INLINE weight_pair paired(double scale, double a, double b) {
  const float ratio = truncated(b / a);
  return (weight_pair){split(scale * a), ratio, remainder_of(scale * b, scale * (b - a * ratio))};
}

INLINE float pair_sum(weight_pair t, float x, float y) {
  const float sum = __builtin_fmaf(t.ratio, y, x);
  return __builtin_fmaf(t.factor.high, sum, __builtin_fmaf(t.factor.low, sum, t.rest * y));
}

#endif
