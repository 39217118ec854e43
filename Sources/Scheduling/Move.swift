/// One step, decided: every tensor that it writes, as a combination of those that it reads.
struct Move {
  /// The stage that it is the step of.
  var index: Int
  /// The newest prediction: what the solver integrates, or the clean sample when that is refined first.
  var prediction: Weights
  /// What the prediction is divided by when it is made, where that is rounded apart.
  var divisor: Double
  /// Whether the prediction is written to memory, to be refined or for steps that will read it. Otherwise it is only a part of the
  /// next sample, and never exists.
  var storesPrediction: Bool
  /// Whether the prediction is the model's output as it came, and is remembered: it is then shared, and not written.
  var sharesOutput: Bool
  /// Whether the prediction is clipped on the way to the next sample, and never exists either.
  var clipsInPassing: Bool
  /// The level at which a refined clean sample is turned into what the solver integrates, when that is the noise.
  var noiseFromData: NoiseLevel?
  /// How the prediction is written instead, in single precision, one operation after another.
  var written: RoundedDrift?
  /// The noise that is added to the sample before anything reads it, and rounded, where the next sample will be; `nil`
  /// where it is a part of the combinations.
  var perturbation: Perturbation?
  /// The better value of the sample; it is kept.
  var correction: Weights?
  /// The next sample.
  var next: Weights
  /// How large a weight may be in single precision: 16 times what the next sample is, where what is weighed is of size one.
  var limit: Double
  /// Whether the sample is kept for later steps.
  var keepsSample: Bool
  /// Whether that is the very one that came, which is then kept as it is, and not copied.
  var keepsOwnSample: Bool { keepsSample && correction == nil }
  /// Whether the fresh noise is kept for later steps.
  var keepsNoise: Bool
  /// How many of the newest predictions are forgotten after the step; one that is not written is not counted.
  var forgets: Int
  /// Whether the step reads fresh noise.
  var drawsNoise: Bool
  /// How many more tensors of noise are drawn before that and thrown away.
  var discardedDraws: Int
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
    let level = perturbation?.conversion ?? step.stage.level
    var perturbed = Weights(.sample)
    if let perturbation { perturbed[.noise] = perturbation.noise * perturbation.scale }

    /// The combination that `weights` make of a sample and the model's output.
    func converted(_ weights: (sample: Double, output: Double), of sample: Weights) -> Weights {
      var sum = weights.sample == 0 ? Weights() : weights.sample * sample
      sum[.output] = weights.output
      return sum
    }
    let isRefined = refinement != .none
    let noiseLevel = prediction.levelOfNoise(at: perturbation?.level ?? step.stage.level)
    let noiseFromData = isRefined && solver.target == .noise ? noiseLevel : nil
    // A rounded clean sample, and noise that is made of a refined one, are made of the very sample that was perturbed.
    let isApart = perturbation != nil && (noiseFromData != nil || refinement == .rounded)
    let seen = isApart ? Weights(.sample) : perturbed
    let dataWeights = prediction.weightsOfData(at: level)
    let exact = converted(isRefined ? dataWeights : prediction.weights(to: solver.target, at: level), of: seen)
    let (a, b, divisor) = prediction.roundedData(at: level)
    let predicted = refinement.isRounded ? converted((a, b), of: seen) : exact
    let update = solver.update(step)
    let stores = solver.memory > 1 && update.forgets == 0 || isRefined || update.written != nil
    var next = update.weights
    // A sample that is kept is kept as perturbed, and then read from there.
    let keepsPerturbed = perturbation != nil && update.keepsSample && stores
    if perturbation != nil, !keepsPerturbed { next = next.replacing(.sample, by: seen) }
    next = next.replacing(.unrefined, by: exact)
    if !stores { next = next.replacing(.prediction(0), by: predicted) }
    var move = Move(
      index: step.index, prediction: predicted, divisor: refinement.isRounded ? divisor : 1, storesPrediction: stores,
      sharesOutput: false, clipsInPassing: false,
      noiseFromData: noiseFromData, written: update.written, perturbation: isApart ? perturbation : nil,
      correction: keepsPerturbed ? seen : solver.correction(step)?.weights, next: next,
      limit: 16 * prediction.largestWeight(from: step.stage.level, to: step.stage.end),
      keepsSample: update.keepsSample,
      keepsNoise: update.keepsNoise,
      forgets: stores ? update.forgets : max(0, update.forgets - 1),
      drawsNoise: update.drawsNoise || perturbation != nil, discardedDraws: update.discardedDraws,
      noiseInterval: update.noiseInterval, data: converted(dataWeights, of: perturbed))
    if stores, !isRefined, update.written == nil, predicted == Weights(.output) {
      (move.storesPrediction, move.sharesOutput) = (false, true)
    }
    if case .clip = refinement, solver.memory == 1 { move.clipInPassing() }
    return move
  }
}

extension Move {
  /// Leaves out the prediction, where all that is made of it is the next sample.
  fileprivate mutating func clipInPassing() {
    guard correction == nil, !keepsSample, perturbation == nil, prediction.fitSinglePrecision(below: limit) else {
      return
    }
    var whole = next
    if let level = noiseFromData {
      var noise = 1 / level.sigma * Weights(.sample)
      noise[prediction: 0] = -level.alpha / level.sigma
      whole = next.replacing(.prediction(0), by: noise)
    }
    guard whole.fitSinglePrecision(below: limit) else { return }
    (next, storesPrediction, clipsInPassing, noiseFromData) = (whole, false, true, nil)
  }
}
