/// A run of DPM-Solver that chooses its own steps (Lu et al. 2022, arXiv 2206.00927, algorithm 3, as k-diffusion has it):
/// every step is made with two orders, and how much they differ decides whether it counts and how long the next one is.
///
/// It is no ``Sampler``, for there is no list of timesteps; it says where to evaluate the model next. Like one it is a value
/// that can be copied, encoded and continued, and a step that throws changes nothing.
///
/// ```swift
/// while let t = sampler.timestep {
///   let output = model(sampler.scaleModelInput(x), t)
///   x = try sampler.step(output, t, x, using: &generator).prevSample
/// }
/// ```
public struct AdaptiveSampler: Sendable, Codable {
  /// What decides the lengths.
  public let options: AdaptiveOptions
  /// What the model predicts.
  public let prediction: Prediction
  /// The number of steps that counted, and of those that were made again, shorter.
  public private(set) var acceptedSteps = 0, rejectedSteps = 0
  private let table: SigmaTable
  private let solver: DPMSolverAncestral
  private var controller: StepSizeController
  /// Where the step at hand starts.
  private var lambda: Double
  /// What the model predicted at the stages of the step at hand that have been evaluated, as noise.
  private var predictions: [Tensor] = []
  /// The sample at the start of the step at hand, once the model has seen it.
  private var start: Tensor?
  /// What the lower order made of the last step that counted.
  private var lower: Tensor?

  /// A run over a whole table of sigmas, from the largest to the smallest, which must be above 0.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` for options out of range.
  public init(
    predicting prediction: Prediction, along table: SigmaTable, options: AdaptiveOptions = AdaptiveOptions()
  ) throws(SchedulerError) {
    guard (2...3).contains(options.order) else {
      throw .argument("order", options.order, wants: "2 or 3", "use 3, as k-diffusion does")
    }
    let positive = [
      options.initialLength, options.absoluteTolerance, options.relativeTolerance, options.acceptance, table.smallest,
    ]
    guard positive.allSatisfy({ $0 > 0 && $0.isFinite }), (0...1).contains(options.eta) else {
      throw .argument(
        "one of the tolerances, the first length, eta or the smallest sigma", "out of range",
        wants: "above 0 and finite, eta from 0 to 1", "start from the defaults")
    }
    (self.prediction, self.table, self.options) = (prediction, table, options)
    solver = DPMSolverAncestral(.noise, order: options.order, eta: options.eta, smallestSigma: table.smallest)
    controller = StepSizeController(options)
    lambda = -log(table.largest)
  }

  /// The standard deviation of the sample that the run starts from.
  public var initNoiseSigma: Double { table.largest }

  /// Whether the run is at its end.
  public var isFinished: Bool { lambda >= -log(table.smallest) - 1e-5 }

  /// The timestep to give the model next; `nil` at the end of the run.
  public var timestep: Double? { stage?.timestep }

  /// The level of the sample that the model sees next; `nil` at the end of the run.
  public var level: NoiseLevel? { stage?.level }

  /// The sample as the model wants to see it next.
  public func scaleModelInput(_ sample: Tensor) -> Tensor { stage.map { sample * $0.inputScale } ?? sample }

  private var stage: Stage? { isFinished ? nil : stages(order: options.order).dropFirst(predictions.count).first }

  /// The stages of the step at hand. The one of lower order is evaluated where that of the higher order is.
  private func stages(order: Int) -> [Stage] {
    let next = min(-log(table.smallest), lambda + controller.length)
    return solver.stages(
      from: exp(-lambda), to: exp(-next), order: order, first: 1 / Double(options.order), of: table)
  }

  /// Goes on by one evaluation of a model, without noise.
  ///
  /// - Throws: ``SchedulerError`` with the code `noise` when the method wants noise; otherwise as
  ///   ``step(_:_:_:using:)``.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor
  ) throws(SchedulerError) -> SchedulerOutput {
    guard options.eta == 0 else {
      throw SchedulerError(.noise, "this run adds fresh noise and was given none", "pass a generator")
    }
    return try advance(output, timestep, sample) { _, _ in nil }
  }

  /// Goes on by one evaluation of a model.
  ///
  /// - Parameters:
  ///   - output: What the model made of the sample.
  ///   - timestep: The timestep it was evaluated at, which must be ``timestep``.
  ///   - sample: The sample, unscaled.
  ///   - generator: Where noise comes from; drawn from after each step that counts, unless eta is 0.
  /// - Returns: The sample to evaluate the model at next, or to end with. After a step that does not count it is one that
  ///   lies before `sample`.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn, `shape` when the tensors do not
  ///   fit, `noise` when the generator draws for another number of samples, `argument` when the error of a step is not a
  ///   number, `limit` when no step is short enough.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, using generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> SchedulerOutput {
    guard options.eta > 0 else { return try step(output, timestep, sample) }
    try generator.check(sampleCount: sample.rowCount)
    return try advance(output, timestep, sample) { shape, interval in generator.randn(shape, over: interval) }
  }

  private mutating func advance(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, drawing draw: ([Int], NoiseInterval?) -> Tensor?
  ) throws(SchedulerError) -> SchedulerOutput {
    guard let stage, stage.timestep == timestep else {
      throw .order(
        "timestep \(timestep) is not the next one", isFinished ? "begin a new run" : "step at the sampler's timestep")
    }
    let output = try output.expecting(sample.shape, as: "model's output")
    for kept in predictions + [start, lower].compactMap(\.self) {
      _ = try kept.expecting(sample.shape, as: "run so far")
    }
    let (a, b) = prediction.weights(to: .noise, at: stage.level)
    var next = self
    next.predictions.append([sample, output].sum(weighing: [a, b]))
    if predictions.isEmpty { next.start = sample }
    let result = try next.proceed(sample, drawing: draw)
    self = next
    var data = Weights()
    (data[.sample], data[.output]) = prediction.weightsOfData(at: stage.level)
    return SchedulerOutput(
      prevSample: result, data: data, refinement: .none, sample: sample, output: output, noise: nil)
  }

  /// The sample after the stage that has just been evaluated, whose `sample` it was.
  private mutating func proceed(
    _ sample: Tensor, drawing draw: ([Int], NoiseInterval?) -> Tensor?
  ) throws(SchedulerError) -> Tensor {
    let (stages, last) = (stages(order: options.order), options.order - 1)
    let operands = [start ?? sample] + predictions
    guard predictions.count == options.order else {
      return operands.sum(weighing: weights(of: stages, at: predictions.count - 1))
    }
    let pair = AdaptivePair(
      operands, lower: weights(of: self.stages(order: last), at: last - 1), higher: weights(of: stages, at: last),
      before: lower ?? operands[0], options)
    guard pair.error.isFinite else {
      throw .argument("the error of a step", pair.error, wants: "finite", "look for what is not a number in the output")
    }
    guard controller.accepts(error: pair.error) else { return try retry(operands) }
    acceptedSteps += 1
    lower = pair.lower
    let update = update(of: stages, at: last)
    (lambda, predictions, start) = (-log(stages[last].end.sigma), [], nil)
    guard update.drawsNoise, let noise = draw(sample.shape, update.noiseInterval) else { return pair.higher }
    return [pair.higher, noise].sum(weighing: [1, update.weights[.noise]])
  }

  /// Begins the step again with the length that is now decided, the prediction at its start being the same.
  private mutating func retry(_ operands: [Tensor]) throws(SchedulerError) -> Tensor {
    guard lambda + controller.length > lambda else {
      throw SchedulerError(.limit, "no step is short enough", "allow for larger errors")
    }
    rejectedSteps += 1
    predictions = [operands[1]]
    return operands.sum(weighing: weights(of: stages(order: options.order), at: 0))
  }

  private func update(of stages: [Stage], at index: Int) -> Update {
    solver.update(
      Step(index: index, history: index + 1, stages: stages, options: StepOptions(noiseScale: options.noiseScale)))
  }

  /// The weights of the step's start and of the predictions in their order.
  private func weights(of stages: [Stage], at index: Int) -> [Double] {
    let update = update(of: stages, at: index)
    return [update.weights[index == 0 ? .sample : .keptSample]] + (0...index).map { update[prediction: index - $0] }
  }
}
