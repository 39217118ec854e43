/// DPM-Solver (Lu et al. 2022, arXiv 2206.00927) on predicted noise and DPM-Solver++ (arXiv 2211.01095) on predicted data,
/// in their multistep forms, as an ODE and as an SDE.
///
/// With `z` the interval in λ, a step is `x_t = (σ_t/σ_s)·x + φ₁·D₀ + φ₂·D₁ + φ₃·D₂`, where the D are the prediction and
/// its finite differences. On predicted noise α and σ change places and `z` its sign. The SDE on predicted data is the ODE
/// over twice the interval, plus the noise that makes up for it.
public struct DPMSolverMultistep: Solver {
  /// How the second order weighs the change of the prediction over the interval.
  public enum Correction: String, Sendable, Hashable, Codable, CaseIterable { case midpoint, heun }

  /// Data for DPM-Solver++, noise for DPM-Solver.
  public var target: Prediction.Target
  /// 1, 2 or 3.
  public var order: Int
  /// The form of the second order.
  public var correction: Correction
  /// Whether it solves the SDE.
  public var isStochastic: Bool
  /// Whether runs of fewer than 15 steps end at second and first order.
  public var lowersFinalOrders: Bool
  /// Whether every run ends at first order; it must where the last level is clean.
  public var endsAtFirstOrder: Bool
  /// Whether the last term of the third-order SDE has the sign it has in `diffusers`, with which the order is lost.
  public var flipsThirdOrderSDE: Bool
  /// Whether λ is in single precision, as in `diffusers`; where it changes much, its rounding is the largest error of the
  /// step.
  public var roundsLambda: Bool
  /// Whether the weights of a step of the ODE are in single precision too.
  public var roundsWeights = false
  /// How many steps that end is, where several end at a clean sample.
  public var firstOrderSteps = 1
  /// Whether a step of higher order throws away the noise of one of first order before it draws its own.
  public var drawsTwice = false

  /// DPM-Solver++(2M) unless said otherwise.
  public init(
    _ target: Prediction.Target = .data, order: Int = 2, correction: Correction = .midpoint,
    isStochastic: Bool = false, lowersFinalOrders: Bool = true, endsAtFirstOrder: Bool = true,
    flipsThirdOrderSDE: Bool = false, roundsLambda: Bool = false
  ) {
    (self.target, self.order, self.correction, self.isStochastic) = (target, order, correction, isStochastic)
    (self.lowersFinalOrders, self.endsAtFirstOrder) = (lowersFinalOrders, endsAtFirstOrder)
    (self.flipsThirdOrderSDE, self.roundsLambda) = (flipsThirdOrderSDE, roundsLambda)
  }

  /// As many as the order.
  public var memory: Int { order }

  /// A step of the highest order that the history and the end of the run allow.
  public func update(_ step: Step) -> Update {
    let phi = Phi(
      step.stage, target, isStochastic: isStochastic, roundsLambda: roundsLambda, roundsWeights: roundsWeights)
    var update = Update(sample: phi.sample, prediction: phi.first, noise: isStochastic ? phi.noise : nil)
    if isStochastic { update.noiseInterval = NoiseInterval(step.stage) }
    func r(_ k: Int) -> Double {
      let (newer, older) = (step.stages[step.index - k].start, step.stages[step.index - k - 1].start)
      return phi.distance(from: older, to: newer) / phi.h
    }
    let order = usableOrder(step)
    update.discardedDraws = drawsTwice && order > 1 ? 1 : 0
    switch order {
    case 2:  // D₁ = (m₀ − m₁)/r₀
      let d1 = (correction == .midpoint ? phi.first / 2 : phi.second) / r(0)
      update[prediction: 0] += d1
      update[prediction: 1] = -d1
    case 3:  // D₁ = D₁₀ + r₀/(r₀ + r₁)·(D₁₀ − D₁₁) and D₂ = (D₁₀ − D₁₁)/(r₀ + r₁)
      let (r0, r1) = (r(0), r(1))
      let third = phi.third(flipsThirdOrderSDE && isStochastic)
      let bend = (phi.second * r0 + third) / (r0 + r1)
      let (d10, d11) = ((phi.second + bend) / r0, -bend / r1)
      update[prediction: 0] += d10
      update[prediction: 1] = d11 - d10
      update[prediction: 2] = -d11
    default: break
    }
    return update
  }

  private func usableOrder(_ step: Step) -> Int {
    let isShort = lowersFinalOrders && step.stages.count < 15
    if step.remaining == 1, isShort { return 1 }
    if endsAtFirstOrder, step.remaining <= firstOrderSteps { return 1 }
    return min(order, step.history, step.remaining == 2 && isShort ? 2 : 3)
  }
}

/// The scalars of an exponential integrator over one interval: the weights of the prediction and of its first and second
/// difference are `φₙ`, each `A·(±)∫ e^{−z(1−τ)} τⁿ⁻¹/(n−1)! dτ` with A the weight of what is predicted at the end.
struct Phi {
  /// The weight of the sample.
  let sample: Double
  /// The weights of the prediction and of its first difference.
  let first, second: Double
  /// The weight of fresh noise.
  let noise: Double
  /// The length of the interval in λ.
  let h: Double
  private let amplitude, z: Double
  private let roundsLambda: Bool

  init(
    _ stage: Stage, _ target: Prediction.Target, isStochastic: Bool, roundsLambda: Bool, roundsWeights: Bool = false
  ) {
    let (s, t) = (stage.start, stage.end)
    func rounded(_ x: Double) -> Double { roundsWeights ? Double(Float(x)) : x }
    self.roundsLambda = roundsLambda
    h = Self.distance(from: s, to: t, roundsLambda: roundsLambda)
    switch target {
    case .data:
      (z, amplitude) = (isStochastic ? 2 * h : h, t.alpha)
      sample = rounded(rounded(t.sigma / s.sigma) * (isStochastic ? exp(-h) : 1))
      noise = t.sigma * (-expm1(-2 * h)).squareRoot()
    case .noise:
      // The SDE on predicted noise doubles the weights, not the interval.
      (z, amplitude) = (-h, isStochastic ? 2 * t.sigma : t.sigma)
      sample = rounded(t.alpha / s.alpha)
      noise = t.sigma * expm1(2 * h).squareRoot()
    }
    // Rounded as `A·(exp(−z) − 1)`, which loses digits where z is small.
    first = roundsWeights ? -rounded(amplitude * rounded(rounded(exp(-z)) - 1)) : amplitude * -expm1(-z)
    second = amplitude * (1 + expm1(-z) / z)
  }

  /// How far two levels are from each other in λ.
  func distance(from s: NoiseLevel, to t: NoiseLevel) -> Double {
    Self.distance(from: s, to: t, roundsLambda: roundsLambda)
  }

  private static func distance(from s: NoiseLevel, to t: NoiseLevel, roundsLambda: Bool) -> Double {
    roundsLambda ? Double(Float(t.roundedLambda - s.roundedLambda)) : t.lambda - s.lambda
  }

  /// The weight of the second difference, or of its value with the last sign turned.
  func third(_ flips: Bool) -> Double { amplitude * ((flips ? -0.5 : 0.5) - (expm1(-z) + z) / (z * z)) }
}
