/// Euler's method along the straight paths of rectified flow (Liu et al. 2022, arXiv 2209.03003), and sampling that
/// renews the noise at every step.
public struct RectifiedFlow: Solver {
  /// What is integrated: the data towards a clean sample, the noise where the run ends at noise.
  public var target: Prediction.Target
  /// Whether all noise is drawn afresh at every step.
  public var isStochastic: Bool

  /// Euler's method towards a clean sample unless said otherwise.
  public init(_ target: Prediction.Target = .data, isStochastic: Bool = false) {
    (self.target, self.isStochastic) = (target, isStochastic)
  }

  /// `x_t = x + (σ_t − σ_s)·v`, which is the exact step for constant data as for constant noise; or `α_t·x₀ + σ_t·z`.
  public func update(_ step: Step) -> Update {
    let (s, t) = (step.stage.start, step.stage.end)
    if isStochastic { return .renewing(at: t) }
    return s == t ? Update(sample: 1) : .constant(target, from: s, to: t)
  }
}

extension Update {
  /// The step that makes a sample anew of the predicted data: `α_t·x₀ + σ_t·z`.
  static func renewing(at t: NoiseLevel) -> Update { Update(prediction: t.alpha, noise: t.sigma) }
}
