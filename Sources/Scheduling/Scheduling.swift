// # How a sampler is put together
//
// A diffusion model is trained on `x = α·x₀ + σ·ε` at many levels of noise, and asked for x₀, ε or a mixture of both.
// Sampling goes the other way: from pure noise, level by level, to a clean sample. Four things vary independently, and
// each is a type of its own here.
//
//     NoiseSchedule   what the model was trained on: a table of ᾱ          (BetaSchedule)
//     Plan            where the run evaluates it: a list of Stages          (TimestepSpacing, SigmaSchedule, SigmaTable)
//     Prediction      what its output means: two scalars convert it to x₀ or ε
//     Solver          how to get from one level to the next: scalars in, scalars out
//
// A step is therefore scalar arithmetic, followed by one fused linear combination:
//
//     Solver.perturbation   x̂ = x + w·z                          churn, if any
//     Prediction.weights    m = a·x̂ + b·output                   then a Refinement: clipped or thresholded
//     Solver.correction     x̂ = Σ weights · operands             predictor-corrector methods
//     Solver.update         next = Σ weights · operands          the sample, the kept sample, predictions, fresh noise
//
// `Sampler.move(at:)` decides all of it as a `Move`: linear combinations of at most sixteen operands, held in one SIMD
// vector. Where a prediction is neither refined nor remembered its weights are folded into those of the next sample, and
// it never exists. `Pass` then goes over memory once: with one loop that makes all sums of a step, or in blocks that stay in
// the first-level cache. Nothing else touches a tensor.
//
// ## Numbers
//
// Scalars are `Double`, tensors `Float`. The tables that the reference keeps in single precision (β, ᾱ, σ) are rounded
// exactly where torch and numpy round them, so that they are equal bit for bit; no other scalar is rounded. A sum of tensors is
// made by a few lines of C (`CKernels`) in single precision, with fused multiply-adds and with its largest weights as sums of
// two floats: what is lost is a rounding for each term, less than in any float arithmetic that rounds weights and products.
// Where terms are so large that they must cancel it is made in `Double`. A level keeps both α and σ, so the
// variance-preserving frame, Karras's and flow matching share every solver.
//
// ## State
//
// A `Sampler` holds all state of a run: a position, the last few predictions, at most one kept sample and one kept noise.
// It is a value and `Codable`. Timesteps are counted, not looked up; a timestep is compared only to refuse a step out of
// order, and to begin a run in the middle. Samples of one batch that are at timesteps of their own have a sampler each, in a
// `SamplerBatch`.
//
// ## What is not linear
//
// Clipping and thresholding are a stage of the pass (`Refinement`). Learned variances, masks, norm-driven correctors,
// steps that are as long as their error allows and categorical models have samplers of their own; a solver never grows a
// flag for them. So far these are `VarianceSolver`, whose noise has a deviation for each element, `RePaintSampler` for
// masks, `LangevinCorrector`, `PolicySampler` for models that predict many samples at once, `GrowingSampler` for samples that
// are enlarged on the way, and `CategoricalSampler` and `TokenSampler` for tokens.
//
// ## Noise
//
// Noise is an argument. Where overlapping intervals have theirs in common, a step says which interval it draws for
// (`NoiseInterval`), and a generator that knows what that means answers for it (`BrownianTree`).
