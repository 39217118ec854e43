#ifndef CNOISE_H
#define CNOISE_H

#include <stdbool.h>
#include <stdbool.h>
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

/// An operand of a step in one go, with its weights in the two sums.
typedef struct {
  const float *_Nonnull source;
  double of_kept, of_out;
} cnoise_operand;

/// A step whose prediction is remembered, and whose sample may be replaced by a better one that is kept: every operand is
/// read once for all sums.
typedef struct {
  const float *_Nonnull sample;
  const float *_Nonnull output;
  /// What the kept sample alone has, then what both have, then what the next one alone has.
  const cnoise_operand *_Nullable operands;
  size_t kept_alone, both, out_alone;
  float *_Nonnull newest;
  float *_Nullable kept;
  float *_Nonnull out;
  /// The prediction's weights.
  double newest_of_sample, newest_of_output;
  /// The prediction's weight in the kept sample.
  double kept_of_newest;
  /// The weights of the kept sample, or of the sample where none is kept, and of the prediction in the next one.
  double out_of_sample, out_of_newest;
} cnoise_step;

/// The most operands that there is a loop for.
enum { CNOISE_STEP_OPERANDS = 5 };

/// Writes `newest`, `kept` and `out` in double precision, each rounded once and none made of what was rounded. `kept` and
/// `out` may be operands, `newest` may not.
///
/// Returns false, and has written nothing, for numbers of operands that there is no loop for.
bool cnoise_fused_step(const cnoise_step *_Nonnull step, size_t count);

#endif
