/// The one place that touches tensors during a step: a pass over memory, in blocks, that writes the prediction, the kept
/// sample and the next sample as far as a step has them.
struct Pass {
  /// The elements of a block: as many streams as a step has fit in the first-level cache.
  static let blockLength = 2048

  let move: Move
  let refinement: Refinement
  let count: Int
  let rowLength: Int
  /// Where to read each operand; `nil` for those that the step does not have.
  let operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>
  /// Where the newest prediction is written.
  let newest: UnsafeMutablePointer<Float>?
  /// Where the kept sample is, and is written.
  let kept: UnsafeMutablePointer<Float>?
  /// Where the next sample is written: it may be where the sample is.
  let next: UnsafeMutablePointer<Float>

  /// Writes everything.
  func run() {
    withUnsafeTemporaryAllocation(of: Term.self, capacity: 3 * Weights.count) { room in
      let predict = newest.map { Sum(move.prediction, of: operands, into: $0, room, part: 0) }
      operands[Operand.prediction(0).index] = newest.map { UnsafePointer($0) }
      // A quantile wants the whole sample first; clipping can be done on the way.
      let thresholds = if case .threshold = refinement { true } else { false }
      if thresholds { predictWhole(predict) }

      let sample = operands[Operand.sample.index]
      let correct = move.correction.flatMap { weights in
        kept.map { Sum(weights, of: operands, into: $0, room, part: 1) }
      }
      if correct != nil { operands[Operand.sample.index] = kept.map { UnsafePointer($0) } }
      let advance = Sum(move.next, of: operands, into: next, room, part: 2)

      forEachBlock { block in
        if !thresholds { predictBlock(predict, sample, block) }
        if let correct {
          correct.write(block)
        } else if move.keepsSample, let kept, let sample {
          (kept + block.lowerBound).update(from: sample + block.lowerBound, count: block.count)
        }
        advance.write(block)
      }
    }
  }

  private func forEachBlock(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < count {
      let end = min(start + Self.blockLength, count)
      body(start..<end)
      start = end
    }
  }

  private func predictWhole(_ predict: Sum?) {
    guard let predict else { return }
    forEachBlock(predict.write)
    refinement.apply(to: predict.out, count: count, rowLength: rowLength)
    convertToNoise(predict.out, operands[Operand.sample.index], 0..<count)
  }

  private func predictBlock(_ predict: Sum?, _ sample: UnsafePointer<Float>?, _ block: Range<Int>) {
    guard let predict else { return }
    predict.write(block)
    if case .clip(let bound) = refinement { clamp(predict.out, within: Float(bound), block) }
    convertToNoise(predict.out, sample, block)
  }

  /// Turns the refined clean sample into noise, where that is what the solver integrates.
  private func convertToNoise(
    _ data: UnsafeMutablePointer<Float>, _ sample: UnsafePointer<Float>?, _ block: Range<Int>
  ) {
    guard let level = move.noiseFromData, let sample else { return }
    let (alpha, sigma) = (Float(level.alpha), Float(level.sigma))
    if move.perturbation != 0, let noise = operands[Operand.noise.index] {
      let weight = Float(move.perturbation)
      for j in block { data[j] = (sample[j] + weight * noise[j] - alpha * data[j]) / sigma }
    } else {
      for j in block { data[j] = (sample[j] - alpha * data[j]) / sigma }
    }
  }
}

/// A combination, ready to be written block by block.
struct Sum {
  let out: UnsafeMutablePointer<Float>
  private let terms: UnsafeBufferPointer<Term>
  private let own: Float

  /// Looks up the operands of a combination. One that lies where the result goes becomes its own weight.
  ///
  /// - Parameters:
  ///   - room: Memory for the terms of several sums.
  ///   - part: The index of this sum in it.
  init(
    _ weights: Weights, of operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
    into out: UnsafeMutablePointer<Float>, _ room: UnsafeMutableBufferPointer<Term>, part: Int
  ) {
    let first = part * Weights.count
    var (count, own) = (0, Float(0))
    for index in 0..<Weights.count where weights[index] != 0 {
      guard let source = operands[index] else {
        preconditionFailure("A solver weighs operand \(index), which this step does not have.")
      }
      if source == UnsafePointer(out) {
        own = Float(weights[index])
      } else {
        room.initializeElement(at: first + count, to: Term(weight: Float(weights[index]), source: source))
        count += 1
      }
    }
    terms = UnsafeBufferPointer(rebasing: room[first..<first + count])
    (self.out, self.own) = (out, own)
  }

  func write(_ block: Range<Int>) { combine(terms, own: own, into: out, block) }
}
