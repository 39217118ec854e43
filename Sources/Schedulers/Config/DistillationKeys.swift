import Scheduling

/// What models that were distilled to few steps have in common, from the keys that say it: those of ``TrainingNoise``,
/// `original_inference_steps`, `prediction_type`, those of a ``Refinement``, `timestep_scaling`; and four that do nothing
/// in these classes, `set_alpha_to_one`, `steps_offset`, `timestep_spacing`, and `num_train_timesteps` beyond its count.
struct DistillationKeys: Sendable {
  let training: TrainingNoise
  let prediction: PredictionType
  let refinement: Refinement
  let timestepScaling: Double
  private let originalSteps: Int

  init(_ keys: inout ConfigReader) throws(SchedulerError) {
    training = try TrainingNoise(&keys, start: 0.00085, end: 0.012, curve: .scaledLinear, rescaling: .exact)
    originalSteps = try keys.integer("original_inference_steps", default: 50, in: 1...ConfigReader.mostTrainingSteps)
    prediction = try keys.prediction()
    refinement = try keys.refinement(clips: false)
    timestepScaling = try keys.number("timestep_scaling", default: 10)
    _ = try keys.flag("set_alpha_to_one", default: true)
    _ = try training.offset(&keys)
    _ = try keys.spacing(default: .leading)
  }

  /// The timesteps of a run.
  ///
  /// - Parameter isFree: Whether a number of original steps that the run gives means that any timestep of the training can
  ///   be one of the run's.
  func timesteps(_ run: RunRequest, isFree: Bool, of scheduler: any Scheduler) throws(SchedulerError) -> [Double] {
    try run.refuseShift(of: scheduler)
    guard run.strength > 0, run.strength <= 1 else {
      throw .argument("strength", run.strength, wants: "above 0 and at most 1", "give the share of the run to make")
    }
    switch run.points {
    case .sigmas: throw run.unsupported(by: scheduler)
    case .timesteps(let timesteps):
      let timesteps = try RunRequest.checked(timesteps: timesteps, of: training.count)
      return timesteps.suffix(max(1, Int(Double(timesteps.count) * run.strength)))
    case .steps(let steps):
      let steps = try RunRequest.checked(steps: steps, atMost: training.count)
      let original = try original(run, isFree: isFree)
      guard steps <= original.original.count else {
        throw .argument(
          "steps", steps, wants: "at most \(original.original.count), the share of the original steps",
          "ask for fewer steps, or raise strength or the original steps")
      }
      return original.timesteps(steps)
    }
  }

  private func original(_ run: RunRequest, isFree: Bool) throws(SchedulerError) -> DistilledTimesteps {
    let count = run.originalSteps ?? originalSteps
    guard count >= 1, count <= training.count else {
      throw .argument(
        "the number of original steps", count, wants: "from 1 to \(training.count)",
        "use the number that the model was distilled with")
    }
    return isFree && run.originalSteps != nil
      ? DistilledTimesteps(allOf: training.count, share: run.strength)
      : DistilledTimesteps(count, of: training.count, share: run.strength)
  }
}
