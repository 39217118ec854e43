/// One step, decided: every tensor that it writes, as a combination of those that it reads.
struct Move {
  /// The stage that it is the step of.
  var index: Int
  /// The newest prediction: what the solver integrates, or the clean sample when that is refined first.
  var prediction: Weights
  /// Whether the prediction is written to memory, to be refined or for later steps. Otherwise it is only a part of the
  /// next sample, and never exists.
  var storesPrediction: Bool
  /// The level at which a refined clean sample is turned into what the solver integrates, when that is the noise.
  var noiseFromData: NoiseLevel?
  /// The weight of the noise that is added to the sample before that.
  var perturbation: Double
  /// The better value of the sample; it is kept.
  var correction: Weights?
  /// The next sample.
  var next: Weights
  /// Whether the sample is kept for later steps.
  var keepsSample: Bool
  /// Whether the fresh noise is kept for later steps.
  var keepsNoise: Bool
  /// How many of the newest predictions are forgotten after the step.
  var forgets: Int
  /// Whether the step reads fresh noise.
  var drawsNoise: Bool
  /// The interval that the noise belongs to, if it is one in particular.
  var noiseInterval: NoiseInterval?
  /// The clean sample, from the sample, the output and the noise.
  var data: Weights
}

extension Sampler {
  /// Decides the step at a timestep.
  func move(at timestep: Double) throws(SchedulerError) -> Move {
    let index = try stageIndex(of: timestep)
    try options.check()
    let history = min(solver.memory, predictions.count + 1)
    return move(Step(index: index, history: history, stages: plan.stages, options: options))
  }

  /// Decides a step.
  func move(_ step: Step) -> Move {
    let perturbation = solver.perturbation(step)
    let level = perturbation?.level ?? step.stage.level
    var seen = Weights(.sample)
    seen[.noise] = perturbation?.noise ?? 0

    /// The combination that `weights` make of the perturbed sample and the model's output.
    func converted(_ weights: (sample: Double, output: Double)) -> Weights {
      var sum = weights.sample == 0 ? Weights() : weights.sample * seen
      sum[.output] = weights.output
      return sum
    }
    let isRefined = refinement != .none
    let data = converted(prediction.weightsOfData(at: level))
    let predicted = isRefined ? data : converted(prediction.weights(to: solver.target, at: level))
    let stores = solver.memory > 1 || isRefined
    let update = solver.update(step)
    var next = update.weights
    // A sample that is kept is kept as perturbed, and then read from there.
    let keepsPerturbed = perturbation != nil && update.keepsSample && stores
    if perturbation != nil, !keepsPerturbed { next = next.replacing(.sample, by: seen) }
    next = next.replacing(.unrefined, by: predicted)
    if !stores { next = next.replacing(.prediction(0), by: predicted) }
    return Move(
      index: step.index, prediction: predicted, storesPrediction: stores,
      noiseFromData: isRefined && solver.target == .noise ? level : nil, perturbation: seen[.noise],
      correction: keepsPerturbed ? seen : solver.correction(step)?.weights, next: next,
      keepsSample: update.keepsSample,
      keepsNoise: update.keepsNoise,
      forgets: update.forgets, drawsNoise: update.drawsNoise || perturbation != nil,
      noiseInterval: update.noiseInterval, data: data)
  }
}
