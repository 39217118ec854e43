internal import CKernels

/// One term of a weighted sum over memory.
typealias Term = kernel_term

/// Writes `out[j] = Σ weight·source[j]` for the elements of one block; `out` may be a source itself.
///
/// Weights and sums are in double precision, rounded once at the end.
func combine(_ terms: UnsafeBufferPointer<Term>, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  kernel_sum(terms.baseAddress, terms.count, out, block.lowerBound, block.upperBound)
}

/// The same in single precision, faster and nearly as exact: every term is rounded once, and the last two weights are not. For
/// weights that are ``Weights/fitSinglePrecision(below:)``, the largest last.
func combineSplit(_ terms: UnsafeBufferPointer<Term>, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  kernel_split_sum(terms.baseAddress, terms.count, out, block.lowerBound, block.upperBound)
}

/// The same in single precision throughout, weights and all, for what `diffusers` rounds in a way that shows.
func combineRounded(_ terms: UnsafeBufferPointer<Term>, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  kernel_rounded_sum(terms.baseAddress, terms.count, out, block.lowerBound, block.upperBound)
}

/// Keeps the elements of one block within a range; what is not a number stays so.
func clamp(_ out: UnsafeMutablePointer<Float>, within bound: Float, _ block: Range<Int>) {
  for j in block { out[j] = out[j] < -bound ? -bound : (out[j] > bound ? bound : out[j]) }
}

/// `out = Σ weight·source` over one range, for the few sums that are not a step.
func combine(_ terms: [(Double, UnsafePointer<Float>)], into out: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
  terms.map { Term(weight: $0.0, source: $0.1) }.withUnsafeBufferPointer { combine($0, into: out, range) }
}
