extension Sampler {
  /// Advances samples whose tokens are at levels of their own, as where a part of an image or a video is given: every token
  /// crosses its own interval.
  ///
  /// - Parameters:
  ///   - output: What the model made of the sample.
  ///   - timestep: The timestep of the run that it is the turn of.
  ///   - sample: The sample; all axes but the last are counted as tokens.
  ///   - tokens: The interval of each token, in row-major order.
  ///   - noise: Unit Gaussian noise of the sample's shape; not needed where the method is deterministic.
  /// - Throws: As ``step(_:_:_:noise:)``; ``SchedulerError`` with the code `argument` also for a method that remembers or
  ///   refines its predictions.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ sample: Tensor, tokens: [Stage], noise: Tensor? = nil
  ) throws(SchedulerError) -> SchedulerOutput {
    let index = try stageIndex(of: timestep)
    guard solver.memory == 1, refinement == .none else {
      throw .argument(
        "tokens", "given", wants: "given to a method that remembers predictions", "use Euler's method for flow matching"
      )
    }
    guard let length = sample.shape.last, tokens.count * length == sample.count else {
      throw .shape("\(tokens.count) tokens for samples of \(sample.shape)", "give an interval for each token")
    }
    let output = try output.expecting(sample.shape, as: "model's output")
    let moves = tokens.map { move(Step(index: 0, history: 1, stages: [$0], options: options)) }
    let fresh = try noise?.expecting(sample.shape, as: "noise")
    guard fresh != nil || !moves.contains(where: \.drawsNoise) else {
      throw SchedulerError(.noise, "this step adds fresh noise and was given none", "pass the noise")
    }
    (position, hasStarted) = (index + 1, true)
    return SchedulerOutput(prevSample: Self.sum(moves.map(\.next), length, sample, output, fresh ?? sample))
  }

  /// A combination for each token.
  private static func sum(
    _ weights: [Weights], _ length: Int, _ sample: Tensor, _ output: Tensor, _ noise: Tensor
  ) -> Tensor {
    Tensor(shape: sample.shape) { out in
      sample.withUnsafePointer { x in
        output.withUnsafePointer { y in
          noise.withUnsafePointer { z in
            for (token, weights) in weights.enumerated() {
              let terms = [(weights[.sample], x), (weights[.output], y), (weights[.noise], z)]
              combine(terms, into: out, token * length..<(token + 1) * length)
            }
          }
        }
      }
    }
  }
}

extension Plan {
  /// The interval of a token of flow matching: from a sigma to the next lower one of the run.
  ///
  /// - Parameters:
  ///   - sigma: The share of noise that the token has.
  ///   - mirrors: Whether it goes as far in the other direction.
  public func tokenStage(from sigma: Double, mirrors: Bool) -> Stage {
    let lower = sigmas.map(Double.init).filter { $0 < sigma - 1e-6 }.max() ?? 0
    return Stage(timestep: sigma, from: .flow(sigma), to: .flow(mirrors ? 2 * sigma - lower : lower))
  }
}
