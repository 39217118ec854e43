/// A numerical method, reduced to arithmetic on a handful of scalars.
///
/// A solver never sees a tensor, a configuration, a random generator or a timestep. What it knows of the run is in
/// ``Step``; what it decides is in ``Update``. A step runs through up to three of its decisions: noise that is added
/// before the model's output is used (``perturbation(_:)``), a better value of the sample that the model saw
/// (``correction(_:)``), and the way to the next one (``update(_:)``).
public protocol Solver: Sendable, Codable {
  /// What the method integrates; every model output is converted to it. Data unless said otherwise.
  var target: Prediction.Target { get }
  /// How many predictions it weighs, the newest included. 1 unless said otherwise.
  var memory: Int { get }
  /// The noise to add to the sample before the step, if any.
  func perturbation(_ step: Step) -> Perturbation?
  /// The weights that refine the sample of this stage with its own prediction, for predictor-corrector methods.
  func correction(_ step: Step) -> Update?
  /// The weights of the next sample.
  func update(_ step: Step) -> Update
}

extension Solver {
  /// Data.
  public var target: Prediction.Target { .data }
  /// Only the newest prediction.
  public var memory: Int { 1 }
  /// None.
  public func perturbation(_ step: Step) -> Perturbation? { nil }
  /// None.
  public func correction(_ step: Step) -> Update? { nil }
}

/// What a solver knows of the run when it decides a step.
public struct Step: Sendable {
  /// The stage that the model has just been evaluated at.
  public let index: Int
  /// The number of predictions at hand, the newest included; at most the solver's ``Solver/memory``.
  public let history: Int
  /// All stages of the run.
  public let stages: [Stage]
  /// What the caller asks of this step.
  public let options: StepOptions

  /// The stage at hand.
  public var stage: Stage { stages[index] }
  /// The number of stages left, this one included.
  public var remaining: Int { stages.count - index }

  /// The step before this one, as it was.
  public var previous: Step { Step(index: index - 1, history: history - 1, stages: stages, options: options) }

  /// A step of a run.
  public init(index: Int, history: Int, stages: [Stage], options: StepOptions = StepOptions()) {
    (self.index, self.history, self.stages, self.options) = (index, history, stages, options)
  }
}

/// Noise that is added to a sample before its step: the churn of Karras et al. 2022, algorithm 2.
public struct Perturbation: Sendable, Hashable {
  /// The weight of the noise.
  public var noise: Double
  /// What the noise is multiplied by before that.
  public var scale: Double
  /// The level of the sample with it.
  public var level: NoiseLevel
  /// The level that the model's output is converted at.
  public var conversion: NoiseLevel

  /// A perturbation, with whose level the model's output is converted unless another is given.
  public init(noise: Double, scale: Double = 1, level: NoiseLevel, conversion: NoiseLevel? = nil) {
    (self.noise, self.scale, self.level, self.conversion) = (noise, scale, level, conversion ?? level)
  }
}

/// The extra arguments of a step, by the names of the papers; a solver reads those it has.
public struct StepOptions: Sendable, Hashable, Codable {
  /// DDIM's share of fresh noise, 0 to 1, or TCD's; `nil` is the class's own default.
  public var eta: Double?
  /// Whether DDIM recomputes the noise from the clipped prediction (`use_clipped_model_output`).
  public var usesClippedOutput: Bool
  /// The amount of noise that is added and removed again during the run (`s_churn`).
  public var churn: Double
  /// The sigmas between which churn happens (`s_tmin`, `s_tmax`).
  public var churnMinimum, churnMaximum: Double
  /// What fresh noise is multiplied by (`s_noise`).
  public var noiseScale: Double
  /// The order of a linear multistep method; `nil` is its own.
  public var order: Int?

  /// The options of a step; without arguments, those of `diffusers`.
  public init(
    eta: Double? = nil, usesClippedOutput: Bool = false, churn: Double = 0, churnMinimum: Double = 0,
    churnMaximum: Double = .greatestFiniteMagnitude, noiseScale: Double = 1, order: Int? = nil
  ) {
    (self.eta, self.usesClippedOutput, self.churn) = (eta, usesClippedOutput, churn)
    (self.churnMinimum, self.churnMaximum, self.noiseScale) = (churnMinimum, churnMaximum, noiseScale)
    self.order = order
  }

  /// Refuses a share that is none.
  func check() throws(SchedulerError) {
    if let eta, !(0...1).contains(eta) {
      throw .argument("eta", eta, wants: "from 0 to 1", "give the share of the noise that is drawn afresh")
    }
  }
}
