// A step that writes several tensors, each of which is the sum of others: every one is read once.

#include <string.h>

#include "loops.h"

// Vectors are passed to nothing that is not inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define UNROLL _Pragma("clang loop unroll(full)")

typedef float floats __attribute__((vector_size(32), aligned(4)));

/// How many vectors are under way at once: enough to have something to do while a sum waits for its last multiplication, and
/// few enough for the registers.
enum { CHAINS = 2, LANES = 8, STRIDE = CHAINS * LANES };
#define EACH_CHAIN UNROLL for (size_t q = 0; q < CHAINS; q++)

INLINE floats load(const float *source, size_t q) { return *(const floats *)(source + LANES * q); }

INLINE void store(float *target, size_t q, floats value) { *(floats *)(target + LANES * q) = value; }

INLINE floats fused(float weight, floats value, floats sum) {
  return __builtin_elementwise_fma(weight - (floats){}, value, sum);
}

/// A step with its weights split, and copies of its own, which nothing that is written can change.
typedef struct {
  const float *sample, *output, *base, *source[KERNEL_STEP_OPERANDS];
  float *newest, *kept, *out;
  weight_pair prediction;
  float kept_of[KERNEL_STEP_OPERANDS], out_of[KERNEL_STEP_OPERANDS];
  split_weight kept_of_first, kept_of_newest, out_of_base, out_of_newest;
} split_step;

INLINE split_step split_weights(const kernel_step *t, size_t count) {
  split_step s = {
      .sample = t->sample, .output = t->output, .base = t->base, .newest = t->newest, .kept = t->kept, .out = t->out,
      .prediction = paired(1, t->newest_of_sample, t->newest_of_output), .kept_of_newest = split(t->kept_of_newest),
      .out_of_base = split(t->out_of_base), .out_of_newest = split(t->out_of_newest)};
  for (size_t i = 0; i < count; i++) {
    s.source[i] = t->operands[i].source;
    s.kept_of[i] = (float)t->operands[i].of_kept;
    s.out_of[i] = (float)t->operands[i].of_out;
  }
  if (count > 0) {
    s.kept_of_first = split(t->operands[0].of_kept);
    s.kept_of[0] = s.kept_of_first.high;
  }
  return s;
}

/// As many elements of a step as the chains have lanes; the numbers of operands are known where it is called, so that the
/// loops over them are none.
INLINE void advance(const split_step *t, size_t alone, size_t both, size_t others, size_t j) {
  const size_t kept = alone + both, count = kept + others;
  floats base[CHAINS], newest[CHAINS], value[KERNEL_STEP_OPERANDS][CHAINS], next[CHAINS];
  EACH_CHAIN {
    const floats output = load(t->output + j, q);
    const floats sum = fused(t->prediction.ratio, output, load(t->sample + j, q));
    newest[q] = fused(t->prediction.factor.low, sum, t->prediction.rest * output);
    newest[q] = fused(t->prediction.factor.high, sum, newest[q]);
  }
  UNROLL for (size_t i = 0; i < count; i++) EACH_CHAIN value[i][q] = load(t->source[i] + j, q);
  if (kept == 0) EACH_CHAIN base[q] = load(t->base + j, q);
  EACH_CHAIN store(t->newest + j, q, newest[q]);
  if (kept > 0) {
    EACH_CHAIN base[q] = t->kept_of_newest.low * newest[q];
    EACH_CHAIN base[q] = fused(t->kept_of_first.low, value[0][q], base[q]);
    EACH_CHAIN base[q] = fused(t->kept_of_newest.high, newest[q], base[q]);
    // What weighs most comes last.
    UNROLL for (size_t i = kept; i-- > 0;) EACH_CHAIN base[q] = fused(t->kept_of[i], value[i][q], base[q]);
    EACH_CHAIN store(t->kept + j, q, base[q]);
  }
  EACH_CHAIN next[q] = t->out_of_newest.low * newest[q];
  EACH_CHAIN next[q] = fused(t->out_of_base.low, base[q], next[q]);
  UNROLL for (size_t i = count; i-- > alone;) EACH_CHAIN next[q] = fused(t->out_of[i], value[i][q], next[q]);
  EACH_CHAIN next[q] = fused(t->out_of_newest.high, newest[q], next[q]);
  EACH_CHAIN next[q] = fused(t->out_of_base.high, base[q], next[q]);
  EACH_CHAIN store(t->out + j, q, next[q]);
}

/// The elements from j on, fewer than the chains have lanes: they are copied to where there is room for all of them.
INLINE void advance_rest(const split_step *t, size_t alone, size_t both, size_t others, size_t j, size_t left) {
  float room[KERNEL_STEP_OPERANDS + 5][STRIDE] = {{0}};
  float(*free)[STRIDE] = room + KERNEL_STEP_OPERANDS;
  const size_t bytes = left * sizeof(float);
  split_step rest = *t;
  for (size_t i = 0; i < alone + both + others; i++) rest.source[i] = memcpy(room[i], t->source[i] + j, bytes);
  rest.sample = memcpy(free[0], t->sample + j, bytes);
  rest.output = memcpy(free[1], t->output + j, bytes);
  rest.base = memcpy(free[2], t->base + j, bytes);
  rest.newest = free[3];
  rest.kept = free[4];
  rest.out = free[2];
  advance(&rest, alone, both, others, 0);
  memcpy(t->newest + j, rest.newest, bytes);
  if (alone + both > 0) memcpy(t->kept + j, rest.kept, bytes);
  memcpy(t->out + j, rest.out, bytes);
}

INLINE bool run(const kernel_step *step, size_t alone, size_t both, size_t others, size_t count) {
  const split_step t = split_weights(step, alone + both + others);
  size_t j = 0;
  for (; j + STRIDE <= count; j += STRIDE) advance(&t, alone, both, others, j);
  if (j < count) advance_rest(&t, alone, both, others, j, count - j);
  return true;
}

#define RUN(ALONE, BOTH, OTHERS) \
  case 100 * ALONE + 10 * BOTH + OTHERS: return run(t, ALONE, BOTH, OTHERS, count);

INLINE bool fused_step_loop(const kernel_step *t, size_t count) {
  switch (100 * t->kept_alone + 10 * t->both + t->out_alone) {
    RUN(0, 0, 0) RUN(0, 0, 1) RUN(0, 0, 2) RUN(0, 0, 3)
    RUN(1, 0, 0) RUN(1, 1, 0) RUN(1, 2, 0) RUN(1, 0, 1) RUN(1, 1, 1) RUN(1, 2, 1)
    RUN(2, 0, 0) RUN(2, 1, 0) RUN(2, 2, 0) RUN(2, 0, 1) RUN(2, 1, 1) RUN(2, 2, 1)
    default: return false;
  }
}

KERNEL(bool, fused_step, (const kernel_step *step, size_t count), (step, count))
