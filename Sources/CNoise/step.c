#include "CNoise.h"

// As in combine.c, a sum has the same bits on every processor.
#pragma STDC FP_CONTRACT OFF
// Vectors are passed to nothing that is not inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float floats __attribute__((vector_size(16), aligned(4)));
typedef double doubles __attribute__((vector_size(32)));

/// How many vectors are under way at once: enough to have something to do while a sum waits for its last multiplication.
enum { CHAINS = 4, LANES = 4 };
#define EACH_CHAIN UNROLL for (size_t q = 0; q < CHAINS; q++)

INLINE doubles load(const float *source, size_t q) {
  return __builtin_convertvector(*(const floats *)(source + LANES * q), doubles);
}

INLINE void store(float *target, size_t q, doubles value) {
  *(floats *)(target + LANES * q) = __builtin_convertvector(value, floats);
}

INLINE doubles fused(double weight, doubles value, doubles sum) {
  const doubles weights = {weight, weight, weight, weight};
  return __builtin_elementwise_fma(weights, value, sum);
}

/// Some elements of a step, as many as the chains have lanes; the numbers of operands are known where it is called, so that
/// the loops over them are none.
INLINE void advance(const cnoise_step *t, size_t alone, size_t both, size_t others, bool keeps, size_t j) {
  const cnoise_operand *operand = t->operands;
  doubles newest[CHAINS], better[CHAINS], next[CHAINS];
  EACH_CHAIN newest[q] = t->newest_of_sample * load(t->sample + j, q);
  EACH_CHAIN newest[q] = fused(t->newest_of_output, load(t->output + j, q), newest[q]);
  EACH_CHAIN next[q] = t->out_of_newest * newest[q];
  if (keeps) EACH_CHAIN better[q] = t->kept_of_newest * newest[q];
  UNROLL for (size_t i = 0; i < alone; i++, operand++) {
    EACH_CHAIN better[q] = fused(operand->of_kept, load(operand->source + j, q), better[q]);
  }
  UNROLL for (size_t i = 0; i < both; i++, operand++) {
    EACH_CHAIN {
      const doubles value = load(operand->source + j, q);
      better[q] = fused(operand->of_kept, value, better[q]);
      next[q] = fused(operand->of_out, value, next[q]);
    }
  }
  UNROLL for (size_t i = 0; i < others; i++, operand++) {
    EACH_CHAIN next[q] = fused(operand->of_out, load(operand->source + j, q), next[q]);
  }
  EACH_CHAIN next[q] = fused(t->out_of_sample, keeps ? better[q] : load(t->sample + j, q), next[q]);
  EACH_CHAIN store(t->newest + j, q, newest[q]);
  if (keeps) EACH_CHAIN store(t->kept + j, q, better[q]);
  EACH_CHAIN store(t->out + j, q, next[q]);
}

/// The same for one element.
INLINE void advance_one(const cnoise_step *t, bool keeps, size_t j) {
  const cnoise_operand *operand = t->operands;
  const double newest =
      __builtin_fma(t->newest_of_output, t->output[j], t->newest_of_sample * t->sample[j]);
  double next = t->out_of_newest * newest, better = keeps ? t->kept_of_newest * newest : t->sample[j];
  for (size_t i = 0; i < t->kept_alone + t->both + t->out_alone; i++, operand++) {
    const double value = operand->source[j];
    if (i < t->kept_alone + t->both) better = __builtin_fma(operand->of_kept, value, better);
    if (i >= t->kept_alone) next = __builtin_fma(operand->of_out, value, next);
  }
  next = __builtin_fma(t->out_of_sample, better, next);
  t->newest[j] = (float)newest;
  if (keeps) t->kept[j] = (float)better;
  t->out[j] = (float)next;
}

INLINE void run(const cnoise_step *step, size_t alone, size_t both, size_t others, bool vectors, size_t count) {
  // Copies of their own, which nothing that is written can change.
  cnoise_operand operands[CNOISE_STEP_OPERANDS];
  cnoise_step t = *step;
  for (size_t i = 0; i < alone + both + others; i++) operands[i] = step->operands[i];
  t.operands = operands;
  const bool keeps = alone + both > 0;
  size_t j = 0;
  for (; vectors && j + CHAINS * LANES <= count; j += CHAINS * LANES) advance(&t, alone, both, others, keeps, j);
  for (; j < count; j++) advance_one(&t, keeps, j);
}

#define RUN(ALONE, BOTH, OTHERS)                 \
  case 100 * ALONE + 10 * BOTH + OTHERS:         \
    run(t, ALONE, BOTH, OTHERS, vectors, count); \
    return true;

INLINE bool dispatch(const cnoise_step *t, bool vectors, size_t count) {
  switch (100 * t->kept_alone + 10 * t->both + t->out_alone) {
    RUN(0, 0, 0) RUN(0, 0, 1) RUN(0, 0, 2) RUN(0, 0, 3)
    RUN(1, 0, 0) RUN(1, 1, 0) RUN(1, 2, 0) RUN(1, 0, 1) RUN(1, 1, 1) RUN(1, 2, 1)
    RUN(2, 0, 0) RUN(2, 1, 0) RUN(2, 2, 0) RUN(2, 0, 1) RUN(2, 1, 1) RUN(2, 2, 1)
    default: return false;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static bool dispatch_avx2(const cnoise_step *t, size_t count) {
  return dispatch(t, true, count);
}
#endif

bool cnoise_fused_step(const cnoise_step *t, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return dispatch_avx2(t, count);
  // A fused multiply-add is a function call then, and a vector of them no help.
  return dispatch(t, false, count);
#else
  return dispatch(t, true, count);
#endif
}
