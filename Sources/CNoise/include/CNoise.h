#ifndef CNOISE_H
#define CNOISE_H

#include <stddef.h>

/// Makes Gaussian draws of uniform ones in place, block by block of sixteen, with the bits of torch's vector code: the
/// first eight of a block give the radii, the others the angles.
///
/// In C for one reason: a fused multiply-add is a function call in code for any x86, and an instruction in a function
/// that is compiled for newer ones and chosen at run time. That is a factor of thirty.
void cnoise_box_muller(float *_Nonnull values, size_t blocks);

/// One term of a weighted sum over memory.
typedef struct {
  double weight;
  const float *_Nonnull source;
} cnoise_term;

/// Writes `out[j] = Σ weight·source[j]` for every j from first to below end, in double precision and rounded once. A source
/// may be `out` itself, but not overlap it otherwise.
///
/// In C for the same reason: in code for any x86 the conversions go two elements at a time, and here eight.
void cnoise_sum(
    const cnoise_term *_Nullable terms, size_t count, float *_Nonnull out, size_t first, size_t end);

/// The same sum in single precision, weights and all, rounded after every operation.
void cnoise_rounded_sum(
    const cnoise_term *_Nullable terms, size_t count, float *_Nonnull out, size_t first, size_t end);

/// A sum with a clipped sum for a term: what a step is whose predicted clean sample is clipped and then forgotten.
typedef struct {
  const float *_Nonnull sample;
  const float *_Nonnull output;
  const float *_Nullable noise;
  double inner_sample, inner_output, bound;
  double of_sample, of_output, of_noise, of_clipped;
} cnoise_clipped;

/// Writes `out = of_sample·x + of_output·y + of_noise·z + of_clipped·clip(inner_sample·x + inner_output·y)` like
/// `cnoise_sum`; the inner sum is kept within ±bound, what is not a number stays so, and nothing of it is rounded.
void cnoise_clipped_sum(const cnoise_clipped *_Nonnull sum, float *_Nonnull out, size_t first, size_t end);

/// A sum that is written together with the prediction in it: both read the sample and the output.
typedef struct {
  const float *_Nonnull sample;
  const float *_Nonnull output;
  float *_Nonnull newest;
  double inner_sample, inner_output;
  double of_sample, of_output;
  const cnoise_term *_Nullable others;
  size_t count;
} cnoise_remembering;

/// Writes `newest = inner_sample·x + inner_output·y`, and `out = of_sample·x + of_output·y + Σ weight·source` over at most
/// three others, like `cnoise_sum`. `newest` may not be a source.
void cnoise_remembering_sum(
    const cnoise_remembering *_Nonnull sum, float *_Nonnull out, size_t first, size_t end);

#endif
