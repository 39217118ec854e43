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
    var batch = SamplerBatch(
      try timesteps.map { timestep throws(SchedulerError) in try batchSampler(at: timestep, steps: steps) })
    let zeros = try Tensor(repeating: 0, shape: samples.shape)
    return try batch.step(output, timesteps, samples, noise: zeros).prevSample
  }
}
