import Scheduling

/// A model and its sampling with a method of the DPM-Solver family, from the keys that say it: those of
/// ``TrainingNoise``, ``DPMSolverKeys`` and ``DPMSolverPoints``, `prediction_type`, thresholding's, `variance_type`.
struct DPMSolverModel: Sendable {
  let solver: DPMSolverKeys
  private let points: DPMSolverPoints
  private let prediction: PredictionType
  private let refinement: Refinement
  private let variance: LearnedVarianceType?

  /// - Parameter rescaling: What the class does about a terminal signal-to-noise ratio of zero.
  init(
    _ keys: inout ConfigReader, _ form: DPMSolverKeys.Form, _ traits: DPMSolverPoints.Traits,
    rescaling: TrainingNoise.Rescaling = .absent
  ) throws(SchedulerError) {
    let training = try TrainingNoise(&keys, rescaling: rescaling)
    prediction = try keys.prediction([.epsilon, .sample, .velocity, .flow])
    refinement = try keys.refinement(clips: nil)
    solver = try DPMSolverKeys(&keys, form)
    points = try DPMSolverPoints(&keys, training, traits, final: solver.final)
    try solver.refuse(prediction)
    variance = try keys.optionalChoice("variance_type")
  }

  /// A run towards the noise, in multistep form.
  func inversion(
    _ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler
  ) throws(SchedulerError) -> Sampler {
    let plan = Plan(try points.list(run, quirks, of: scheduler), in: points.frame)
    let rounds =
      quirks.contains(.roundedInversion) && plan.hasSteepStart && refinement == .none && solver.algorithm == .data
    var solver = solver.multistep(quirks)
    solver.roundsWeights = rounds
    return try Sampler(
      solver, predicting: prediction.prediction(in: points.frame, quirks), refining: rounds ? .written : refinement,
      ignoringVariance: variance != nil, plan: rounds ? plan.inSinglePrecision : plan)
  }

  /// A run with the method that `solver` makes for a number of steps.
  func sampler(
    _ run: RunRequest, _ quirks: Quirks, of scheduler: any Scheduler, _ solver: (_ steps: Int) -> any Solver
  ) throws(SchedulerError) -> Sampler {
    let list = try points.list(run, quirks, of: scheduler)
    return try Sampler(
      solver(list.timesteps.count), predicting: prediction.prediction(in: points.frame, quirks), refining: refinement,
      ignoringVariance: variance != nil, plan: Plan(list, in: points.frame))
  }

  /// The level of a training timestep.
  func level(at timestep: Double, _ quirks: Quirks) throws(SchedulerError) -> NoiseLevel {
    try points.level(at: timestep, quirks)
  }
}
