extension Sampler {
  /// The clean samples with noise added, each to the level of its timestep.
  ///
  /// - Parameters:
  ///   - original: The clean samples.
  ///   - noise: Unit Gaussian noise of the same shape.
  ///   - timesteps: One of the run's timesteps for all samples, or one for each.
  /// - Throws: ``SchedulerError`` when the shapes differ, or a timestep is not one of the run's.
  public func addNoise(_ original: Tensor, _ noise: Tensor, _ timesteps: [Double]) throws(SchedulerError) -> Tensor {
    let levels = try timesteps.map { timestep throws(SchedulerError) in
      let stage = plan.stages[try index(of: timestep)]
      return plan.noisesMiddlesToEnds && stage.isInner ? stage.end : stage.level
    }
    return try noised(original, noise, levels: levels)
  }

  /// The index of the first stage with a timestep, wherever the run is.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when it is not one of the run's.
  public func index(of timestep: Double) throws(SchedulerError) -> Int {
    guard let index = plan.stages.firstIndex(where: { $0.timestep == timestep }) else {
      throw .argument("the timestep", timestep, wants: "one of the run's", "take it from the sampler's timesteps")
    }
    return index
  }
}

/// `alpha·original + sigma·noise`, with one level for all samples or one for each.
///
/// - Throws: ``SchedulerError`` when the shapes differ, or there are neither one nor as many levels as samples.
public func noised(_ original: Tensor, _ noise: Tensor, levels: [NoiseLevel]) throws(SchedulerError) -> Tensor {
  try combined(original, noise, weights: levels.map { ($0.alpha, $0.sigma) })
}

/// The velocity `alpha·noise − sigma·original` that a model trained on it should predict, with one level for all samples
/// or one for each.
///
/// - Throws: ``SchedulerError`` when the shapes differ, or there are neither one nor as many levels as samples.
public func velocity(of original: Tensor, _ noise: Tensor, levels: [NoiseLevel]) throws(SchedulerError) -> Tensor {
  try combined(original, noise, weights: levels.map { (-$0.sigma, $0.alpha) })
}

/// `a·x + b·y`, with one pair of weights for all rows or one for each.
func combined(_ x: Tensor, _ y: Tensor, weights: [(Double, Double)]) throws(SchedulerError) -> Tensor {
  let y = try y.expecting(x.shape, as: "noise")
  guard weights.count == 1 || weights.count == x.rowCount else {
    throw .shape("\(weights.count) timesteps for \(x.rowCount) samples", "pass one for all, or one for each")
  }
  let rowLength = x.count / weights.count
  return Tensor(shape: x.shape) { out in
    x.withUnsafePointer { x in
      y.withUnsafePointer { y in
        for (row, (a, b)) in weights.enumerated() {
          combine([(a, x), (b, y)], into: out, row * rowLength..<(row + 1) * rowLength)
        }
      }
    }
  }
}
