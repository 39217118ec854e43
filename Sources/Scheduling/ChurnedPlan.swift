extension Plan {
  /// A walk of Heun's method along sigmas that ends at a clean sample, with churn at every step: noise is added to the
  /// sample before the model sees it (Karras et al. 2022, algorithm 2).
  ///
  /// - Parameters:
  ///   - sigmas: The sigmas, descending, the clean end left out.
  ///   - churn: How much noise is added over the run.
  ///   - range: The sigmas at which it is added.
  ///   - isRounded: Whether what it makes of the sigmas is in single precision.
  ///   - initNoiseSigma: The standard deviation of the first sample.
  public static func churned(
    _ sigmas: [Double], by churn: Double, within range: ClosedRange<Double>, isRounded: Bool, initNoiseSigma: Double
  ) -> Plan {
    let share = Churn.share(churn, over: sigmas.count)
    let added = { (sigma: Double) in isRounded ? Double(Float(sigma) * Float(share)) : sigma * share }
    let (rounded, count) = (sigmas.map { Double(Float($0)) }, sigmas.count)
    var plan = Plan([], initNoiseSigma: initNoiseSigma)
    for (i, sigma) in rounded.enumerated() {
      let start = NoiseLevel.karras(range.contains(sigma) ? sigma + added(sigma) : sigma)
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
  ///   - isRounded: Whether the weight of the noise is found in single precision.
  /// - Throws: ``SchedulerError`` with the code `order` when the run has ended, `shape` when the shapes differ.
  public func churned(
    _ sample: Tensor, noise: Tensor, scale: Double, isRounded: Bool
  ) throws(SchedulerError) -> Tensor {
    guard !isFinished else { throw .order("the run has ended", "begin a new run with a new sampler") }
    let (level, sigma) = (plan.stages[position].level.sigma, Double(plan.sigmas[position]))
    let deviation = Churn.deviation(from: sigma, to: level, isRounded: isRounded)
    return try combined(sample, noise, weights: [(1, scale * deviation)])
  }
}
