/// The unified predictor-corrector (Zhao et al. 2023, arXiv 2302.04867).
///
/// On predicted data, with `h` the interval in λ and `z = −h`, both halves are
/// `x_t = σ_t/σ_s·x_s − α_t·(e^z − 1)·m_s − α_t·B·Σ ρₖ·(mₖ − m_s)/rₖ`, over the same interval and from the same `x_s`. The
/// corrector also has the prediction at the end of the interval, at `r = 1`. On predicted noise α and σ change places, and
/// `z = h`.
public struct UniPC: Solver {
  /// The function `B(h)` that the differences are scaled by.
  public enum Scale: String, Sendable, Hashable, Codable, CaseIterable {
    /// `h`.
    case bh1
    /// `e^h − 1`.
    case bh2
  }

  /// What it integrates.
  public var target: Prediction.Target
  /// The order of the predictor, 1 to 9.
  public var order: Int
  /// The function `B`.
  public var scale: Scale
  /// Whether the run ends at lower orders, one for each remaining step.
  public var lowersFinalOrders: Bool
  /// The stages whose result is not corrected.
  public var uncorrected: Set<Int>
  /// Whether no differences are multiplied by `B` all the same, which makes nothing of a step to a clean sample, where `B`
  /// may be infinite.
  public var multipliesNothing = false

  /// The method of second order on predicted data unless said otherwise.
  public init(
    _ target: Prediction.Target = .data, order: Int = 2, scale: Scale = .bh2, lowersFinalOrders: Bool = true,
    uncorrected: Set<Int> = []
  ) {
    (self.target, self.order, self.scale) = (target, order, scale)
    (self.lowersFinalOrders, self.uncorrected) = (lowersFinalOrders, uncorrected)
  }

  /// Those of the predictor, and the one at the end of the interval.
  public var memory: Int { order + 1 }

  /// UniP.
  public func update(_ step: Step) -> Update {
    let order = usableOrder(step)
    let ratios = ratios(behind: step, count: order - 1)
    // With one difference the paper takes 1/2, which is right to the order that it has.
    let rho = order == 2 ? Scalars(count: 1) { _ in 0.5 } : rho(ratios, step.stage)
    var update = combination(step.stage, Scalars(count: order - 1) { rho[$0] / ratios[$0] })
    update.keepsSample = true
    return update
  }

  /// UniC, for the step before this one.
  public func correction(_ step: Step) -> Update? {
    guard step.history > 1, !uncorrected.contains(step.index - 1) else { return nil }
    let previous = step.previous
    let order = usableOrder(previous)
    let ratios = ratios(behind: previous, count: order - 1).appending(1)
    let rho = order == 1 ? Scalars(count: 1) { _ in 0.5 } : rho(ratios, previous.stage)
    let update = combination(previous.stage, Scalars(count: order) { rho[$0] / ratios[$0] })
    // `m` at the end of the interval is the newest prediction, and all others are older by one; `x_s` is the kept sample.
    var corrected = Update(keptSample: update.weights[.sample], prediction: update[prediction: order])
    for age in 0..<order { corrected[prediction: age + 1] = update[prediction: age] }
    return corrected
  }

  /// The weights of `x_s`, of `m_s`, and of each `mₖ` given `ρₖ/rₖ`.
  private func combination(_ stage: Stage, _ slopes: Scalars) -> Update {
    let (s, t) = (stage.start, stage.end)
    let (amplitude, sample) = target == .data ? (t.alpha, t.sigma / s.sigma) : (t.sigma, t.alpha / s.alpha)
    let b = -amplitude * scale(z(stage))
    var update = Update(sample: sample, prediction: -amplitude * expm1(z(stage)))
    for k in slopes.indices {
      update[prediction: 0] -= b * slopes[k]
      update[prediction: k + 1] = b * slopes[k]
    }
    if multipliesNothing, slopes.count == 0 { update[prediction: 0] += 0 * b }
    return update
  }

  private func z(_ stage: Stage) -> Double {
    let h = stage.end.lambda - stage.start.lambda
    return target == .data ? -h : h
  }

  private func scale(_ z: Double) -> Double { scale == .bh1 ? z : expm1(z) }

  /// The distances of earlier predictions, as multiples of the interval of a step.
  private func ratios(behind step: Step, count: Int) -> Scalars {
    let (s, t) = (step.stage.start.lambda, step.stage.end.lambda)
    return Scalars(count: count) { (step.stages[step.index - 1 - $0].start.lambda - s) / (t - s) }
  }

  /// The `ρ` with which `Σ ρₖ·rₖⁿ` is `n!·φₙ₊₂(z)/B` for every `n` below the count of `ratios` (theorem 3.1).
  ///
  /// A prediction that was made without any signal is infinitely far away and has no weight: the limit of those far away.
  private func rho(_ ratios: Scalars, _ stage: Stage) -> Scalars {
    guard let far = ratios.indices.first(where: { ratios[$0].isInfinite }) else { return finiteRho(ratios, stage) }
    let near = finiteRho(Scalars(count: ratios.count - 1) { ratios[$0 < far ? $0 : $0 + 1] }, stage)
    return Scalars(count: ratios.count) { $0 == far ? 0 : near[$0 < far ? $0 : $0 - 1] }
  }

  private func finiteRho(_ ratios: Scalars, _ stage: Stage) -> Scalars {
    let z = z(stage)
    var (phi, factorial) = (expm1(z) / z - 1, 1.0)
    let moments = Scalars(count: ratios.count) { n in
      let moment = phi * factorial / scale(z)
      factorial *= Double(n + 2)
      phi = phi / z - 1 / factorial
      return moment
    }
    return ratios.weights(ofMoments: moments)
  }

  private func usableOrder(_ step: Step) -> Int {
    min(order, step.history, lowersFinalOrders ? step.remaining : order)
  }
}
