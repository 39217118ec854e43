/// Flow matching along a policy: a model predicts what a whole stretch of a run looks like, and the stretch is integrated in many
/// small steps without it (Chen et al. 2025, π-Flow, arXiv 2510.14974, section 3.2, the policy "DX").
///
/// The model gives velocities that stand for clean samples at evenly spaced times of the stretch; between them the clean sample
/// is interpolated. Euler's small steps towards it are sums, so that the stretch is one as well, whose weights are found here.
public struct PolicyFlow: Sendable, Hashable, Codable {
  /// How the times of a run are shifted towards the noise.
  public let shift: Double
  /// How many predictions the model makes for a stretch.
  public let gridCount: Int
  /// How many small steps there are in a unit of unshifted time.
  public let substeps: Int
  /// The smallest time, which a run ends at, and the smallest sigma that anything is divided by.
  public let floor: Double
  /// Whether the times and sigmas of the small steps are in single precision.
  public let isRounded: Bool

  /// A policy.
  public init(shift: Double, gridCount: Int, substeps: Int, floor: Double, isRounded: Bool = false) {
    (self.shift, self.gridCount, self.substeps) = (shift, gridCount, substeps)
    (self.floor, self.isRounded) = (floor, isRounded)
  }

  /// The unshifted times of a run, in single precision: even, but for the last stretch.
  ///
  /// - Parameters:
  ///   - steps: How many steps, at least one.
  ///   - lastScale: The length of the last stretch as a share of the others'.
  public static func times(_ steps: Int, lastScale: Double) -> [Float] {
    let length = Float(1 / (Double(steps) - (1 - lastScale)))
    return (0..<steps).map { 1 - Float($0) * length }
  }

  /// The sigmas of these times, in single precision.
  public func sigmas(of times: [Float]) -> [Float] { times.map { FlowSigmas.shifted($0, by: shift) } }

  /// The weights of the model's predictions in the change of a sample over a stretch, the prediction for its end first.
  ///
  /// - Parameters:
  ///   - start: The time that the stretch begins at.
  ///   - end: The time that it ends at; the smallest one unless given.
  public func weights(from start: Float, to end: Float? = nil) -> [Double] {
    isRounded ? weights(start, end ?? Float(floor)) : weights(Double(start), Double(end ?? Float(floor)))
  }

  /// The weights, with times and sigmas in a precision.
  private func weights<Number: BinaryFloatingPoint>(_ start: Number, _ end: Number) -> [Double] {
    // How many small steps there are is decided in single precision in any case.
    let count = max(1, Int((Float(start - end) * Float(substeps)).rounded(.toNearestOrEven)))
    let length = (start - end) / Number(count)
    let first = FlowSigmas.shifted(start, by: shift)
    var weights = Array(repeating: 0.0, count: gridCount)
    var (time, sigma) = (start, first)
    for _ in 0..<count {
      let nextTime = max(0, time - length)
      let next = FlowSigmas.shifted(nextTime, by: shift)
      // x_t = x + (x − x₀)·(σ_t/σ − 1), where x₀ is the first sample less its σ times an interpolated velocity.
      let growth = Double(next - sigma) / Double(max(sigma, Number(floor)))
      let (index, share) = place(of: FlowSigmas.unshifted(sigma, by: shift), from: start, to: end)
      for k in weights.indices { weights[k] *= 1 + growth }
      weights[index] += growth * Double(first) * (1 - share)
      weights[index + 1] += growth * Double(first) * share
      (time, sigma) = (nextTime, next)
    }
    return weights
  }

  /// Between which predictions a time lies, and how far from the earlier one of them.
  private func place<Number: BinaryFloatingPoint>(
    of time: Number, from start: Number, to end: Number
  ) -> (index: Int, share: Double) {
    let unshifted = FlowSigmas.unshifted(FlowSigmas.shifted(start, by: shift), by: shift)
    let last = max(0, unshifted - (start - end))
    let length = max(unshifted - last, Number(floor))
    let position = min(max((time - last) / length, 0), 1) * Number(gridCount - 1)
    let index = min(Int(position), gridCount - 2)
    return (index, Double(position) - Double(index))
  }
}

extension FlowSigmas {
  /// The sigma that is shifted to another one.
  static func unshifted<Number: BinaryFloatingPoint>(_ sigma: Number, by shift: Double) -> Number {
    sigma / (Number(shift) + Number(1 - shift) * sigma)
  }
}
