/// What a network is told of the noise in its input, where that is a function of the sigma and not a timestep of the
/// training.
public enum NoiseCondition: Sendable, Hashable {
  /// `¼·log σ` in single precision (Karras et al. 2022, table 1).
  case quarterLogarithm
  /// `1000·¼·log σ` (Song et al. 2023).
  case thousandQuarterLogarithms
  /// `2/π·arctan σ` in single precision: the time of a cosine schedule (Stable Audio).
  case arctangent

  /// What the network is told for a sigma.
  public func timestep(of sigma: Double) -> Double {
    switch self {
    case .quarterLogarithm: Double(0.25 * Float(log(Double(Float(sigma)))))
    case .thousandQuarterLogarithms: 1000 * 0.25 * log(sigma)
    case .arctangent: Double(Float(atan(Double(Float(sigma)))) / Float(Double.pi) * 2)
    }
  }

  /// The level in Karras's frame that the network is told of so.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` for what is not a number.
  public func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    guard timestep.isFinite else {
      throw .argument("the timestep", timestep, wants: "a finite number", "use a timestep of a run")
    }
    return switch self {
    case .quarterLogarithm: .karras(exp(4 * timestep))
    case .thousandQuarterLogarithms: .karras(exp(timestep / 250))
    case .arctangent: .karras(tan(timestep * Double.pi / 2))
    }
  }
}
