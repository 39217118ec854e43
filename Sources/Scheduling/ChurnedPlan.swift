extension Plan {
  /// A walk of Heun's method along sigmas that ends at a clean sample, with churn at every step: noise is added to the
  /// sample before the model sees it (Karras et al. 2022, algorithm 2).
  ///
  /// - Parameters:
  ///   - sigmas: The sigmas, descending, the clean end left out.
  ///   - churn: How much noise is added over the run.
  ///   - range: The sigmas at which it is added.
  ///   - initNoiseSigma: The standard deviation of the first sample.
  public static func churned(
    _ sigmas: [Double], by churn: Double, within range: ClosedRange<Double>, initNoiseSigma: Double
  ) -> Plan {
    let gamma = min(churn / Double(sigmas.count), 2.0.squareRoot() - 1)
    let (rounded, count) = (sigmas.map { Double(Float($0)) }, sigmas.count)
    var plan = Plan([], initNoiseSigma: initNoiseSigma)
    for (i, sigma) in rounded.enumerated() {
      let start = NoiseLevel.karras(range.contains(sigma) ? sigma * (1 + gamma) : sigma)
      let end = NoiseLevel.karras(i + 1 < count ? rounded[i + 1] : 0)
      plan.stages.append(Stage(timestep: Double(count - 1 - i), from: start, to: end))
      plan.sigmas.append(Float(sigma))
      guard end.sigma > 0 else { continue }
      plan.stages.append(Stage(timestep: Double(count - 2 - i), level: end, from: start, to: end))
      plan.sigmas.append(Float(end.sigma))
    }
    plan.sigmas.append(0)
    return plan
  }
}

extension Sampler {
  /// The sample as the next step wants it, for a plan with churn: with noise up to the level that the stage has.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - noise: Unit Gaussian noise of its shape; it counts for nothing where the stage adds none.
  ///   - scale: What the noise is multiplied by.
  /// - Throws: ``SchedulerError`` with the code `order` when the run has ended, `shape` when the shapes differ.
  public func churned(_ sample: Tensor, noise: Tensor, scale: Double = 1) throws(SchedulerError) -> Tensor {
    guard !isFinished else { throw .order("the run has ended", "begin a new run with a new sampler") }
    let (level, sigma) = (plan.stages[position].level.sigma, Double(plan.sigmas[position]))
    return try combined(sample, noise, weights: [(1, scale * max(0, level * level - sigma * sigma).squareRoot())])
  }
}
