/// One step made with two orders, and their distance, in one pass over memory.
struct AdaptivePair {
  /// What either order makes of the step.
  let lower, higher: Tensor
  /// The root of the mean square of the difference of both, each element in parts of what is tolerated there.
  let error: Double

  /// - Parameters:
  ///   - operands: The sample at the start, and the predictions.
  ///   - before: What the lower order made of the step before, which the tolerance is relative to, too.
  init(
    _ operands: [Tensor], lower: [Double], higher: [Double], before: Tensor, _ options: AdaptiveOptions
  ) {
    let (count, shape) = (before.count, before.shape)
    let (absolute, relative) = (Float(options.absoluteTolerance), Float(options.relativeTolerance))
    var (low, squares) = (Tensor(uninitialized: shape), 0.0)
    self.higher = Tensor(shape: shape) { high in
      low.withUnsafeMutablePointer { low in
        operands.withPointers { operands in
          before.withUnsafePointer { before in
            for start in Swift.stride(from: 0, to: count, by: Pass.blockLength) {
              let block = start..<min(start + Pass.blockLength, count)
              combine(Array(zip(lower, operands)), into: low, block)
              combine(Array(zip(higher, operands)), into: high, block)
              for j in block {
                let tolerance = max(absolute, relative * max(abs(low[j]), abs(before[j])))
                let part = Double((low[j] - high[j]) / tolerance)
                squares += part * part
              }
            }
          }
        }
      }
    }
    (self.lower, error) = (low, (squares / Double(count)).squareRoot())
  }
}

extension [Tensor] {
  /// The weighted sum of tensors of one shape, of which there is at least one.
  func sum(weighing weights: [Double]) -> Tensor {
    Tensor(shape: self[0].shape) { out in
      withPointers { combine(Array<(Double, UnsafePointer<Float>)>(zip(weights, $0)), into: out, 0..<self[0].count) }
    }
  }

  /// Calls `body` with the address of each tensor's first element, which are valid during the call.
  func withPointers<Result>(_ body: ([UnsafePointer<Float>]) -> Result) -> Result {
    func lend(_ pointers: [UnsafePointer<Float>]) -> Result {
      guard pointers.count < count else { return body(pointers) }
      return self[pointers.count].withUnsafePointer { lend(pointers + [$0]) }
    }
    return lend([])
  }
}
