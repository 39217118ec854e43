import Foundation
import Scheduling

/// A run of a solver in double precision, on samples that are written as what they are made of: one coordinate for each
/// independent source, so that a sample's variance is the sum of squares of its coordinates.
///
/// The model may be anything linear. This is the second reading of what a solver decides; the first is `Sampler`.
struct LinearRun {
  typealias Vector = [Double]

  let solver: any Solver
  let stages: [Stage]
  var options = StepOptions()
  /// What the model's output is, for solvers that read it: the noise or the velocity.
  var prediction = Prediction.noise

  /// The samples after every step.
  ///
  /// - Parameters:
  ///   - first: The sample to start from; every fresh noise appends a coordinate.
  ///   - model: The clean sample that the model predicts from a sample at a level.
  func samples(from first: Vector, model: (Vector, NoiseLevel) -> Vector) -> [Vector] {
    var (sample, kept, keptNoise, predictions): (Vector, Vector, Vector, [Vector]) = (first, [], [], [])
    var samples: [Vector] = []
    for index in stages.indices {
      let history = min(solver.memory, predictions.count + 1)
      let step = Step(index: index, history: history, stages: stages, options: options)
      let noise: Vector = Array(repeating: 0, count: first.count + index) + [1]
      var level = stages[index].level
      let perturbation = solver.perturbation(step)
      if let perturbation {
        sample = Self.sum([(1, sample), (perturbation.noise, noise)])
        level = perturbation.level
      }
      let data = model(sample, level)
      let isNoise = solver.target == .noise
      let output =
        prediction == .velocity
        ? Self.sum([(level.alpha / level.sigma, sample), (-1 / level.sigma, data)])
        : Self.sum([(1 / level.sigma, sample), (-level.alpha / level.sigma, data)])
      let newest = isNoise ? Self.sum([(1 / level.sigma, sample), (-level.alpha / level.sigma, data)]) : data
      predictions = [newest] + predictions.prefix(solver.memory - 1)

      func apply(_ weights: Weights) -> Vector {
        let operands: [(Operand, Vector)] =
          [
            (.sample, sample), (.output, output), (.noise, noise), (.keptSample, kept), (.keptNoise, keptNoise),
            (.unrefined, newest),
          ]
          + predictions.indices.map { (.prediction($0), predictions[$0]) }
        return Self.sum(operands.map { (weights[$0.0], $0.1) })
      }
      if let correction = solver.correction(step) {
        sample = apply(correction.weights)
        kept = sample
      }
      let update = solver.update(step)
      let next = apply(update.weights)
      if update.keepsSample { kept = sample }
      predictions.removeFirst(update.forgets)
      if update.keepsNoise { keptNoise = noise }
      sample = next
      samples.append(sample)
    }
    return samples
  }

  private static func sum(_ terms: [(Double, Vector)]) -> Vector {
    let used = terms.filter { $0.0 != 0 }
    let count = used.map(\.1.count).max() ?? 0
    return (0..<count).map { i in used.reduce(0) { $0 + (i < $1.1.count ? $1.0 * $1.1[i] : 0) } }
  }
}

extension SigmaList {
  /// So many intervals of equal length in log σ, from e³ to e⁻³.
  static func even(_ count: Int) -> SigmaList {
    SigmaList(
      timesteps: (0...count).map { Double(count - $0) },
      sigmas: (0...count).map { exp(3 - 6 * Double($0) / Double(count)) } + [0])
  }
}

extension SigmaTable {
  /// A table of such sigmas.
  static var even: SigmaTable { SigmaTable((0...100).map { Float(exp(6 * Double($0) / 100 - 3)) }) }
}

extension Array<Stage> {
  /// Intervals of equal length in λ, from -3 to 3 unless the last one ends at a clean sample.
  static func even(_ count: Int, in frame: Frame, endingClean: Bool = false) -> [Stage] {
    let levels = (0...count).map { i in
      let ratio = endingClean && i == count ? 0 : exp(3 - 6 * Double(i) / Double(count))
      return frame.level(frame == .flow ? ratio / (1 + ratio) : ratio)
    }
    return (0..<count).map { Stage(timestep: Double(count - $0), from: levels[$0], to: levels[$0 + 1]) }
  }

  /// The same with every interval evaluated at its end, too.
  static func twice(_ count: Int, in frame: Frame) -> [Stage] {
    even(count, in: frame).flatMap { stage in
      [stage, Stage(timestep: stage.timestep, level: stage.end, from: stage.start, to: stage.end)]
    }
  }

  /// The same with the first interval once more, evaluated at its end.
  static func repeatingFirst(_ count: Int, in frame: Frame) -> [Stage] {
    let stages = even(count, in: frame)
    let first = stages[0]
    return [first, Stage(timestep: first.timestep, level: first.end, from: first.start, to: first.end)]
      + stages.dropFirst()
  }
}
