internal import CKernels

/// A combination, ready to be written block by block.
struct Sum {
  let out: UnsafeMutablePointer<Float>
  private let terms: UnsafeBufferPointer<Term>
  private let arithmetic: Arithmetic

  private enum Arithmetic {
    /// In single precision, rounded after every operation, weights and all.
    case rounded
    /// In single precision, with weights that are not rounded.
    case split
    /// In double precision.
    case double
  }

  /// Looks up the operands of a combination.
  ///
  /// - Parameters:
  ///   - room: Memory for the terms of several sums.
  ///   - part: The index of this sum in it.
  ///   - isRounded: Whether it is rounded after every operation, weights and all.
  ///   - limit: How large a weight may be in single precision.
  init(
    _ weights: Weights, of operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
    into out: UnsafeMutablePointer<Float>, _ room: UnsafeMutableBufferPointer<Term>, part: Int,
    isRounded: Bool, limit: Double
  ) {
    let first = part * Weights.count
    var count = 0
    func add(_ index: Int) {
      guard weights[index] != 0 else { return }
      guard let source = operands[index] else {
        preconditionFailure("A solver weighs operand \(index), which this step does not have.")
      }
      room.initializeElement(at: first + count, to: Term(weight: weights[index], source: source))
      count += 1
    }
    if isRounded {
      // Fresh noise comes last: what it is added to may be large before, and small after.
      for index in 0..<Weights.count where index != Operand.noise.index { add(index) }
      add(Operand.noise.index)
    } else {
      // The sample comes last, the largest of them; the others are of one size, so that their weights decide.
      for index in 0..<Weights.count where index != Operand.sample.index { add(index) }
      room[first..<first + count].sort { abs($0.weight) < abs($1.weight) }
      add(Operand.sample.index)
    }
    terms = UnsafeBufferPointer(rebasing: room[first..<first + count])
    self.out = out
    arithmetic = isRounded ? .rounded : weights.fitSinglePrecision(below: limit) ? .split : .double
  }

  func write(_ block: Range<Int>) {
    switch arithmetic {
    case .rounded: combineRounded(terms, into: out, block)
    case .split: combineSplit(terms, into: out, block)
    case .double: combine(terms, into: out, block)
    }
  }
}
