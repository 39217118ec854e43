internal import CKernels

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
  /// Where the kept sample is, and where a corrected one is written.
  let kept: UnsafeMutablePointer<Float>?
  /// Where the next sample is written: it may be where the sample is.
  let next: UnsafeMutablePointer<Float>

  /// Writes everything.
  func run() {
    if move.clipsInPassing { return clipInPassing() }
    if let newest, refinement == .none, move.written == nil, fuse(newest) { return }
    perturb()
    withUnsafeTemporaryAllocation(of: Term.self, capacity: 3 * Weights.count) { room in
      let isRounded = refinement == .written
      let predict = newest.map {
        Sum(
          move.prediction, of: operands, into: $0, room, part: 0, isRounded: isRounded || refinement == .rounded,
          limit: move.limit)
      }
      if let newest { operands[Operand.prediction(0).index] = UnsafePointer(newest) }
      // A quantile wants the whole sample first; clipping can be done on the way.
      let thresholds = if case .threshold = refinement { true } else { false }
      if thresholds { predictWhole(predict) }

      let sample = operands[Operand.sample.index]
      let correct = move.correction.flatMap { weights in
        kept.map { Sum(weights, of: operands, into: $0, room, part: 1, isRounded: isRounded, limit: move.limit) }
      }
      if correct != nil { operands[Operand.sample.index] = kept.map { UnsafePointer($0) } }
      let advance = Sum(move.next, of: operands, into: next, room, part: 2, isRounded: isRounded, limit: move.limit)

      if newest == nil, correct == nil { return advance.write(0..<count) }
      forEachBlock { block in
        if !thresholds { predictBlock(predict, sample, block) }
        correct?.write(block)
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
    if let written = move.written, let sample, let output = operands[Operand.output.index] {
      for j in block { predict.out[j] = written.value(sample[j], output[j]) }
    } else {
      predict.write(block)
      divide(predict.out, block)
    }
    if case .clip(let bound) = refinement { clamp(predict.out, within: Float(bound), block) }
    convertToNoise(predict.out, sample, block)
  }

  /// Divides what was rounded apart from its divisor.
  private func divide(_ data: UnsafeMutablePointer<Float>, _ block: Range<Int>) {
    guard move.divisor != 1 else { return }
    kernel_divide(data, Float(move.divisor), block.lowerBound, block.upperBound)
  }

  /// Turns the refined clean sample into noise, where that is what the solver integrates.
  private func convertToNoise(
    _ data: UnsafeMutablePointer<Float>, _ sample: UnsafePointer<Float>?, _ block: Range<Int>
  ) {
    guard let level = move.noiseFromData, let sample else { return }
    kernel_noise_from_data(data, sample, Float(level.alpha), Float(level.sigma), block.lowerBound, block.upperBound)
  }

  /// Writes the sample with its noise where the next one will be, and has it read from there.
  private func perturb() {
    guard let perturbation = move.perturbation, let sample = operands[Operand.sample.index],
      let noise = operands[Operand.noise.index]
    else { return }
    let (weight, scale) = (Float(perturbation.noise), Float(perturbation.scale))
    for j in 0..<count { next[j] = sample[j] + scale * noise[j] * weight }
    operands[Operand.sample.index] = UnsafePointer(next)
  }

  /// The next sample with a clipped prediction in it that is never written.
  private func clipInPassing() {
    guard case .clip(let bound) = refinement, let sample = operands[Operand.sample.index],
      let output = operands[Operand.output.index]
    else { preconditionFailure("Only what is clipped can be clipped in passing.") }
    var sum = kernel_clipped(
      sample: sample, output: output, noise: operands[Operand.noise.index],
      inner_sample: move.prediction[.sample], inner_output: move.prediction[.output], bound: Double(Float(bound)),
      of_sample: move.next[.sample], of_output: move.next[.output], of_noise: move.next[.noise],
      of_clipped: move.next[prediction: 0])
    kernel_clipped_sum(&sum, next, 0, count)
  }
}
