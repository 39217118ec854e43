/// A run under way: the plan, the solver, and the few tensors that connect one step to the next.
///
/// A sampler is a value. Copy it and the run has branched; encode it and it is paused; two runs of one scheduler cannot
/// disturb each other. A step that throws changes nothing.
///
/// ```swift
/// for t in sampler.timesteps {
///   let output = model(sampler.scaleModelInput(x, t), t)
///   x = try sampler.step(output, t, x, using: &generator).prevSample
/// }
/// ```
public struct Sampler: Sendable {
  /// The evaluations of the model, in order.
  public let plan: Plan
  /// The method.
  public let solver: any Solver
  /// What the model predicts.
  public let prediction: Prediction
  /// What is done to a predicted clean sample before it is used.
  public let refinement: Refinement
  /// Whether the model's output has, behind the channels of the sample, as many for a variance that is not used.
  public let ignoresVariance: Bool
  /// The extra arguments of the steps to come, which may change between steps.
  public var options: StepOptions

  /// The index of the next stage; the number of stages when the run has ended.
  public internal(set) var position = 0
  /// Whether a step has been made.
  var hasStarted = false
  /// Earlier predictions, the newest first.
  var predictions: [Tensor] = []
  /// Memory of predictions that were forgotten, for the next ones; no part of the run's state.
  var spares: [Tensor] = []
  /// The sample that an earlier update kept.
  var keptSample: Tensor?
  /// The noise that an earlier update kept.
  var keptNoise: Tensor?

  /// A run at its start.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when the plan has no stage, or a timestep or level that is not
  ///   a number.
  public init(
    _ solver: any Solver, predicting prediction: Prediction, refining refinement: Refinement = .none,
    ignoringVariance: Bool = false, plan: Plan, options: StepOptions = StepOptions()
  ) throws(SchedulerError) {
    guard !plan.stages.isEmpty else {
      throw .argument("the plan", "empty", wants: "a list of stages", "ask for at least one step")
    }
    for (index, stage) in plan.stages.enumerated() {
      let numbers = [stage.timestep, stage.start.alpha, stage.start.sigma, stage.end.alpha, stage.end.sigma]
      guard !numbers.contains(where: \.isNaN) else {
        throw .argument("stage \(index)", stage, wants: "made of numbers", "check the betas or sigmas it comes from")
      }
    }
    (self.solver, self.prediction, self.refinement) = (solver, prediction, refinement)
    (self.ignoresVariance, self.plan, self.options) = (ignoringVariance, plan, options)
  }

  /// The timesteps to give the model, in order.
  public var timesteps: [Double] { plan.stages.map(\.timestep) }

  /// The standard deviation of the sample that the run starts from.
  public var initNoiseSigma: Double { plan.initNoiseSigma }

  /// Whether every step has been made.
  public var isFinished: Bool { position == plan.stages.count }

  /// Begins the run at a later stage, as image-to-image does with an image that has been noised to that stage's level.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` once a step has been made, when there is no such stage, or when it
  ///   goes on with an interval that another stage begins.
  public mutating func begin(at index: Int) throws(SchedulerError) {
    guard !hasStarted else { throw .order("the run has started", "begin with a new sampler") }
    guard plan.stages.indices.contains(index) else {
      throw .order("there is no stage \(index) of \(plan.stages.count)", "begin at one of them")
    }
    guard !plan.stages[index].isInner else {
      throw .order("stage \(index) goes on with an interval", "begin at the stage before it or after it")
    }
    position = index
  }

  /// The sample as the model wants to see it at `timestep`.
  public func scaleModelInput(_ sample: Tensor, _ timestep: Double) -> Tensor {
    let scale = inputScale(at: timestep)
    return scale == 1 ? sample : sample * scale
  }

  private func inputScale(at timestep: Double) -> Double {
    // A timestep that is not the next one is refused by the step; here the sample stays as it is.
    if let index = try? stageIndex(of: timestep) { return plan.stages[index].inputScale }
    let middle = plan.stages.first { $0.timestep == timestep && $0.isInner }
    guard !hasStarted, plan.noisesMiddlesToEnds, let sigma = middle?.end.sigma else { return 1 }
    return 1 / (sigma * sigma + 1).squareRoot()
  }

  /// The stage that a step at `timestep` belongs to: the next one. A run may begin at any of its timesteps.
  func stageIndex(of timestep: Double) throws(SchedulerError) -> Int {
    guard !isFinished else {
      throw .order("all \(plan.stages.count) steps have been made", "begin a new run with a new sampler")
    }
    if plan.stages[position].timestep == timestep { return position }
    let isEntry = { (stage: Stage) in stage.timestep == timestep && !stage.isInner }
    if !hasStarted, let index = plan.stages.firstIndex(where: isEntry) { return index }
    throw .order(
      "timestep \(timestep) is not the next one, \(plan.stages[position].timestep)",
      "step through the sampler's timesteps in their order")
  }
}
