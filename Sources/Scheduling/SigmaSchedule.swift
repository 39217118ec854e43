/// How the sigmas of a run lie between the largest and the smallest.
public enum SigmaSchedule: Sendable, Hashable, Codable {
  /// Evenly in the power 1/ρ (Karras et al. 2022, equation 5); ρ is 7 there.
  case karras(rho: Double)
  /// Evenly in log σ.
  case exponential
  /// Quantiles of a beta distribution (Lee et al. 2024, "Beta Sampling is All You Need"), where both parameters are 0.6.
  case beta(Double, Double)
  /// Evenly in log σ, between logarithms rounded to single precision (Lu et al. 2022, section 4; `lu` in the reference).
  case logarithmic

  /// So many sigmas, descending.
  public func sigmas(_ count: Int, from largest: Double, to smallest: Double) -> [Double] {
    let ramp = linspace64(0, 1, count: count)
    switch self {
    case .karras(let rho):
      return ramp.map { Self.karras(at: $0, rho: rho, from: largest, to: smallest) }
    case .exponential:
      return linspace64(log(largest), log(smallest), count: count).map(exp)
    case .beta(let a, let b):
      let distribution = BetaDistribution(a, b)
      return ramp.map { smallest + distribution.quantile(1 - $0) * (largest - smallest) }
    case .logarithmic:
      let (low, high) = (Double(Float(log(smallest))), Double(Float(log(largest))))
      return ramp.map { exp(high + $0 * (low - high)) }
    }
  }

  /// So many sigmas, descending, each to a power.
  public func sigmas(_ count: Int, from largest: Double, to smallest: Double, power: Double) -> [Double] {
    sigmas(count, from: largest, to: smallest).map { pow($0, power) }
  }

  /// The sigma at a position of Karras's ramp, from 0 for the largest to 1 for the smallest.
  public static func karras(at position: Double, rho: Double, from largest: Double, to smallest: Double) -> Double {
    let (low, high) = (pow(smallest, 1 / rho), pow(largest, 1 / rho))
    return pow(high + position * (low - high), rho)
  }

  /// So many sigmas, descending, computed in single precision, as some classes do; for schedules with a logarithm or a
  /// power alone.
  public func singlePrecisionSigmas(_ count: Int, from largest: Double, to smallest: Double) -> [Double] {
    switch self {
    case .karras(let rho):
      let (low, high) = (pow(smallest, 1 / rho), pow(largest, 1 / rho))
      return linspace(0, 1, count: count).map { position in
        Double(Float(pow(Double(Float(high) + position * Float(low - high)), rho)))
      }
    case .exponential, .logarithmic:
      return linspace(log(smallest), log(largest), count: count).reversed().map { Double(Float(exp(Double($0)))) }
    case .beta: return sigmas(count, from: largest, to: smallest)
    }
  }
}

/// The table of a noise schedule's sigmas, read between its entries in both directions.
public struct SigmaTable: Sendable, Hashable, Codable {
  /// The sigma of every training timestep, ascending.
  public let sigmas: [Float]
  private let logarithms: [Float]

  /// The table of these sigmas.
  public init(_ sigmas: [Float]) {
    self.sigmas = sigmas
    logarithms = sigmas.map { Float(log(Double($0))) }
  }

  /// The largest sigma.
  public var largest: Double { Double(sigmas[sigmas.count - 1]) }
  /// The smallest sigma.
  public var smallest: Double { Double(sigmas[0]) }

  /// The sigma at a timestep, between two training timesteps by a straight line, beyond the ends the end's.
  public func sigma(at timestep: Double) -> Double {
    let last = sigmas.count - 1
    guard timestep > 0 else { return Double(sigmas[0]) }
    guard timestep < Double(last) else { return Double(sigmas[last]) }
    let below = Int(timestep)
    let (low, high) = (Double(sigmas[below]), Double(sigmas[below + 1]))
    return (high - low) * (timestep - Double(below)) + low
  }

  /// The sigma at a timestep of the training, between two by a straight line in log σ, in single precision: how k-diffusion
  /// reads its table.
  public func logarithmicSigma(at timestep: Float) -> Double {
    let below = Int(timestep)
    let weight = timestep - Float(below)
    let (low, high) = (logarithms[below], logarithms[min(below + 1, logarithms.count - 1)])
    return Double(Float(exp(Double((1 - weight) * low + weight * high))))
  }

  /// So many sigmas at evenly spaced timesteps, from the largest to the smallest, as k-diffusion has them.
  public func evenlyTimed(_ count: Int) -> [Double] {
    linspace(Double(sigmas.count - 1), 0, count: count).map { logarithmicSigma(at: $0) }
  }

  /// The timestep of a sigma, between two training timesteps by a straight line in log σ, beyond the ends the end's.
  ///
  /// - Parameters:
  ///   - sigma: A sigma above 0.
  ///   - singlePrecision: Whether the weight is computed in single precision, as for a list of sigmas that the caller
  ///     gave.
  public func timestep(of sigma: Double, singlePrecision: Bool = false) -> Double {
    guard sigmas.count > 1 else { return 0 }
    let exact = log(max(sigma, 1e-10))
    let logarithm = singlePrecision ? Double(Float(exact)) : exact
    let below = min(max(0, firstIndex(above: logarithm) - 1), sigmas.count - 2)
    let (low, high) = (Double(logarithms[below]), Double(logarithms[below + 1]))
    let weight =
      singlePrecision
      ? Double((Float(low) - Float(logarithm)) / (Float(low) - Float(high))) : (low - logarithm) / (low - high)
    let clipped = min(max(weight, 0), 1)
    return (1 - clipped) * Double(below) + clipped * Double(below + 1)
  }

  /// The first entry whose logarithm is larger.
  private func firstIndex(above logarithm: Double) -> Int {
    var (first, end) = (0, logarithms.count)
    while first < end {
      let middle = (first + end) / 2
      if Double(logarithms[middle]) <= logarithm { first = middle + 1 } else { end = middle }
    }
    return first
  }
}
