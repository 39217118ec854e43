import Scheduling

/// A model of CogVideoX and the timesteps of its runs, from the keys that say it: those of ``TrainingNoise``,
/// `prediction_type`, `timestep_spacing`, `steps_offset`, `set_alpha_to_one`; and three that do nothing in these classes,
/// `clip_sample`, `clip_sample_range` and `sample_max_value`.
struct CogVideoXModel: Sendable {
  let training: TrainingNoise
  let prediction: PredictionType
  private let spacing: TimestepSpacing
  private let offset: Int
  private let endsClean: Bool

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    training = try TrainingNoise(&keys, start: 0.00085, end: 0.012, curve: .scaledLinear, rescaling: .afterShift)
    prediction = try keys.prediction()
    _ = try keys.clipping(true)
    _ = try keys.number("sample_max_value", default: 1, in: 0...Double.greatestFiniteMagnitude)
    spacing = try keys.spacing(default: .leading)
    offset = try training.offset(&keys)
    endsClean = try keys.flag("set_alpha_to_one", default: true)
  }

  /// The plan of a run, and how many of its last steps end before the first training timestep.
  func plan(
    _ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler
  ) throws(SchedulerError) -> (plan: Plan, stepsToEnd: Int) {
    let steps = try run.onlySteps(of: scheduler, atMost: training.count)
    let timesteps = spacing.wholeTimesteps(
      steps, of: training.count, offset: offset, overruns: quirks.contains(.trailingOverrun))
    let stride = quirks.contains(.fixedStride) ? training.stride(steps) : nil
    let plan = try Plan(
      timesteps, stride: stride, in: training.schedule, endingAt: endsClean ? .clean : training.schedule.level(at: 0))
    return (plan, stride.map { stride in timesteps.count { Int($0) < stride } } ?? 1)
  }

  /// The level of a training timestep.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel { try training.level(at: timestep) }
}
