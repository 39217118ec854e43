#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>

// The loops over memory. In C for one reason: in code for any x86 a fused multiply-add is a function call, and a
// conversion goes two elements at a time; in a function that is compiled for newer processors, and chosen at run time, the
// first is an instruction, and the second goes by eight. That is a factor of thirty.
//
// Every loop has the same bits on every processor, for each element, wherever in the tensor that is.

/// Makes Gaussian draws of uniform ones in place, block by block of sixteen, with the bits of torch's vector code: the
/// first eight of a block give the radii, the others the angles.
void kernel_box_muller(float *_Nonnull values, size_t blocks);

/// One term of a weighted sum over memory.
typedef struct {
  double weight;
  const float *_Nonnull source;
} kernel_term;

/// Writes `out[j] = Σ weight·source[j]` for every j from first to below end, in double precision and rounded once. A source
/// may be `out` itself, but not overlap it otherwise.
void kernel_sum(
    const kernel_term *_Nullable terms, size_t count, float *_Nonnull out, size_t first, size_t end);

/// The same sum in single precision, weights and all, rounded after every operation.
void kernel_rounded_sum(
    const kernel_term *_Nullable terms, size_t count, float *_Nonnull out, size_t first, size_t end);

/// The same sum in single precision, with one rounding for every term. The last two weights, which should be the largest, are
/// not rounded: each is the sum of two floats, whose small parts are summed up first. Two terms with large weights, which
/// cancel, lose nothing: `a·x + b·y` is then made as `a·(x + b/a·y)`.
///
/// Weights, and of two terms their ratio, must be numbers that a float can have, and not be among its smallest.
void kernel_split_sum(
    const kernel_term *_Nullable terms, size_t count, float *_Nonnull out, size_t first, size_t end);

/// A sum with a clipped sum for a term: what a step is whose predicted clean sample is clipped and then forgotten.
typedef struct {
  const float *_Nonnull sample;
  const float *_Nonnull output;
  const float *_Nullable noise;
  /// What is clipped, and to what.
  double inner_sample, inner_output, bound;
  double of_sample, of_output, of_noise, of_clipped;
} kernel_clipped;

/// Writes `out = of_sample·x + of_output·y + of_noise·z + of_clipped·clip(inner_sample·x + inner_output·y)` like
/// `kernel_split_sum`; the inner sum is kept within ±bound, what is not a number stays so, and it is not rounded twice. An
/// operand without a weight has no part in the outer sum, be it infinite.
void kernel_clipped_sum(const kernel_clipped *_Nonnull sum, float *_Nonnull out, size_t first, size_t end);

/// An operand of a step in one go, with its weights in the two sums.
typedef struct {
  const float *_Nonnull source;
  double of_kept, of_out;
} kernel_operand;

/// A step whose prediction is remembered, and whose sample may be replaced by a better one that is kept: every operand is
/// read once for all sums.
typedef struct {
  const float *_Nonnull sample;
  const float *_Nonnull output;
  /// The sample that the next one is made of, where no better one is: that which came, or one that was kept earlier.
  const float *_Nonnull base;
  /// What the kept sample alone has, beginning with what weighs most, then what both have, then what the next one alone has.
  const kernel_operand *_Nullable operands;
  size_t kept_alone, both, out_alone;
  float *_Nonnull newest;
  float *_Nullable kept;
  float *_Nonnull out;
  /// The prediction's weights; neither is zero.
  double newest_of_sample, newest_of_output;
  /// The prediction's weight in the kept sample.
  double kept_of_newest;
  /// The weights of the better sample, or of the base, and of the prediction in the next one.
  double out_of_base, out_of_newest;
} kernel_step;

/// The most operands that there is a loop for.
enum { KERNEL_STEP_OPERANDS = 5 };

/// Writes `newest`, `kept` and `out` like `kernel_split_sum`, each made of the ones before as they are written. Weights of the
/// prediction, of samples and of the first operand are not rounded. `kept` and `out` may be operands, `newest` may not.
///
/// Returns false, and has written nothing, for numbers of operands that there is no loop for.
bool kernel_fused_step(const kernel_step *_Nonnull step, size_t count);

/// Divides every element.
void kernel_divide(float *_Nonnull data, float divisor, size_t first, size_t end);

/// Turns clean samples, in `data`, into the noise `(x − alpha·data)/sigma` of the samples `x`, in single precision and
/// rounded after every operation.
void kernel_noise_from_data(
    float *_Nonnull data, const float *_Nonnull x, float alpha, float sigma, size_t first, size_t end);

#endif
