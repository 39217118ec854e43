import Scheduling

/// The keys of the samplers that only k-diffusion has: the training, what the model predicts, and the share of fresh noise.
struct KDiffusionKeys: Sendable {
  let training: TrainingNoise
  let table: SigmaTable
  let prediction: Prediction
  let eta: Double

  /// - Parameter eta: The sampler's default of `eta`.
  init(_ keys: inout ConfigReader, eta: Double) throws(SchedulerError) {
    training = try TrainingNoise(&keys, start: 0.00085, end: 0.012)
    table = SigmaTable(training.schedule.sigmas)
    prediction = try keys.prediction([.epsilon, .velocity]).prediction
    self.eta = try keys.number("eta", default: eta, in: 0...1)
  }

  /// The level of a training timestep.
  func level(at timestep: Double) throws(SchedulerError) -> NoiseLevel {
    .karras(Double(table.sigmas[try training.schedule.index(of: timestep)]))
  }
}
