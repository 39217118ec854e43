extension Sampler {
  /// Advances a sample by one stage, drawing noise when the method wants it.
  ///
  /// - Parameters:
  ///   - output: What the model made of the sample; its shape, but for the channels of a learned variance.
  ///   - timestep: The timestep the model was evaluated at: the next of ``timesteps``, or any of them for the first step.
  ///   - sample: The sample, unscaled.
  ///   - generator: Where noise comes from. Nothing is drawn when the method is deterministic.
  /// - Returns: The next sample.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn or the run has ended, `shape`
  ///   when the tensors do not fit, `noise` when the generator draws for another number of samples. The sampler is then
  ///   as it was, and nothing has been drawn.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, using generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> SchedulerOutput {
    let move = try move(at: timestep)
    let learned = try learnedDeviation(for: move, output, sample.shape)
    let output = try checked(output, sample.shape)
    var noise = move.drawsNoise ? try drawn(output.shape, for: move, from: &generator) : nil
    learned?.apply(to: &noise)
    return take(move, output, sample, noise: noise)
  }

  /// Noise for a whole batch.
  private func drawn(
    _ shape: [Int], for move: Move, from generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> Tensor {
    try generator.check(sampleCount: shape[0])
    for _ in 0..<move.discardedDraws { _ = generator.randn(shape, over: move.noiseInterval) }
    return generator.randn(shape, over: move.noiseInterval)
  }

  /// The interval that the noise of the step at a timestep belongs to, for who draws it from a ``BrownianTree``; `nil`
  /// when the step draws none, or none in particular.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn.
  public func noiseInterval(at timestep: Double) throws(SchedulerError) -> NoiseInterval? {
    try move(at: timestep).noiseInterval
  }

  /// Advances a sample by one stage with noise that was drawn elsewhere.
  ///
  /// - Parameters:
  ///   - output: What the model made of the sample.
  ///   - timestep: The timestep the model was evaluated at.
  ///   - sample: The sample, unscaled.
  ///   - noise: Unit Gaussian noise of the sample's shape; not needed where the method is deterministic.
  /// - Returns: The next sample.
  /// - Throws: ``SchedulerError`` with the code `noise` when the method wants noise and there is none; otherwise as
  ///   ``step(_:_:_:using:)``.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, noise: Tensor? = nil
  ) throws(SchedulerError) -> SchedulerOutput {
    let move = try move(at: timestep)
    let learned = try learnedDeviation(for: move, output, sample.shape)
    let output = try checked(output, sample.shape)
    var noise = try checked(noise, for: move, sample.shape)
    learned?.apply(to: &noise)
    return take(move, output, sample, noise: noise)
  }

  /// Advances a sample by one stage in place.
  ///
  /// Once a run has as many predictions as its solver remembers, and given its noise, this allocates nothing.
  ///
  /// - Parameters:
  ///   - sample: The sample, unscaled; afterwards the next one.
  ///   - output: What the model made of it.
  ///   - timestep: The timestep the model was evaluated at.
  ///   - noise: Unit Gaussian noise of the sample's shape; not needed where the method is deterministic.
  /// - Throws: As ``step(_:_:_:noise:)``; the sample is then as it was.
  public mutating func advance(
    _ sample: inout Tensor, by output: Tensor, at timestep: Double, noise: Tensor? = nil
  ) throws(SchedulerError) {
    let move = try move(at: timestep)
    let learned = try learnedDeviation(for: move, output, sample.shape)
    let output = try checked(output, sample.shape)
    var noise = try checked(noise, for: move, sample.shape)
    learned?.apply(to: &noise)
    let (shape, count) = (sample.shape, sample.count)
    if move.keepsOwnSample {
      // The sample goes into the run, and the memory of the one that was kept before comes out of it.
      var next = keptSample ?? Tensor(uninitialized: shape)
      keptSample = nil
      next.withUnsafeMutablePointer { next in
        sample.withUnsafePointer { perform(move, output, noise, from: $0, to: next, shape, count) }
      }
      (keptSample, sample) = (sample, next)
    } else {
      sample.withUnsafeMutablePointer { perform(move, output, noise, from: UnsafePointer($0), to: $0, shape, count) }
    }
    finish(move, noise)
  }

  private mutating func take(
    _ move: Move, _ output: Tensor, _ sample: Tensor, noise: Tensor?
  ) -> SchedulerOutput {
    let next = Tensor(shape: sample.shape) { next in
      sample.withUnsafePointer { perform(move, output, noise, from: $0, to: next, sample.shape, sample.count) }
    }
    if move.keepsOwnSample { keptSample = sample }
    finish(move, noise)
    return SchedulerOutput(
      prevSample: next, data: move.data, refinement: refinement, sample: sample, output: output, noise: noise)
  }

  private mutating func finish(_ move: Move, _ noise: Tensor?) {
    if move.keepsNoise { keptNoise = noise }
    forget(move)
    (position, hasStarted) = (move.index + 1, true)
  }

  /// The model's output without the channels of a variance that is not used.
  private func checked(_ output: Tensor, _ shape: [Int]) throws(SchedulerError) -> Tensor {
    guard ignoresVariance, output.shape != shape, shape.count > 1 else {
      return try output.expecting(shape, as: "model's output")
    }
    return try output.channels(0..<shape[1]).expecting(shape, as: "model's output")
  }

  /// The noise of a step, when it has the right shape, and nothing for a step that reads none.
  private func checked(_ noise: Tensor?, for move: Move, _ shape: [Int]) throws(SchedulerError) -> Tensor? {
    guard move.drawsNoise else { return nil }
    guard let noise else {
      throw SchedulerError(.noise, "this step adds fresh noise and was given none", "pass a generator or the noise")
    }
    return try noise.expecting(shape, as: "noise")
  }
}
