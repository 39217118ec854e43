extension Sampler {
  /// Makes a step: lends the memory of every tensor to a ``Pass``, and keeps what it wrote for later steps.
  mutating func perform(
    _ move: Move, _ output: Tensor, _ noise: Tensor?, from sample: UnsafePointer<Float>,
    to next: UnsafeMutablePointer<Float>, _ shape: [Int], _ count: Int
  ) {
    var newest = move.storesPrediction ? roomForPrediction(shape) : nil
    if move.sharesOutput, predictions.count == solver.memory { predictions.removeLast() }
    var kept = keptSample
    keptSample = nil
    if kept == nil, move.correction != nil { kept = Tensor(uninitialized: shape) }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: Weights.count) { operands in
      operands.initialize(repeating: nil)
      operands[Operand.sample.index] = sample
      lend(output, as: .output, in: operands) {
        lend(noise, as: .noise, in: operands) {
          lend(keptNoise, as: .keptNoise, in: operands) {
            lendPredictions(from: 0, in: operands) {
              borrow(&newest) { newest in
                borrow(&kept) { kept in
                  if move.sharesOutput { operands[Operand.prediction(0).index] = operands[Operand.output.index] }
                  operands[Operand.keptSample.index] = kept.map { UnsafePointer($0) }
                  Pass(
                    move: move, refinement: refinement, count: count, rowLength: count / shape[0],
                    operands: operands, newest: newest, kept: kept, next: next
                  ).run()
                }
              }
            }
          }
        }
      }
    }
    if let newest = move.sharesOutput ? output : newest { predictions.insert(newest, at: 0) }
    keptSample = kept
  }

  /// How many tensors of the sample's size the step at a timestep reads and writes, for who compares it with a copy.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn.
  package func tensorsMoved(at timestep: Double) throws(SchedulerError) -> Int {
    let move = try move(at: timestep)
    let sums = [move.prediction, move.correction ?? Weights(), move.next]
    let newest = Operand.prediction(0).index
    let reads = (0..<Weights.count).count { index in index != newest && sums.contains { $0[index] != 0 } }
    return reads + 1 + (move.storesPrediction ? 1 : 0) + (move.correction != nil ? 1 : 0)
  }

  /// Memory for the newest prediction: that of the oldest, once there are as many as the solver remembers, or of one that
  /// was forgotten.
  private mutating func roomForPrediction(_ shape: [Int]) -> Tensor {
    if predictions.count == solver.memory { return predictions.removeLast() }
    return spares.popLast() ?? Tensor(uninitialized: shape)
  }

  /// Forgets the newest predictions, but not their memory.
  mutating func forget(_ move: Move) {
    for _ in 0..<min(move.forgets, predictions.count) {
      let forgotten = predictions.removeFirst()
      if !move.sharesOutput { spares.append(forgotten) }
    }
  }

  private func lend(
    _ tensor: Tensor?, as operand: Operand, in operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
    _ body: () -> Void
  ) {
    guard let tensor else { return body() }
    tensor.withUnsafePointer { pointer in
      operands[operand.index] = pointer
      body()
    }
  }

  /// Lends the predictions from `index` on; they are older by one than they were, for a new one is on its way.
  private func lendPredictions(
    from index: Int, in operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, _ body: () -> Void
  ) {
    guard index < predictions.count else { return body() }
    lend(predictions[index], as: .prediction(index + 1), in: operands) {
      lendPredictions(from: index + 1, in: operands, body)
    }
  }

  private func borrow(_ tensor: inout Tensor?, _ body: (UnsafeMutablePointer<Float>?) -> Void) {
    if tensor?.withUnsafeMutablePointer({ body($0) }) == nil { body(nil) }
  }
}
