import Foundation
import Scheduling

extension SolverCase {
  /// Solvers of flow matching and of distilled models.
  static let more: [SolverCase] = [
    SolverCase(name: "Rectified flow", solver: RectifiedFlow(), order: 1),
    SolverCase(name: "Rectified flow, on noise", solver: RectifiedFlow(.noise), order: 1),
    SolverCase(name: "Rectified flow, stochastic", solver: RectifiedFlow(isStochastic: true)),
    SolverCase(
      name: "Heun with churn", solver: Heun(churn: Churn(intervals: 40)), order: 2, options: StepOptions(churn: 0),
      frames: [.karras, .flow], plan: { .twice($0, in: $1) }),
    // Its second order is for noise that both steps of an interval have in common; here they draw their own.
    SolverCase(
      name: "DPM-Solver++ SDE", solver: DPMSolverSDE(), order: 1, frames: [.karras],
      plan: { count, _ in middles(count) }),
    SolverCase(
      name: "SA-Solver, τ = 0", solver: SASolver(lowersFinalOrders: false, tau: ode), order: 2),
    SolverCase(
      name: "SA-Solver, third order",
      solver: SASolver(predictorOrder: 3, correctorOrder: 3, lowersFinalOrders: false, tau: ode), order: 3.5),
    SolverCase(name: "SA-Solver, τ = 1", solver: SASolver(tau: sde), order: 2),
    SolverCase(name: "SA-Solver, on noise", solver: SASolver(.noise, lowersFinalOrders: false, tau: ode), order: 2.5),
    .ancestral("DPM-Solver++(2S)", .data, interval: 2),
    .ancestral("DPM-Solver++(2S)", .data, interval: 2, eta: 1),
    .ancestral("DPM-Solver-2", .noise, interval: 2),
    .ancestral("DPM-Solver-3", .noise, interval: 3),
    .ancestral("DPM-Solver-3", .noise, interval: 3, eta: 0.5),
    SolverCase(name: "Ancestral flow", solver: AncestralFlow(), order: 1, frames: [.flow]),
    SolverCase(name: "Ancestral flow, η = 0.4", solver: AncestralFlow(eta: 0.4), order: 1, frames: [.flow]),
    SolverCase(name: "Ancestral flow, η = 0", solver: AncestralFlow(eta: 0), order: 1, frames: [.flow]),
    SolverCase(
      name: "Temporal score rescaling, ODE",
      solver: TemporalScoreRescaling(coldness: 1, deviation: 1, noise: .inverse, quietBelow: 1, quietAbove: 1),
      order: 1,
      frames: [.flow]),
    SolverCase(
      name: "Temporal score rescaling, SDE",
      solver: TemporalScoreRescaling(coldness: 1, deviation: 1, noise: .tangent, quietBelow: 0, quietAbove: 1),
      order: 1,
      steps: 640, keepsVariance: false, frames: [.flow]),
    SolverCase(name: "Consistency sampling", solver: ConsistencySampling(smallestSigma: 0), frames: [.karras]),
    SolverCase(name: "Consistency sampling in any frame", solver: ConsistencyRenewal(drawsAtEnd: true)),
    SolverCase(name: "Latent consistency", solver: LatentConsistency(timestepScaling: 1e9)),
    SolverCase(
      name: "Trajectory consistency", solver: TrajectoryConsistency(training), frames: [.variancePreserving],
      plan: { count, _ in trained(count) }),
    SolverCase(
      name: "Trajectory consistency, γ = 0", solver: TrajectoryConsistency(training), order: 1,
      options: StepOptions(eta: 0), frames: [.variancePreserving], plan: { count, _ in trained(count) }),
  ]

  /// DPM-Solver as k-diffusion has it.
  private static func ancestral(
    _ name: String, _ target: Prediction.Target, interval order: Int, eta: Double = 0
  ) -> SolverCase {
    let solver = DPMSolverAncestral(target, order: order, eta: eta, smallestSigma: order == 3 ? exp(-3) : 0)
    return SolverCase(
      name: name + " of k-diffusion, η = \(eta)", solver: solver, order: Double(order), frames: [.karras],
      plan: { count, _ in
        order == 2
          ? Plan.secondOrder(SigmaList.even(count).sigmas.dropLast(), for: solver, of: .even).stages
          : Plan.fast(3 * count - 1, for: solver, of: .even).stages
      })
  }

  private static let ode = Array(repeating: 0.0, count: 80)
  private static let sde = Array(repeating: 1.0, count: 80)
  private static let training = NoiseSchedule(.linear, from: 0.0001, to: 0.02, count: 1000)

  /// Timesteps of the training, evenly, ending at its first.
  private static func trained(_ count: Int) -> [Stage] {
    let timesteps = (0...count).map { 999 - 999 * $0 / count }
    return (0..<count).map { i in
      Stage(
        timestep: Double(timesteps[i]), from: training.level(at: timesteps[i]), to: training.level(at: timesteps[i + 1])
      )
    }
  }

  /// Intervals of equal length in λ, each evaluated in its middle, too.
  private static func middles(_ count: Int) -> [Stage] {
    [Stage].even(count, in: .karras).flatMap { stage in
      let middle = NoiseLevel.karras((stage.start.sigma * stage.end.sigma).squareRoot())
      return [
        Stage(timestep: stage.timestep, from: stage.start, to: middle),
        Stage(timestep: stage.timestep, level: middle, from: stage.start, to: stage.end),
      ]
    }
  }
}
