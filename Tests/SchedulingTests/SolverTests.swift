import Foundation
import Scheduling
import Testing

/// A solver with what is known of it.
struct SolverCase: Sendable, CustomTestStringConvertible {
  var name: String
  var solver: any Solver
  /// The order of convergence, of the distribution for a stochastic method; `nil` for a method that does not converge.
  var order: Double?
  var options = StepOptions()
  /// What the model predicts, for solvers that read its output.
  var prediction = Prediction.noise
  /// How many steps are few enough to see the error, and enough for the highest term to rule it.
  var steps = 40
  /// Whether it keeps the variance exactly. The SDE on predicted noise holds ε still while it adds fresh noise, and so
  /// keeps it only to first order.
  var keepsVariance = true
  /// The frames it is used in.
  var frames: [Frame] = [.variancePreserving, .karras, .flow]
  /// The plan of so many steps.
  var plan: @Sendable (Int, Frame) -> [Stage] = { .even($0, in: $1) }
  var testDescription: String { name }

  static let all: [SolverCase] = [
    SolverCase(name: "DDIM", solver: DDIM(), order: 1),
    SolverCase(name: "DDIM, η = 1", solver: DDIM(), order: 1, options: StepOptions(eta: 1)),
    SolverCase(name: "DDPM", solver: DDPM(), order: 1, frames: [.variancePreserving]),
    SolverCase(
      name: "Heun", solver: Heun(), order: 2, frames: [.karras, .flow], plan: { .twice($0, in: $1) }),
    SolverCase(
      name: "Midpoint", solver: Midpoint(), order: 2, frames: [.karras],
      plan: { count, _ in
        Plan.midpoints(.even(count), of: .even, for: Midpoint(), initNoiseSigma: 1).stages.dropLast()
      }),
    SolverCase(
      name: "Midpoint, ancestral", solver: Midpoint(isAncestral: true), order: 2, frames: [.karras],
      plan: { count, _ in
        Plan.midpoints(.even(count), of: .even, for: Midpoint(isAncestral: true), initNoiseSigma: 1).stages.dropLast()
      }),
    SolverCase(
      name: "IPNDM", solver: ImprovedPNDM(), order: 2, prediction: .velocity, frames: [.variancePreserving]),
    SolverCase(
      name: "DDIM, inverse", solver: InverseDDIM(.noise), order: 1, frames: [.variancePreserving],
      plan: { .even($0, in: $1).reversed().map { Stage(timestep: $0.timestep, from: $0.end, to: $0.start) } }),
    SolverCase(
      name: "PLMS", solver: PLMS(), order: 2, frames: [.variancePreserving], plan: { .repeatingFirst($0, in: $1) }),
    SolverCase(name: "LMS", solver: LMS(), order: 4, frames: [.karras]),
    SolverCase(name: "DEIS-2", solver: DEIS(), order: 2),
    SolverCase(name: "DEIS-3", solver: DEIS(order: 3), order: 3.5, steps: 80),
    SolverCase(name: "UniPC-1", solver: UniPC(order: 1), order: 2),
    SolverCase(name: "UniPC-2", solver: UniPC(lowersFinalOrders: false), order: 3, steps: 160),
    SolverCase(name: "UniPC-2, bh1", solver: UniPC(scale: .bh1, lowersFinalOrders: false), order: 3, steps: 160),
    SolverCase(name: "UniPC-3", solver: UniPC(order: 3, lowersFinalOrders: false), order: 4, steps: 160),
    SolverCase(name: "UniPC-2 on noise", solver: UniPC(.noise, lowersFinalOrders: false), order: 3, steps: 160),
    .singlestep("DPM-Solver++(2S)", order: 2),
    .singlestep("DPM-Solver++(2S), Heun", order: 2, correction: .heun),
    .singlestep("DPM-Solver++(3S)", order: 3),
    .singlestep("DPM-Solver++(3S), Heun", order: 3, correction: .heun),
    .singlestep("DPM-Solver-3S, Heun", .noise, order: 3, correction: .heun),
    SolverCase(name: "Euler", solver: Euler(churn: Churn(intervals: 1)), order: 1),
    SolverCase(name: "DPM-Solver++", solver: DPMSolverMultistep(order: 1), order: 1),
    SolverCase(name: "DPM-Solver++(2M)", solver: DPMSolverMultistep(), order: 2),
    SolverCase(name: "DPM-Solver++(2M), Heun", solver: DPMSolverMultistep(correction: .heun), order: 2),
    SolverCase(name: "DPM-Solver++(3M)", solver: DPMSolverMultistep(order: 3), order: 2.5),
    SolverCase(name: "DPM-Solver-1", solver: DPMSolverMultistep(.noise, order: 1), order: 1),
    SolverCase(name: "DPM-Solver-2", solver: DPMSolverMultistep(.noise), order: 2),
    SolverCase(name: "DPM-Solver-3", solver: DPMSolverMultistep(.noise, order: 3), order: 2.5),
    SolverCase(name: "SDE-DPM-Solver++", solver: DPMSolverMultistep(order: 1, isStochastic: true), order: 1),
    SolverCase(name: "SDE-DPM-Solver++(2M)", solver: DPMSolverMultistep(isStochastic: true), order: 2),
    SolverCase(name: "SDE-DPM-Solver++(3M)", solver: DPMSolverMultistep(order: 3, isStochastic: true), order: 2),
    SolverCase(
      name: "SDE-DPM-Solver-1", solver: DPMSolverMultistep(.noise, order: 1, isStochastic: true), order: 1,
      keepsVariance: false),
  ]
}

extension SolverCase {
  /// DPM-Solver in singlestep form, for the numbers of steps that the tests make: multiples of 40 and 42.
  static func singlestep(
    _ name: String, _ target: Prediction.Target = .data, order: Int,
    correction: DPMSolverMultistep.Correction = .midpoint
  ) -> SolverCase {
    let orders = (0..<120).map { $0 % order + 1 }
    return SolverCase(
      name: name, solver: DPMSolverSinglestep(target, orders: orders, correction: correction),
      order: Double(order), plan: { .even($0 - $0 % order, in: $1) })
  }
}

@Suite struct SolverTests {
  /// The deviation of clean samples; far from 1, so that no frame makes the trajectory straight.
  static let deviation = 0.3

  /// How far the deviation of the result is from that of the exact solution, in parts of it.
  static func error(_ row: SolverCase, _ frame: Frame, steps: Int) throws -> Double {
    let stages = row.plan(steps, frame)
    func exact(_ level: NoiseLevel) -> Double {
      (level.alpha * level.alpha * deviation * deviation + level.sigma * level.sigma).squareRoot()
    }
    let run = LinearRun(solver: row.solver, stages: stages, options: row.options, prediction: row.prediction)
    let samples = run.samples(from: [exact(stages[0].start)]) { x, level in
      // The mean of the clean samples that x may come from.
      let share = level.alpha * deviation * deviation / (exact(level) * exact(level))
      return x.map { share * $0 }
    }
    let last = try #require(samples.last)
    let result = last.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return abs(result / exact(stages[stages.count - 1].end) - 1)
  }

  @Test(arguments: SolverCase.all + SolverCase.more)
  func `converges with its order on Gaussian data`(row: SolverCase) throws {
    guard let expected = row.order else { return }
    for frame in row.frames {
      let (coarse, fine) = (
        try Self.error(row, frame, steps: row.steps), try Self.error(row, frame, steps: 2 * row.steps)
      )
      let order = log2(coarse / fine)
      #expect(abs(order - expected) < 0.5, "order \(order) in the \(frame) frame, errors \(coarse) and \(fine)")
    }
  }

  @Test(arguments: SolverCase.all + SolverCase.more)
  func `carries the exact clean sample and its noise from level to level`(row: SolverCase) throws {
    for frame in row.frames {
      let stages = row.plan(20, frame)
      // Coordinate 0 is the clean sample; all others are noise.
      let run = LinearRun(solver: row.solver, stages: stages, options: row.options, prediction: row.prediction)
      let samples = run.samples(from: [stages[0].start.alpha, stages[0].start.sigma]) { _, _ in [1] }
      for (stage, sample) in zip(stages, samples) {
        let noise = sample.dropFirst().reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(sample[0] - stage.end.alpha) < 1e-11)
        guard row.keepsVariance else { continue }
        #expect(abs(noise - stage.end.sigma) < 1e-11 * max(1, stage.end.sigma))
      }
    }
  }

  @Test func `with the sign that diffusers has, the third-order SDE is of first order`() throws {
    let solver = DPMSolverMultistep(order: 3, isStochastic: true, flipsThirdOrderSDE: true)
    let row = SolverCase(name: "flipped", solver: solver, order: 1)
    let (coarse, fine) = (
      try Self.error(row, .variancePreserving, steps: 40), try Self.error(row, .variancePreserving, steps: 80)
    )
    #expect(log2(coarse / fine) < 1.3)
  }
}
