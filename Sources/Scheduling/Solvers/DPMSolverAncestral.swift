/// DPM-Solver (Lu et al. 2022, arXiv 2206.00927, algorithms 1 and 2) and DPM-Solver++(2S) (arXiv 2211.01095) in singlestep
/// form, with ancestral sampling, as k-diffusion has them (Crowson): an interval goes further down than to its end, and fresh
/// noise brings it back up.
///
/// An interval has as many stages as its order, all with its start in common: each is evaluated at its own level and ends at
/// the next one's, the last at the end of the interval. So the plan says the orders, and a run may mix them.
public struct DPMSolverAncestral: Solver {
  /// Data for DPM-Solver++, noise for DPM-Solver.
  public var target: Prediction.Target
  /// The highest order of an interval, 1 to 3.
  public var order: Int
  /// The share of the noise that is drawn afresh: 0 for the ODE, 1 for as much as ancestral sampling can.
  public var eta: Double
  /// The sigma below which no step goes, be it to come up again.
  public var smallestSigma: Double

  /// The method of an order.
  public init(_ target: Prediction.Target = .data, order: Int = 2, eta: Double = 0, smallestSigma: Double = 0) {
    (self.target, self.order, self.eta, self.smallestSigma) = (target, order, eta, smallestSigma)
  }

  /// As many as the order.
  public var memory: Int { order }

  /// The stage's part of an interval.
  public func update(_ step: Step) -> Update {
    let (stage, inner) = (step.stage, innerIndex(step))
    let isLast = step.remaining == 1 || !step.stages[step.index + 1].isInner
    let ancestral = isLast ? ancestralStep(from: stage.start, to: stage.end) : nil
    let end = ancestral?.level ?? stage.end
    let drawsNoise = isLast && eta > 0 && stage.end.sigma > 0
    var update = Update.constant(target, from: stage.start, to: end)
    update.drawsNoise = drawsNoise
    update.noiseInterval = drawsNoise ? NoiseInterval(stage) : nil
    update.weights[.noise] = (ancestral?.noise ?? 0) * step.options.noiseScale
    update.keepsSample = inner == 0 && !isLast
    guard inner > 0 else { return update }
    update.weights[.keptSample] = update.weights[.sample]
    update.weights[.sample] = 0
    update[prediction: inner] = update[prediction: 0]
    update[prediction: 0] = 0
    // D = (m₀ − m at the start)/r, of which a second-order step to the end takes the midpoint's share.
    let phi = Phi(
      Stage(timestep: stage.timestep, from: stage.start, to: end), target, isStochastic: false, roundsLambda: false)
    let r = phi.distance(from: stage.start, to: stage.level) / phi.h
    let weight = (inner == 1 && isLast ? phi.first / 2 : phi.second) / r
    update[prediction: 0] += weight
    update[prediction: inner] -= weight
    return update
  }

  /// How many stages of its interval are before this one.
  private func innerIndex(_ step: Step) -> Int {
    var first = step.index
    while step.stages[first].isInner { first -= 1 }
    return step.index - first
  }

  /// Where an interval goes without noise, and how much noise then brings it to its end.
  func ancestralStep(from s: NoiseLevel, to t: NoiseLevel) -> (level: NoiseLevel, noise: Double) {
    guard eta > 0 else { return (t, 0) }
    let down = max(Midpoint.ancestral(from: s.sigma, to: t.sigma, eta: eta).down, min(smallestSigma, t.sigma))
    let level = NoiseLevel(alpha: t.alpha, sigma: down)
    return (level, max(0, t.sigma * t.sigma - down * down).squareRoot())
  }

  /// The stages of one interval in Karras's frame.
  ///
  /// - Parameters:
  ///   - s: The sigma where it starts.
  ///   - t: The sigma where it ends.
  ///   - order: Its order, 1 to 3.
  ///   - first: How far along in λ the first inner stage is evaluated; 1/order unless given.
  ///   - table: The training's sigmas, which say the timesteps.
  func stages(from s: Double, to t: Double, order: Int, first: Double? = nil, of table: SigmaTable) -> [Stage] {
    let (start, end) = (NoiseLevel.karras(s), NoiseLevel.karras(t))
    let down = ancestralStep(from: start, to: end).level.sigma
    let fractions = order == 1 ? [] : order == 2 ? [first ?? 0.5] : [1.0 / 3, 2.0 / 3]
    let levels = [start] + fractions.map { .karras(s * exp($0 * (log(down) - log(s)))) }
    return levels.indices.map { i in
      let sigma = levels[i].sigma
      return Stage(
        timestep: table.timestep(of: sigma), level: levels[i], from: start,
        to: i + 1 < levels.count ? levels[i + 1] : end, inputScale: 1 / (sigma * sigma + 1).squareRoot())
    }
  }
}

extension Plan {
  /// A walk of ``DPMSolverAncestral`` along sigmas in Karras's frame, an interval of second order from each to the next; one
  /// that ends at a clean sample is of first order.
  ///
  /// - Parameters:
  ///   - sigmas: The sigmas, descending, at least two.
  ///   - solver: The method.
  ///   - table: The training's sigmas, which say the timesteps.
  public static func secondOrder(_ sigmas: [Double], for solver: DPMSolverAncestral, of table: SigmaTable) -> Plan {
    along(zip(sigmas, sigmas.dropFirst()).map { ($0, $1, $1 == 0 ? 1 : 2) }, for: solver, of: table)
  }

  /// DPM-Solver-fast (Lu et al. 2022, section 3.4): so many evaluations in intervals of third order, equally long in λ, the
  /// last of lower order to come out even.
  ///
  /// - Parameters:
  ///   - evaluations: The number of evaluations, at least 1.
  ///   - solver: The method, of third order; the run ends at its smallest sigma.
  ///   - table: The training's sigmas, of which the largest is where the run starts.
  public static func fast(_ evaluations: Int, for solver: DPMSolverAncestral, of table: SigmaTable) -> Plan {
    let count = evaluations / 3 + 1
    let thirds = evaluations % 3 == 0 ? count - 2 : count - 1
    let orders = Array(repeating: 3, count: thirds) + (evaluations % 3 == 0 ? [2, 1] : [evaluations % 3])
    let (start, end) = (log(table.largest), log(solver.smallestSigma))
    let sigmas = (0...count).map { i in
      i == 0
        ? table.largest : i == count ? solver.smallestSigma : exp(start + (end - start) * Double(i) / Double(count))
    }
    return along(orders.indices.map { (sigmas[$0], sigmas[$0 + 1], orders[$0]) }, for: solver, of: table)
  }

  private static func along(
    _ intervals: [(from: Double, to: Double, order: Int)], for solver: DPMSolverAncestral, of table: SigmaTable
  ) -> Plan {
    let stages = intervals.flatMap { solver.stages(from: $0.from, to: $0.to, order: $0.order, of: table) }
    let sigmas = (stages.map(\.level) + stages.suffix(1).map(\.end)).map { Float($0.sigma) }
    return Plan(stages, initNoiseSigma: stages.first?.level.sigma ?? 1, sigmas: sigmas)
  }
}
