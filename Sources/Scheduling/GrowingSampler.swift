/// A run whose samples grow on the way: each step but the last enlarges the clean sample before fresh noise takes it back to the
/// next level (scale-wise distillation, Starodubcev et al. 2025, arXiv 2503.16397).
///
/// It is no ``Sampler``, for what a step returns has another shape than the sample. Like one it is a value that can be copied,
/// encoded and continued.
public struct GrowingSampler: Sendable, Hashable, Codable {
  /// The evaluations of the model.
  public let plan: Plan
  /// What the model predicts.
  public let prediction: Prediction
  /// The size that each step but the last arrives at, as a multiple of the first sample's.
  public let factors: [Double]
  /// How samples are enlarged.
  public let method: Upscaling
  /// The index of the next stage; the number of stages when the run has ended.
  public private(set) var position = 0
  /// The lengths of the first sample's axes behind the channels.
  private var initialSize: [Int]?

  /// A run at its start.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` unless there is one stage more than factors.
  public init(
    _ plan: Plan, predicting prediction: Prediction, factors: [Double], by method: Upscaling
  ) throws(SchedulerError) {
    guard plan.stages.count == factors.count + 1 else {
      throw .argument(
        "the number of steps", plan.stages.count, wants: "\(factors.count + 1), one more than scale_factors",
        "ask for as many steps, or give other factors")
    }
    (self.plan, self.prediction, self.factors, self.method) = (plan, prediction, factors, method)
  }

  /// The timesteps to give the model, in order.
  public var timesteps: [Double] { plan.stages.map(\.timestep) }

  /// Whether every step has been made.
  public var isFinished: Bool { position == plan.stages.count }

  /// Advances a sample by one step.
  ///
  /// - Parameters:
  ///   - output: What the model made of the sample.
  ///   - timestep: The timestep the model was evaluated at, which must be the next.
  ///   - sample: The sample: batch, channels, and one to three more axes, as ``method`` wants.
  ///   - generator: Where noise of the next sample's shape comes from; every step draws once.
  /// - Returns: The next sample; its clean sample is the enlarged one.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn, `shape` when the tensors do not fit,
  ///   `noise` when the generator draws for another number of samples. The run is then as it was, and nothing has been drawn.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, using generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> SchedulerOutput {
    guard !isFinished, plan.stages[position].timestep == timestep else {
      throw .order("timestep \(timestep) is not the next one", "step through the sampler's timesteps in their order")
    }
    let output = try output.expecting(sample.shape, as: "model's output")
    try generator.check(sampleCount: sample.rowCount)
    let stage = plan.stages[position]
    let weights = prediction.weightsOfData(at: stage.level)
    var data = try combined(sample, output, weights: [weights])
    let initialSize = initialSize ?? Array(sample.shape.dropFirst(2))
    if position < factors.count {
      // To the even one of two that are as near, as Python rounds.
      let size = initialSize.map { (factors[position] * Double($0)).rounded(.toNearestOrEven) }
      data = try data.resized(to: size.map { Int(min($0, 1e9)) }, by: method)
    }
    let next = try noised(data, generator.randn(data.shape), levels: [stage.end])
    (self.initialSize, position) = (initialSize, position + 1)
    return SchedulerOutput(prevSample: next, predOriginalSample: data)
  }
}
