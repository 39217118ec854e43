/// One evaluation of the model, and the interval of the trajectory that the step after it crosses.
///
/// Most solvers evaluate the model once per interval, at its start. Heun's method lists every interval twice, the second
/// time evaluated at its end; DDIM's interval may end elsewhere than the next one starts. All that is data here, and no
/// branch in a step.
public struct Stage: Sendable, Hashable, Codable {
  /// The timestep to give the model.
  public var timestep: Double
  /// The level of the sample that the model sees.
  public var level: NoiseLevel
  /// The level that the update starts from.
  public var start: NoiseLevel
  /// The level that the update arrives at.
  public var end: NoiseLevel
  /// What the sample is multiplied by before the model sees it.
  public var inputScale: Double

  /// A stage that is evaluated at the start of its interval unless another level is given.
  public init(
    timestep: Double, level: NoiseLevel? = nil, from start: NoiseLevel, to end: NoiseLevel, inputScale: Double = 1
  ) {
    (self.timestep, self.level, self.start, self.end) = (timestep, level ?? start, start, end)
    self.inputScale = inputScale
  }
}

extension Stage {
  /// Whether it is evaluated inside the interval or at its end, after another stage of the same interval.
  var isInner: Bool { level != start }
}

/// The evaluations of a run, in order, and what the first sample looks like.
public struct Plan: Sendable, Hashable, Codable {
  /// One stage for each call of the model.
  public var stages: [Stage]
  /// The standard deviation of the sample that the run starts from.
  public var initNoiseSigma: Double
  /// The list of sigmas that the plan was made from, the final one included; empty for classes that have none.
  public var sigmas: [Float]
  /// Whether noise for the middle of an interval is added to the level of the interval's end, as `diffusers` does.
  public var noisesMiddlesToEnds = false

  /// A plan of these stages.
  public init(_ stages: [Stage], initNoiseSigma: Double = 1, sigmas: [Float] = []) {
    (self.stages, self.initNoiseSigma, self.sigmas) = (stages, initNoiseSigma, sigmas)
  }

  /// Whether a step takes away so much noise, all but one part in `ratio` of it and as many times the signal, that the rounding
  /// of the difference shows in the result.
  public func hasCancellation(beyond ratio: Double) -> Bool {
    stages.contains { $0.start.sigma > ratio * max($0.end.sigma, $0.end.alpha) }
  }

  /// Whether a step from a nearly clean sample adds so many times the noise that is in it, that the rounding of what the step
  /// takes away shows in the result.
  public var hasSteepStart: Bool { stages.contains { $0.end.ratio > 32 * $0.start.ratio } }

  /// The same walk between levels in single precision.
  public var inSinglePrecision: Plan {
    var plan = self
    for index in stages.indices {
      plan.stages[index].level = stages[index].level.inSinglePrecision
      plan.stages[index].start = stages[index].start.inSinglePrecision
      plan.stages[index].end = stages[index].end.inSinglePrecision
    }
    return plan
  }

  /// Whether an interval ends at so little of the noise that it begins with that the slope at its end, `(x − x₀)/σ`, shows
  /// the rounding of x₀.
  public var hasSteepEnd: Bool { stages.contains { $0.isInner && $0.start.sigma > 64 * $0.end.sigma } }
}
