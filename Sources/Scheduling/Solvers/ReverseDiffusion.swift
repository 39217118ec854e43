/// The reverse diffusion predictor of the variance-exploding SDE (Song et al. 2021, arXiv 2011.13456, equation 46).
public struct ReverseDiffusion: Solver {
  /// The method.
  public init() {}

  /// `x + (σ_s² − σ_t²)·∇log p + √(σ_s² − σ_t²)·z`, where `∇log p = (x₀ − x)/σ_s²`.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start.sigma, step.stage.end.sigma)
    let variance = s * s - t * t
    return Update(sample: 1 - variance / (s * s), prediction: variance / (s * s), noise: variance.squareRoot())
  }
}

extension Plan {
  /// A walk along times from 1 down, each at the nearest lower of as many sigmas that lie evenly in log σ, and each to the
  /// sigma below that.
  ///
  /// - Parameters:
  ///   - times: The times, descending.
  ///   - smallest: The smallest sigma.
  ///   - largest: The largest sigma; the first sample has this deviation.
  public static func reverseDiffusion(_ times: [Double], from largest: Double, to smallest: Double) -> Plan {
    let sigmas = Array(
      SigmaSchedule.exponential.singlePrecisionSigmas(times.count, from: largest, to: smallest).reversed())
    let stages = times.map { time in
      let index = Int(Float(time) * Float(times.count - 1))
      return Stage(
        timestep: time, from: .karras(sigmas[index]), to: index == 0 ? .clean : .karras(sigmas[index - 1]))
    }
    let told = times.map { time in
      Float(smallest) * Float(pow(Double(Float(largest / smallest)), time))
    }
    return Plan(stages, initNoiseSigma: largest, sigmas: told)
  }
}
