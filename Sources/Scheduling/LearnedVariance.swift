/// A solver whose fresh noise has a deviation of its own for every element, which the model predicts.
///
/// This is what a weighted sum of tensors cannot say. The sampler multiplies the noise by the deviation, element by
/// element; the solver then gives it the weight 1.
public protocol VarianceSolver: Solver {
  /// How the model's second half of channels becomes a deviation; `nil` when it has none or it is not used.
  func deviation(_ step: Step) -> LearnedDeviation?
}

/// How a predicted variance becomes the deviation of noise.
public enum LearnedDeviation: Sendable, Hashable {
  /// It is the variance.
  case root
  /// It says where between two logarithms of the variance, from -1 to 1.
  case logRange(from: Double, to: Double)
}

/// A predicted variance with what to make of it.
struct LearnedVariance {
  let deviation: LearnedDeviation
  let variance: Tensor

  /// Multiplies noise by the deviations.
  func apply(to noise: inout Tensor?) {
    let count = variance.count
    variance.withUnsafePointer { variance in
      noise?.withUnsafeMutablePointer { noise in
        switch deviation {
        case .root: for j in 0..<count { noise[j] *= variance[j].squareRoot() }
        case .logRange(let low, let high):
          for j in 0..<count {
            let fraction = (Double(variance[j]) + 1) / 2
            noise[j] *= Float(exp(0.5 * (fraction * high + (1 - fraction) * low)))
          }
        }
      }
    }
  }
}

extension Sampler {
  /// The deviations that the model's output has behind its channels, for a step that uses them.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when the output has no channels for a variance.
  func learnedDeviation(
    for move: Move, _ output: Tensor, _ shape: [Int]
  ) throws(SchedulerError) -> LearnedVariance? {
    let step = Step(index: move.index, history: 1, stages: plan.stages, options: options)
    guard move.drawsNoise, let deviation = (solver as? any VarianceSolver)?.deviation(step) else { return nil }
    guard shape.count > 1, output.shape.count > 1, output.shape[1] == 2 * shape[1] else {
      throw .shape(
        "the model's output has shape \(output.shape), without a variance for samples of \(shape)",
        "use a model with twice the channels, or set variance_type to \"fixed_small\"")
    }
    let variance = try output.channels(shape[1]..<2 * shape[1]).expecting(shape, as: "variance")
    return LearnedVariance(deviation: deviation, variance: variance)
  }
}
