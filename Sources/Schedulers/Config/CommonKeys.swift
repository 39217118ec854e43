import Scheduling

/// What models are said to predict, by the names of configurations.
enum PredictionType: String, CaseIterable, Sendable {
  case epsilon, sample
  case originalSample = "original_sample"
  case velocity = "v_prediction"
  case flow = "flow_prediction"

  var prediction: Prediction {
    switch self {
    case .epsilon: .noise
    case .sample, .originalSample: .data
    case .velocity: .velocity
    case .flow: .flow
    }
  }

  /// The same at levels of a frame that may be another than the one that it belongs to.
  func prediction(in frame: Frame, _ quirks: Quirks) -> Prediction {
    switch self {
    case .flow where frame != .flow && quirks.contains(.mixedFrames): .unscaledFlow
    case .velocity where frame == .flow && quirks.contains(.mixedFrames): .unscaledVelocity
    default: prediction
    }
  }
}

/// Where the last sigma of a run lies.
enum FinalSigma: String, CaseIterable, Sendable {
  case zero
  case smallest = "sigma_min"

  /// The sigma.
  ///
  /// - Parameter smallest: The smallest, where it is not the training's.
  func sigma(of table: SigmaTable, or smallest: Double? = nil) -> Double {
    self == .zero ? 0 : smallest ?? table.smallest
  }
}

/// Which channels of the model's output are a variance.
enum LearnedVarianceType: String, CaseIterable, Sendable {
  case learned
  case range = "learned_range"
}

extension ConfigReader {
  /// The value of `prediction_type`; the first is the default.
  mutating func prediction(
    _ types: [PredictionType] = [.epsilon, .sample, .velocity]
  ) throws(SchedulerError) -> PredictionType {
    try choice("prediction_type", default: types[0], of: types)
  }

  /// A number above 0.
  mutating func positive(_ key: String, default fallback: Double) throws(SchedulerError) -> Double {
    try number(key, default: fallback, in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
  }

  /// The value of `sigma_data`.
  mutating func dataDeviation() throws(SchedulerError) -> Double { try positive("sigma_data", default: 0.5) }

  /// The value of `timestep_spacing`.
  mutating func spacing(default fallback: TimestepSpacing) throws(SchedulerError) -> TimestepSpacing {
    try choice("timestep_spacing", default: fallback)
  }

  /// What is done to a predicted clean sample: `thresholding` and its keys, then `clip_sample` and its range where the
  /// class has them. Thresholding goes before clipping.
  ///
  /// - Parameter clips: The class's default of `clip_sample`; `nil` when it has no such key.
  mutating func refinement(clips: Bool?) throws(SchedulerError) -> Refinement {
    let thresholds = try flag("thresholding")
    let ratio = try number("dynamic_thresholding_ratio", default: 0.995, in: 0...1)
    let maximum = try number("sample_max_value", default: 1, in: 0...Double.greatestFiniteMagnitude)
    let clipping = if let clips { try clipping(clips) } else { Refinement.none }
    return thresholds ? .threshold(ratio: ratio, maximum: maximum) : clipping
  }

  /// The values of `clip_sample` and `clip_sample_range`.
  mutating func clipping(_ clips: Bool) throws(SchedulerError) -> Refinement {
    let clips = try flag("clip_sample", default: clips)
    let range = try number("clip_sample_range", default: 1, in: 0...Double.greatestFiniteMagnitude)
    return clips ? .clip(range) : .none
  }
}
