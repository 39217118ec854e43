/// The exponential integrator of Zhang and Chen (2022, arXiv 2204.13902) in its form tAB-DEIS, with the predicted noise a
/// polynomial in log ρ, where ρ = σ/α.
public struct DEIS: Solver {
  /// 1, 2 or 3.
  public var order: Int
  /// Whether runs of fewer than 15 steps end at second and first order.
  public var lowersFinalOrders: Bool
  /// Whether the integrals are computed in single precision, as `diffusers` does; where ρ is large, their rounding is the
  /// largest error of the step.
  public var roundsCoefficients: Bool

  /// The method of second order unless said otherwise.
  public init(order: Int = 2, lowersFinalOrders: Bool = true, roundsCoefficients: Bool = false) {
    (self.order, self.lowersFinalOrders) = (order, lowersFinalOrders)
    self.roundsCoefficients = roundsCoefficients
  }

  /// The noise.
  public var target: Prediction.Target { .noise }
  /// As many as the order.
  public var memory: Int { order }

  /// `x_t = α_t·(x_s/α_s + Σ Cₖ·mₖ)`, with Cₖ the integral over ρ of the polynomial that is 1 at prediction k and 0 at the
  /// others.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    let isShort = lowersFinalOrders && step.stages.count < 15
    let usable = min(order, step.history, isShort ? step.remaining : order)
    guard usable > 1 else { return first(from: s, to: t) }
    let nodes = Scalars(count: usable) { rounded(log(rho(step.stages[step.index - $0].start))) }
    var update = Update(sample: t.alpha / s.alpha)
    for age in 0..<usable {
      let others = Scalars(count: usable - 1) { nodes[$0 < age ? $0 : $0 + 1] }
      let scale = others.indices.reduce(1) { rounded($0 * rounded(nodes[age] - others[$1])) }
      func integral(at rho: Double) -> Double {
        rounded(rounded(rho * polynomial(others, at: rounded(log(rho)))) / scale)
      }
      update[prediction: age] = t.alpha * rounded(integral(at: rho(t)) - integral(at: rho(s)))
    }
    return update
  }

  /// The step of first order, which is DDIM's: `C₀ = ρ_t − ρ_s`, from λ where it is rounded.
  private func first(from s: NoiseLevel, to t: NoiseLevel) -> Update {
    guard roundsCoefficients else { return .constant(.noise, from: s, to: t) }
    let growth = rounded(rounded(exp(rounded(t.roundedLambda - s.roundedLambda))) - 1)
    return Update(sample: rounded(rounded(t.alpha) / rounded(s.alpha)), prediction: -rounded(rounded(t.sigma) * growth))
  }

  /// With one or two roots in log ρ, what ρ times it is an antiderivative of the product of the factors.
  private func polynomial(_ roots: Scalars, at l: Double) -> Double {
    if roots.count == 1 { return rounded(rounded(l - roots[0]) - 1) }
    let (c, d) = (roots[0], roots[1])
    // c·(d − l + 1) − d·l + d + l² − 2·l + 2
    let first = rounded(c * rounded(rounded(d - l) + 1)) - rounded(d * l)
    let square = rounded(rounded(rounded(first) + d) + rounded(l * l))
    return rounded(rounded(square - 2 * l) + 2)
  }

  private func rho(_ level: NoiseLevel) -> Double { rounded(level.ratio) }

  private func rounded(_ x: Double) -> Double { roundsCoefficients ? Double(Float(x)) : x }
}
