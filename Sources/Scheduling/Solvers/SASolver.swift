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
    let nodes = Scalars(count: order) { step.stages[step.index - $0].start.lambda }
    let interval = Interval(step.stage, target, tau: tau[step.index])
    var update = Update(sample: interval.sample, noise: interval.noise, keepsSample: true)
    interval.weigh(nodes, in: &update)
    update.keepsNoise = true
    return update
  }

  /// The corrector, for the step before this one: equation 17.
  public func correction(_ step: Step) -> Update? {
    guard step.history > 1 else { return nil }
    let remaining = step.remaining + 2
    let order = min(correctorOrder, lowersFinalOrders ? remaining : correctorOrder, step.history)
    let nodes = Scalars(count: order) { step.stages[step.index - $0].start.lambda }
    let interval = Interval(step.previous.stage, target, tau: tau[step.index - 1])
    var update = Update(keptSample: interval.sample)
    interval.weigh(nodes, in: &update)
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

  /// Gives predictions at these λ, the newest first, their weights: those that integrate every polynomial through them.
  func weigh(_ lambdas: Scalars, in update: inout Update) {
    let nodes = Scalars(count: lambdas.count) { lambdas[$0] - endLambda }
    let weights = nodes.weights(ofMoments: moments(nodes.count))
    for age in weights.indices { update[prediction: age] = amplitude * weights[age] }
    // With two predictions, a term of third order that the authors found to help in few steps, as in UniPC.
    guard isData, nodes.count == 2 else { return }
    let exact = (rate * h + expm1(-rate * h)) / (rate * rate)
    let extra = amplitude * (h * h / 2 - exact) / (nodes[0] - nodes[1])
    update[prediction: 0] += extra
    update[prediction: 1] -= extra
  }

  /// `∫ e^{rate·u}·uʲ du` from −h to 0, for the first powers j.
  private func moments(_ count: Int) -> Scalars {
    let decay = exp(-rate * h)
    var moments = Scalars(count: count) { _ in -expm1(-rate * h) / rate }
    var power = 1.0
    for j in moments.indices.dropFirst() {
      power *= -h
      moments[j] = (-power * decay - Double(j) * moments[j - 1]) / rate
    }
    return moments
  }
}
