/// The stochastic Adams solver (Xue et al. 2023, arXiv 2309.05019): a predictor and a corrector of Adams's kind for the SDEs
/// that have τ times the noise of the reverse one, from the ODE at 0 to the SDE at 1.
///
/// Over an interval of length `h` in λ, `x_t = A·x_s + Σ bₖ·mₖ + c·z`, where the bₖ are integrals of the Lagrange polynomials
/// through the predictions, weighed by an exponential: with `u = λ − λ_t`, `bₖ = a·α_t·∫ e^{a·u}·ℓₖ(u) du` and `a = 1 + τ²` on
/// predicted data, `bₖ = −a·σ_t·∫ e^{−u}·ℓₖ(u) du` on predicted noise. The corrector crosses the last interval once more, with
/// the same noise and the prediction at its end.
public struct SASolver: Solver {
  /// What it integrates.
  public var target: Prediction.Target
  /// The orders of the predictor, 1 to 3, and of the corrector, 1 to 4.
  public var predictorOrder, correctorOrder: Int
  /// Whether the run ends at lower orders.
  public var lowersFinalOrders: Bool
  /// τ of every stage.
  public var tau: [Double]

  /// The method of second order on predicted data unless said otherwise.
  public init(
    _ target: Prediction.Target = .data, predictorOrder: Int = 2, correctorOrder: Int = 2,
    lowersFinalOrders: Bool = true, tau: [Double]
  ) {
    (self.target, self.predictorOrder, self.correctorOrder) = (target, predictorOrder, correctorOrder)
    (self.lowersFinalOrders, self.tau) = (lowersFinalOrders, tau)
  }

  /// As many as the higher order, and at least those at both ends of an interval.
  public var memory: Int { max(predictorOrder, correctorOrder, 2) }

  /// The predictor: equation 14.
  public func update(_ step: Step) -> Update {
    let order = min(predictorOrder, lowersFinalOrders ? step.remaining : predictorOrder, step.history)
    let nodes = (0..<order).map { step.stages[step.index - $0].start.lambda }
    let interval = Interval(step.stage, target, tau: tau[step.index])
    var update = Update(sample: interval.sample, noise: interval.noise, keepsSample: true)
    for (age, weight) in interval.weights(nodes).enumerated() { update[prediction: age] = weight }
    update.keepsNoise = true
    return update
  }

  /// The corrector, for the step before this one: equation 17.
  public func correction(_ step: Step) -> Update? {
    guard step.history > 1 else { return nil }
    let remaining = step.remaining + 2
    let order = min(correctorOrder, lowersFinalOrders ? remaining : correctorOrder, step.history)
    let nodes = (0..<order).map { step.stages[step.index - $0].start.lambda }
    let interval = Interval(step.previous.stage, target, tau: tau[step.index - 1])
    var update = Update(keptSample: interval.sample)
    for (age, weight) in interval.weights(nodes).enumerated() { update[prediction: age] = weight }
    update.weights[.keptNoise] = interval.noise
    return update
  }
}

/// The scalars of one interval.
private struct Interval {
  /// The weights of the sample and of the noise.
  let sample, noise: Double
  private let amplitude, rate, h, endLambda: Double
  private let isData: Bool

  init(_ stage: Stage, _ target: Prediction.Target, tau: Double) {
    let (s, t, square) = (stage.start, stage.end, tau * tau)
    h = t.lambda - s.lambda
    (isData, endLambda) = (target == .data, t.lambda)
    switch target {
    case .data:
      sample = exp(-square * h) * t.sigma / s.sigma
      noise = t.sigma * (-expm1(-2 * square * h)).squareRoot()
      (amplitude, rate) = ((1 + square) * t.alpha, 1 + square)
    case .noise:
      sample = t.alpha / s.alpha
      noise = tau * t.sigma * expm1(2 * h).squareRoot()
      (amplitude, rate) = (-(1 + square) * t.sigma, -1)
    }
  }

  /// The weights of predictions at these λ, the newest first.
  func weights(_ lambdas: [Double]) -> [Double] {
    let nodes = lambdas.map { $0 - endLambda }
    let moments = moments(nodes.count)
    var weights = nodes.indices.map { k in
      amplitude * zip(Self.lagrange(k, nodes), moments).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // With two predictions, a term of third order that the authors found to help in few steps, as in UniPC.
    if isData, nodes.count == 2 {
      let exact = (rate * h + expm1(-rate * h)) / (rate * rate)
      let extra = amplitude * (h * h / 2 - exact) / (nodes[0] - nodes[1])
      weights[0] += extra
      weights[1] -= extra
    }
    return weights
  }

  /// `∫ e^{rate·u}·uʲ du` from −h to 0, for the first powers j.
  private func moments(_ count: Int) -> [Double] {
    let decay = exp(-rate * h)
    var moments = [-expm1(-rate * h) / rate]
    var power = 1.0
    for j in 1..<max(count, 1) {
      power *= -h
      moments.append((-power * decay - Double(j) * moments[j - 1]) / rate)
    }
    return moments
  }

  /// The coefficients, the constant one first, of the polynomial that is 1 at node k and 0 at all others.
  private static func lagrange(_ k: Int, _ nodes: [Double]) -> [Double] {
    var coefficients = [1.0]
    for (m, node) in nodes.enumerated() where m != k {
      let shifted = [0] + coefficients
      let scaled = coefficients.map { $0 * node } + [0]
      coefficients = zip(shifted, scaled).map { ($0 - $1) / (nodes[k] - node) }
    }
    return coefficients
  }
}
