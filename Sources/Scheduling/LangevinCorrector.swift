/// A step of Langevin dynamics at one level of noise (Song et al. 2021, algorithm 4): it makes a sample likelier without
/// making it cleaner.
///
/// It is no ``Solver``, for how far it goes depends on the norms of the score and the noise.
public struct LangevinCorrector: Sendable, Hashable, Codable {
  /// The ratio of signal to noise that it aims at.
  public var signalToNoise: Double

  /// A corrector.
  public init(signalToNoise: Double) { self.signalToNoise = signalToNoise }

  /// `x + ε·s + √(2ε)·z`, with `ε = 2·(r·‖z‖/‖s‖)²` and the norms' means over the batch.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - score: The model's score of it.
  ///   - noise: Unit Gaussian noise.
  /// - Throws: ``SchedulerError`` with the code `shape` when the shapes differ.
  public func corrected(_ sample: Tensor, by score: Tensor, noise: Tensor) throws(SchedulerError) -> Tensor {
    let score = try score.expecting(sample.shape, as: "model's output")
    let noise = try noise.expecting(sample.shape, as: "noise")
    let ratio = signalToNoise * noise.meanNorm / score.meanNorm
    let length = 2 * ratio * ratio
    let drifted = try combined(sample, score, weights: [(1, length)])
    return try combined(drifted, noise, weights: [(1, (2 * length).squareRoot())])
  }
}

extension Tensor {
  /// The Euclidean norm of a sample, averaged over the batch.
  fileprivate var meanNorm: Double {
    let norms = (0..<rowCount).map { row in
      elements[row * rowLength..<(row + 1) * rowLength].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    return norms.reduce(0, +) / Double(rowCount)
  }
}
