/// One term of a weighted sum over memory.
struct Term {
  var weight: Float
  var source: UnsafePointer<Float>
}

/// The most terms that one sum has: every operand of a step.
let mostTerms = Weights.count

/// Writes `out[j] = own·out[j] + Σ weight·source[j]` for the elements of one block.
///
/// Four terms at a time keep all streams in registers; with more, the sum goes on while the block is in the first-level
/// cache. `own` is what makes updating in place a stream less instead of a stream that may overlap. The multiplications
/// are written as such: `addingProduct` is a function call per element on a processor that is not known to have it.
func combine(
  _ terms: UnsafeBufferPointer<Term>, own: Float = 0, into out: UnsafeMutablePointer<Float>, _ block: Range<Int>
) {
  var own = own
  var rest = terms[...]
  repeat {
    let group = UnsafeBufferPointer(rebasing: rest.prefix(4))
    if own == 0 { assign(group, to: out, block) } else { accumulate(group, own: own, in: out, block) }
    own = 1
    rest = rest.dropFirst(4)
  } while !rest.isEmpty
}

/// `out = Σ weight·source` of up to four terms.
private func assign(_ terms: UnsafeBufferPointer<Term>, to out: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
  switch terms.count {
  case 0: for j in block { out[j] = 0 }
  case 1:
    let (a, x) = (terms[0].weight, terms[0].source)
    for j in block { out[j] = a * x[j] }
  case 2:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    for j in block { out[j] = a * x[j] + b * y[j] }
  case 3:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    let (c, z) = (terms[2].weight, terms[2].source)
    for j in block { out[j] = a * x[j] + b * y[j] + c * z[j] }
  default:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    let (c, z, d, w) = (terms[2].weight, terms[2].source, terms[3].weight, terms[3].source)
    for j in block { out[j] = a * x[j] + b * y[j] + c * z[j] + d * w[j] }
  }
}

/// `out = own·out + Σ weight·source` of up to four terms.
private func accumulate(
  _ terms: UnsafeBufferPointer<Term>, own: Float, in out: UnsafeMutablePointer<Float>, _ block: Range<Int>
) {
  switch terms.count {
  case 0: for j in block { out[j] = own * out[j] }
  case 1:
    let (a, x) = (terms[0].weight, terms[0].source)
    for j in block { out[j] = own * out[j] + a * x[j] }
  case 2:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    for j in block { out[j] = own * out[j] + a * x[j] + b * y[j] }
  case 3:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    let (c, z) = (terms[2].weight, terms[2].source)
    for j in block { out[j] = own * out[j] + a * x[j] + b * y[j] + c * z[j] }
  default:
    let (a, x, b, y) = (terms[0].weight, terms[0].source, terms[1].weight, terms[1].source)
    let (c, z, d, w) = (terms[2].weight, terms[2].source, terms[3].weight, terms[3].source)
    for j in block { out[j] = own * out[j] + a * x[j] + b * y[j] + c * z[j] + d * w[j] }
  }
}

/// Keeps the elements of one block within a range; what is not a number stays so.
func clamp(_ out: UnsafeMutablePointer<Float>, within bound: Float, _ block: Range<Int>) {
  for j in block { out[j] = out[j] < -bound ? -bound : (out[j] > bound ? bound : out[j]) }
}

/// `out = Σ weight·source` over one range, for the few sums that are not a step.
func combine(_ terms: [(Double, UnsafePointer<Float>)], into out: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
  terms.map { Term(weight: Float($0.0), source: $0.1) }.withUnsafeBufferPointer { combine($0, into: out, range) }
}
