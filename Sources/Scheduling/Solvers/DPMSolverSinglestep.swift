/// DPM-Solver (Lu et al. 2022, arXiv 2206.00927) on predicted noise and DPM-Solver++ (arXiv 2211.01095) on predicted data,
/// in their singlestep forms, as an ODE and as an SDE.
///
/// A step of order k is k stages, each of which starts where the first did: its first stage is a step of first order to
/// the first inner point, its second one of second order to the next, and so on. The sample at its start is kept.
public struct DPMSolverSinglestep: Solver {
  /// Data for DPM-Solver++, noise for DPM-Solver.
  public var target: Prediction.Target
  /// The order of each stage.
  public var orders: [Int]
  /// The form of the second and third order.
  public var correction: DPMSolverMultistep.Correction
  /// Whether it solves the SDE.
  public var isStochastic: Bool
  /// Whether the last term of the third-order SDE has the sign it has in `diffusers`, with which the order is lost.
  public var flipsThirdOrderSDE: Bool
  /// Whether λ is in single precision, as in `diffusers`.
  public var roundsLambda: Bool

  /// The method with an order for every stage.
  public init(
    _ target: Prediction.Target = .data, orders: [Int], correction: DPMSolverMultistep.Correction = .midpoint,
    isStochastic: Bool = false, flipsThirdOrderSDE: Bool = false, roundsLambda: Bool = false
  ) {
    (self.target, self.orders, self.correction) = (target, orders, correction)
    (self.isStochastic, self.flipsThirdOrderSDE) = (isStochastic, flipsThirdOrderSDE)
    self.roundsLambda = roundsLambda
  }

  /// The orders of the stages of a run.
  ///
  /// - Parameters:
  ///   - count: The number of stages.
  ///   - order: The order of a whole step, 1 to 3.
  ///   - lowersFinal: Whether the last steps are of lower order; they are where the number of stages asks for it.
  ///   - endsAtFirst: Whether the last stage is of first order; it must where the last level is clean.
  public static func orders(_ count: Int, order: Int, lowersFinal: Bool, endsAtFirst: Bool) -> [Int] {
    let cycle = Array(1...order)
    var orders = (0..<count).map { cycle[$0 % order] }
    let lowersFinal = lowersFinal || count % order != 0 || endsAtFirst
    if lowersFinal || endsAtFirst { orders[count - 1] = lowersFinal && count % order == 2 ? orders[count - 1] : 1 }
    if endsAtFirst { orders[count - 1] = 1 }
    return orders
  }

  /// As many as the highest order.
  public var memory: Int { orders.max() ?? 1 }

  /// The stage's part of a step.
  public func update(_ step: Step) -> Update {
    let order = min(step.index < orders.count ? orders[step.index] : 1, step.history)
    let base = step.stages[step.index - (order - 1)].start
    let interval = Stage(timestep: step.stage.timestep, from: base, to: step.stage.end)
    let phi = Phi(interval, target, isStochastic: isStochastic, roundsLambda: roundsLambda)
    var update = Update(noise: isStochastic ? phi.noise : nil, keepsSample: order == 1)
    update.weights[order == 1 ? .sample : .keptSample] = phi.sample
    update[prediction: order - 1] = phi.first
    /// How far from the start the prediction of an age is, in parts of the interval.
    func r(_ age: Int) -> Double { phi.distance(from: base, to: step.stages[step.index - age].start) / phi.h }
    switch (order, correction) {
    case (2, _):  // D₁ = (m₀ − m₁)/r₀
      add((correction == .midpoint ? phi.first / 2 : phi.second) / r(0), order, to: &update)
    case (3, .midpoint):  // D₁ = (m₀ − m₂)/r₀
      add(phi.second / r(0), order, to: &update)
    case (3, .heun):  // D₁₀ = (m₁ − m₂)/r₁ and D₁₁ = (m₀ − m₂)/r₀
      let (r0, r1) = (r(0), r(1))
      let third = 2 * phi.third(flipsThirdOrderSDE && isStochastic)
      add((third - phi.second * r1) / (r0 - r1) / r0, order, to: &update)
      add((phi.second * r0 - third) / (r0 - r1) / r1, order, age: 1, to: &update)
    default: break
    }
    return update
  }

  /// Adds a multiple of the difference between the prediction of an age and the one at the start.
  private func add(_ weight: Double, _ order: Int, age: Int = 0, to update: inout Update) {
    update[prediction: age] += weight
    update[prediction: order - 1] -= weight
  }
}
