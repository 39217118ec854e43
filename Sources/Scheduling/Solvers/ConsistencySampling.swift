/// Multistep sampling with a consistency model (Song et al. 2023, arXiv 2303.01469, algorithm 1): every step goes all the
/// way to a clean sample, and from there back to the next level with fresh noise.
public struct ConsistencySampling: Solver {
  /// The sigma at which a sample counts as clean.
  public var smallestSigma: Double
  /// What fresh noise is multiplied by.
  public var noiseScale: Double

  /// The method.
  public init(smallestSigma: Double, noiseScale: Double = 1) {
    (self.smallestSigma, self.noiseScale) = (smallestSigma, noiseScale)
  }

  /// `x + √(τ² − ε²)·z`. A run of a single step draws nothing.
  public func update(_ step: Step) -> Update {
    let end = step.stage.end.sigma
    let fresh = max(0, end * end - smallestSigma * smallestSigma).squareRoot()
    return Update(prediction: 1, noise: step.stages.count > 1 ? noiseScale * fresh : nil)
  }
}

/// Multistep sampling with a consistency model in whatever frame (Lu and Song 2024, arXiv 2410.11081, section 2): all the way
/// to a clean sample, and from there back to the next level, all noise being fresh.
public struct ConsistencyRenewal: Solver {
  /// Whether noise is drawn for a step that ends at a clean sample, too, which takes none of it.
  public var drawsAtEnd: Bool

  /// The method.
  public init(drawsAtEnd: Bool) { self.drawsAtEnd = drawsAtEnd }

  /// `α_t·x₀ + σ_t·z`.
  public func update(_ step: Step) -> Update {
    var update = Update.renewing(at: step.stage.end)
    update.drawsNoise = drawsAtEnd || step.stage.end.sigma > 0
    return update
  }
}

/// Multistep sampling with a latent consistency model (Luo et al. 2023, arXiv 2310.04378, algorithm 3).
public struct LatentConsistency: Solver {
  /// What the timestep is multiplied by in the boundary condition.
  public var timestepScaling: Double
  /// The deviation of clean samples in the boundary condition.
  public var dataDeviation: Double

  /// The method.
  public init(timestepScaling: Double = 10, dataDeviation: Double = 0.5) {
    (self.timestepScaling, self.dataDeviation) = (timestepScaling, dataDeviation)
  }

  /// The consistency function `c_skip·x + c_out·x₀`, renewed at the next level unless that is clean.
  public func update(_ step: Step) -> Update {
    let (time, t) = (step.stage.timestep * timestepScaling, step.stage.end)
    let (variance, square) = (dataDeviation * dataDeviation, time * time + dataDeviation * dataDeviation)
    return Update(
      sample: t.alpha * variance / square, prediction: t.alpha * time / square.squareRoot(),
      noise: t == .clean ? nil : t.sigma)
  }
}
