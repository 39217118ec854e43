internal import CNoise

/// One term of a weighted sum over memory.
typealias Term = cnoise_term

/// Writes `out[j] = Σ weight·source[j]` for the elements of one block; `out` may be a source itself.
///
/// Weights and sums are in double precision, rounded once at the end: a step's error is one rounding, and not one for every
/// weight and every addition. That costs next to nothing where memory is what one waits for.
func combine(_ terms: UnsafeBufferPointer<Term>, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  cnoise_sum(terms.baseAddress, terms.count, out, block.lowerBound, block.upperBound)
}

/// The same in single precision throughout, weights and all, for what `diffusers` rounds in a way that shows.
func combineRounded(_ terms: UnsafeBufferPointer<Term>, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  cnoise_rounded_sum(terms.baseAddress, terms.count, out, block.lowerBound, block.upperBound)
}

/// Keeps the elements of one block within a range; what is not a number stays so.
func clamp(_ out: UnsafeMutablePointer<Float>, within bound: Float, _ block: Range<Int>) {
  for j in block { out[j] = out[j] < -bound ? -bound : (out[j] > bound ? bound : out[j]) }
}

/// `out = Σ weight·source` over one range, for the few sums that are not a step.
func combine(_ terms: [(Double, UnsafePointer<Float>)], into out: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
  terms.map { Term(weight: $0.0, source: $0.1) }.withUnsafeBufferPointer { combine($0, into: out, range) }
}
