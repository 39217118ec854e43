/// Runs side by side in one batch, each sample at a timestep of its own: what a model steps that serves several requests
/// at once, or iterates over all timesteps in parallel.
///
/// Every sample has a ``Sampler``, so that all methods can be used, also those that remember predictions, and runs may
/// differ in length and begin and end at any time. A sample comes out in the same bits as when it is stepped alone.
///
/// ```swift
/// let output = model(batch.scaleModelInput(x, timesteps), timesteps)
/// x = try batch.step(output, timesteps, x, using: &generators).prevSample
/// ```
public struct SamplerBatch: Sendable, Codable {
  /// The run of each sample, in their order. Between steps runs can be added, taken away and put in another order.
  public var runs: [Sampler]

  /// A batch of these runs.
  public init(_ runs: [Sampler]) { self.runs = runs }

  /// The next timestep of each run; `nil` for one that has ended.
  public var timesteps: [Double?] {
    runs.map { $0.isFinished ? nil : $0.plan.stages[$0.position].timestep }
  }

  /// The samples as the model wants to see them, each at its own timestep.
  ///
  /// - Throws: ``SchedulerError`` with the code `shape` when there are not as many timesteps and samples as runs.
  public func scaleModelInput(_ samples: Tensor, _ timesteps: [Double]) throws(SchedulerError) -> Tensor {
    try check(samples, timesteps)
    return try Tensor.stack(runs.indices.map { runs[$0].scaleModelInput(samples.row($0), timesteps[$0]) })
  }

  /// Advances every sample by the step of its own timestep, each drawing from its own generator when its method wants it.
  ///
  /// - Parameters:
  ///   - output: What the model made of the samples.
  ///   - timesteps: The timestep of each sample, which must be its run's turn.
  ///   - samples: The samples, unscaled.
  ///   - generators: Where the noise of each sample comes from.
  /// - Throws: As `Sampler`'s step, for the first sample that cannot be stepped. The batch is then as it was, and nothing has
  ///   been drawn.
  public mutating func step(
    _ output: Tensor, _ timesteps: [Double], _ samples: Tensor,
    using generators: inout PerSampleGenerator<some NoiseGenerator>
  ) throws(SchedulerError) -> SchedulerOutput {
    try generators.check(sampleCount: samples.rowCount)
    var drawn = generators
    let result = try advance(output, timesteps, samples) { run, output, sample, row throws(SchedulerError) in
      try run.step(output, timesteps[row], sample, using: &drawn.generators[row])
    }
    generators = drawn
    return result
  }

  /// Advances every sample by the step of its own timestep with noise that was drawn elsewhere.
  ///
  /// - Parameters:
  ///   - output: What the model made of the samples.
  ///   - timesteps: The timestep of each sample.
  ///   - samples: The samples, unscaled.
  ///   - noise: Unit Gaussian noise of the samples' shape; not needed where the methods are deterministic.
  /// - Throws: As `Sampler`'s step, for the first sample that cannot be stepped. The batch is then as it was.
  public mutating func step(
    _ output: Tensor, _ timesteps: [Double], _ samples: Tensor, noise: Tensor? = nil
  ) throws(SchedulerError) -> SchedulerOutput {
    let noise = try noise?.expecting(samples.shape, as: "noise")
    return try advance(output, timesteps, samples) { run, output, sample, row throws(SchedulerError) in
      try run.step(output, timesteps[row], sample, noise: noise?.row(row))
    }
  }

  private mutating func advance(
    _ output: Tensor, _ timesteps: [Double], _ samples: Tensor,
    by step: (inout Sampler, Tensor, Tensor, Int) throws(SchedulerError) -> SchedulerOutput
  ) throws(SchedulerError) -> SchedulerOutput {
    try check(samples, timesteps)
    guard output.rowCount == samples.rowCount else {
      throw .shape("\(output.rowCount) outputs for \(samples.rowCount) samples", "give one for every sample")
    }
    var (next, rows): ([Sampler], [SchedulerOutput]) = (runs, [])
    for row in next.indices { rows.append(try step(&next[row], output.row(row), samples.row(row), row)) }
    let result = try SchedulerOutput(rows: rows)
    runs = next
    return result
  }

  private func check(_ samples: Tensor, _ timesteps: [Double]) throws(SchedulerError) {
    guard timesteps.count == runs.count, samples.rowCount == runs.count else {
      throw .shape(
        "\(timesteps.count) timesteps and \(samples.rowCount) samples for \(runs.count) runs",
        "give one of each for every run")
    }
  }
}
