/// Strategic stochastic sampling with a trajectory consistency model (Zheng et al. 2024, arXiv 2402.19159, algorithm 4).
///
/// The share γ of the way to the next timestep is crossed twice: down by the model, and back up with fresh noise. γ is
/// ``StepOptions/eta``, 0.3 unless said otherwise.
public struct TrajectoryConsistency: Solver {
  /// The training, whose levels lie between the stages of a run.
  public var training: NoiseSchedule

  /// The method for a model that was trained so.
  public init(_ training: NoiseSchedule) { self.training = training }

  /// `x_s = α_s·x₀ + σ_s·ε` at `s = ⌊(1 − γ)·t_next⌋`, then noise up to the level of `t_next`.
  public func update(_ step: Step) -> Update {
    let gamma = step.options.eta ?? 0.3
    let next = step.remaining > 1 ? step.stages[step.index + 1].timestep : 0
    // The product is one of single precision, which decides what it is cut to.
    let s = training.level(at: Int((Float(1 - gamma) * Float(next)).rounded(.down)))
    let kept = step.stage.end.alpha / s.alpha
    var update = Update.constant(.data, from: step.stage.start, to: s)
    update.weights = kept * update.weights
    update.weights[.noise] = (1 - kept * kept).squareRoot()
    update.drawsNoise = gamma > 0 && step.remaining > 1
    return update
  }
}
