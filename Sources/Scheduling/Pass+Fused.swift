internal import CKernels

extension Pass {
  /// Writes the prediction, a better sample and the next one at once, if they are made of few enough operands: every one is
  /// read once.
  func fuse(_ newest: UnsafeMutablePointer<Float>) -> Bool {
    let sums = FusedSums(prediction: move.prediction, better: move.correction, next: move.next)
    guard sums.areOfOneForm, sums.fitSinglePrecision(below: move.limit), let sample = operands[Operand.sample.index],
      let output = operands[Operand.output.index], let base = operands[sums.base.index]
    else { return false }
    return withUnsafeTemporaryAllocation(of: kernel_operand.self, capacity: Int(KERNEL_STEP_OPERANDS)) { room in
      guard let counts = sums.collect(operands, in: room) else { return false }
      let newestIndex = Operand.prediction(0)
      var step = kernel_step(
        sample: sample, output: output, base: base, operands: room.baseAddress, kept_alone: counts.better,
        both: counts.both, out_alone: counts.next, newest: newest, kept: kept, out: next,
        newest_of_sample: move.prediction[.sample], newest_of_output: move.prediction[.output],
        kept_of_newest: sums.better?[newestIndex] ?? 0, out_of_base: move.next[sums.base],
        out_of_newest: move.next[newestIndex])
      return kernel_fused_step(&step, count)
    }
  }
}

/// The sums of a step whose prediction is remembered.
private struct FusedSums {
  let prediction: Weights
  let better: Weights?
  let next: Weights

  /// Whether they are those of a predictor, or of a predictor and a corrector: the prediction is made of the sample and the
  /// output, which the other sums do not read again.
  ///
  /// What has no weight is not read, for zero times infinity is none.
  var areOfOneForm: Bool {
    let newest = Operand.prediction(0)
    let corrects =
      better.map {
        $0[newest] != 0 && $0[.sample] == 0 && $0[.output] == 0 && next[.sample] != 0
      } ?? true
    return corrects && prediction[.sample] != 0 && prediction[.output] != 0 && prediction[.noise] == 0
      && next[newest] != 0 && next[base] != 0 && next[.output] == 0
  }

  /// The sample that the next one is made of: the better one, where there is one, stands for the one that came.
  var base: Operand { next[.sample] != 0 ? .sample : .keptSample }

  func fitSinglePrecision(below limit: Double) -> Bool {
    prediction.fitSinglePrecision(below: limit) && next.fitSinglePrecision(below: limit)
      && better?.fitSinglePrecision(below: limit) ?? true
  }

  /// Looks up the other operands: those of the better sample alone, the kept one first, then those of both, then those of the
  /// next one alone.
  ///
  /// - Returns: How many there are of each; `nil` when they are too many, or a better sample has none.
  func collect(
    _ operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, in room: UnsafeMutableBufferPointer<kernel_operand>
  ) -> (better: Int, both: Int, next: Int)? {
    let better = better ?? Weights()
    var count = 0
    /// Those whose weights are such as asked for.
    func add(where matches: (_ isOfBetter: Bool, _ isOfNext: Bool) -> Bool) -> Int? {
      let before = count
      for index in Operand.keptSample.index..<Weights.count
      where index != base.index && index != Operand.prediction(0).index {
        guard matches(better[index] != 0, next[index] != 0) else { continue }
        guard count < room.count, let source = operands[index] else { return nil }
        let operand = kernel_operand(source: source, of_kept: better[index], of_out: next[index])
        room.initializeElement(at: count, to: operand)
        count += 1
      }
      return count - before
    }
    guard let alone = add(where: { $0 && !$1 }), let both = add(where: { $0 && $1 }),
      let others = add(where: { !$0 && $1 })
    else { return nil }
    return self.better == nil || alone + both > 0 ? (alone, both, others) : nil
  }
}
