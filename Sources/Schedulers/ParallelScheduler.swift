public import Scheduling

/// A scheduler whose steps can be made for many timesteps at once, without noise: what parallel sampling iterates to a
/// fixed point (Shih et al. 2023, arXiv 2305.16317).
public protocol ParallelScheduler: Scheduler {
  /// The sampler of the step at one timestep of the training, with a stage for it alone.
  func batchSampler(at timestep: Double, steps: Int) throws(SchedulerError) -> Sampler
}

extension ParallelScheduler {
  /// One step for every sample, each from its own timestep: `batch_step_no_noise`.
  ///
  /// - Parameters:
  ///   - output: What the model made of the samples.
  ///   - timesteps: A timestep of the training for each sample.
  ///   - samples: The samples, in their order.
  ///   - steps: The number of steps of the run, which says how far each step goes.
  /// - Throws: `SchedulerError` when the shapes or the number of timesteps do not fit, or the training has no such timestep.
  public func batchStep(
    _ output: Tensor, _ timesteps: [Double], _ samples: Tensor, steps: Int
  ) throws(SchedulerError) -> Tensor {
    guard timesteps.count == samples.rowCount, output.rowCount == samples.rowCount else {
      throw .shape(
        "\(timesteps.count) timesteps and \(output.rowCount) outputs for \(samples.rowCount) samples",
        "give one of each for every sample")
    }
    var rows: [Tensor] = []
    for (row, timestep) in timesteps.enumerated() {
      var sampler = try batchSampler(at: timestep, steps: steps)
      let sample = samples.row(row)
      let zeros = try Tensor(repeating: 0, shape: sample.shape)
      rows.append(try sampler.step(output.row(row), timestep, sample, noise: zeros).prevSample)
    }
    return try Tensor.stack(rows)
  }
}
