import Scheduling

/// A network inside Karras's preconditioning and the sigmas of its runs, from the keys that say it: `sigma_min`,
/// `sigma_max`, `sigma_data`, `sigma_schedule`, `num_train_timesteps`, `prediction_type`, `rho`, `final_sigmas_type`.
struct EDMKeys: Sendable {
  let smallest, largest: Double
  let final: FinalSigma
  private let dataDeviation: Double
  private let schedule: SigmaSchedule
  private let prediction: PredictionType
  private let condition: NoiseCondition

  private enum Curve: String, CaseIterable { case karras, exponential }

  /// The defaults of a class, and what it tells the network of the noise.
  struct Defaults {
    var smallest = 0.002
    var largest = 80.0
    var dataDeviation = 0.5
    var isExponential = false
    var prediction = PredictionType.epsilon
    var condition = NoiseCondition.quarterLogarithm

    /// Those of Stable Audio.
    static let stableAudio = Defaults(
      smallest: 0.3, largest: 500, dataDeviation: 1, isExponential: true, prediction: .velocity, condition: .arctangent)
  }

  init(_ keys: inout ConfigReader, _ defaults: Defaults = Defaults()) throws(SchedulerError) {
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    smallest = try keys.number("sigma_min", default: defaults.smallest, in: positive)
    largest = try keys.number("sigma_max", default: defaults.largest, in: positive, isWhole: defaults.largest == 500)
    dataDeviation = try keys.number("sigma_data", default: defaults.dataDeviation, in: positive)
    let curve: Curve = try keys.choice("sigma_schedule", default: defaults.isExponential ? .exponential : .karras)
    _ = try keys.trainingSteps()
    prediction = try keys.choice("prediction_type", default: defaults.prediction, of: [.epsilon, .velocity])
    let rho = try keys.number("rho", default: 7, in: positive)
    schedule = curve == .karras ? .karras(rho: rho) : .exponential
    final = try keys.choice("final_sigmas_type", default: .zero)
    condition = defaults.condition
  }

  /// What the network predicts.
  ///
  /// - Parameter isRounded: Whether the weights of the sample and the output are in single precision.
  func preconditioned(isRounded: Bool = false) -> Prediction {
    .preconditioned(dataDeviation: dataDeviation, sign: prediction == .velocity ? -1 : 1, isRounded: isRounded)
  }

  /// The sigmas of so many steps, without the end.
  ///
  /// - Parameter isSingle: Whether they are computed in single precision throughout; an exponential schedule always is.
  func sigmas(_ count: Int, isSingle: Bool) -> [Double] {
    isSingle || schedule == .exponential
      ? schedule.singlePrecisionSigmas(count, from: largest, to: smallest)
      : schedule.sigmas(count, from: largest, to: smallest)
  }

  /// The run over these sigmas.
  func plan(_ sigmas: [Double], endingAt final: Double) -> Plan {
    let list = SigmaList(timesteps: sigmas, sigmas: sigmas).timesteps(as: condition).ending(at: final)
    let plan = Plan(list, in: .karras, initNoiseSigma: initialDeviation(unroundedSigma: largest))
    return plan.scalingInput(dataDeviation: dataDeviation)
  }

  /// The level that a timestep tells of.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    try condition.level(at: timestep)
  }
}
