/// Pseudo numerical methods for diffusion models (Liu et al. 2022, arXiv 2202.09778): Runge–Kutta's and Adams–Bashforth's
/// weights for the predicted noise, each step by the paper's equation 9.
///
/// An interval of the warm-up is four stages, all from where it began: to its middle, to its middle, to its end, and to its
/// end with the mean of all four predictions. Without a warm-up the first interval is crossed twice, the second time with
/// the mean of the predictions at both ends. Either is data in the plan; a stage that is evaluated elsewhere than where its
/// interval starts is one of these.
public struct PLMS: Solver {
  /// How many stages of Runge–Kutta the run begins with.
  public var warmUp: Int
  /// Whether the model predicts the velocity, and predictions are mixed before they are converted to noise, all at the
  /// level of the step, as in `diffusers`. The sampler then hands on the output as it is.
  public var mixesVelocity: Bool

  /// The method.
  public init(warmUp: Int = 0, mixesVelocity: Bool = false) {
    (self.warmUp, self.mixesVelocity) = (warmUp, mixesVelocity)
  }

  /// The noise.
  public var target: Prediction.Target { .noise }
  /// Four of the past, and those of an interval of the warm-up.
  public var memory: Int { 7 }

  /// Equation 9 with the weights of the method for the noise.
  public func update(_ step: Step) -> Update {
    var update = Update.constant(.noise, from: step.stage.start, to: step.stage.end)
    let noise = update[prediction: 0]
    if mixesVelocity { update.weights[.sample] += noise * step.stage.start.sigma }
    let scale = mixesVelocity ? noise * step.stage.start.alpha : noise
    let method = step.index < warmUp ? rungeKutta(step.index % 4) : multistep(step)
    for (age, weight) in method.weights.enumerated() { update[prediction: age] = weight * scale }
    if method.restarts {
      (update.weights[.keptSample], update.weights[.sample]) = (update.weights[.sample], 0)
    }
    (update.keepsSample, update.forgets) = (!method.restarts && method.isFirst, method.forgets)
    return update
  }

  /// What a stage does: the weights of the predictions, the newest first; whether it goes from the kept sample; whether it
  /// keeps the sample; how many predictions it forgets.
  private typealias Method = (weights: [Double], restarts: Bool, isFirst: Bool, forgets: Int)

  private func rungeKutta(_ stage: Int) -> Method {
    switch stage {
    case 0: ([1], false, true, 0)
    case 3: ([1 / 6, 1 / 3, 1 / 3, 1 / 6], true, false, 3)
    default: ([1], true, false, 0)
    }
  }

  private func multistep(_ step: Step) -> Method {
    let isRepeated = step.stage.level != step.stage.start
    switch step.history {
    case 2 where isRepeated: return ([1 / 2, 1 / 2], true, false, 1)
    case let history: return (adamsBashforth[min(history, 4) - 1], false, history == 1, 0)
    }
  }
}
