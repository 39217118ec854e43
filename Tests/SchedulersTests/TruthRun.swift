import Foundation
import Schedulers
import Testing

@testable import Scheduling

/// A golden run in double precision throughout: the same decisions as those of a ``Sampler``, on samples, outputs and
/// predictions that are never rounded, and without the quirks that only round.
///
/// This is what both implementations would compute if they had the digits.
struct TruthRun {
  typealias Values = [Double]

  /// Quirks that are roundings of scalars, and nothing else.
  static let roundings: Quirks = [
    .roundedBeta, .roundedIntegrals, .roundedLambda, .roundedAncestral, .roundedChurn, .roundedDirection,
    .roundedInversion, .roundedScore,
  ]

  private let golden: GoldenCase
  private var sampler: Sampler
  private var sample: Values
  private var predictions: [Values] = []
  private var kept: Values = []
  private var keptNoise: Values = []

  /// Whether a run can be made: those whose steps are more than sums and clips are left out, and those that begin at so large
  /// a sigma that the sample of diffusers is mostly its rounding.
  static func covers(_ golden: GoldenCase) -> Bool {
    let step = golden.json["step"]
    return golden.json["expect_error"] == nil && !golden.id.contains("-steep-") && golden.json["model"] == nil
      && step?["variance_noise"] == nil
      && golden.json["config"]?["thresholding"] != true && !["karras_ve", "sde_ve"].contains(golden.driver)
  }

  init(_ golden: GoldenCase) throws {
    var scheduler = try golden.scheduler()
    scheduler.quirks.subtract(Self.roundings)
    self.golden = golden
    sampler = try scheduler.sampler(golden.wholeRun)
    sampler.options = golden.options
    sample = try Formula.sample(golden.shape).elements.map(Double.init)
    guard let begin = golden.json["begin"]?.integer else {
      let deviation = sampler.initNoiseSigma
      sample = sample.map { $0 * deviation }
      return
    }
    try sampler.begin(at: begin)
    if !golden.addsNoise { return }
    let stage = sampler.plan.stages[begin]
    let level = sampler.plan.noisesMiddlesToEnds && stage.isInner ? stage.end : stage.level
    sample = zip(sample, try Formula.noise(golden.shape).elements).map {
      level.alpha * $0 + level.sigma * Double($1)
    }
  }

  /// The sample at the end.
  static func final(_ golden: GoldenCase) throws -> Values {
    var run = try TruthRun(golden)
    if var motion = try GoldenRun(golden).brownianMotion { return try run.finish(using: &motion) }
    var generators = golden.generator
    if golden.json["gens"]?.string == "list" { return try run.finish(using: &generators) }
    return try run.finish(using: &generators.generators[0])
  }

  private mutating func finish(using generator: inout some NoiseGenerator) throws -> Values {
    while !sampler.isFinished { try step(using: &generator) }
    return sample
  }

  private mutating func step(using generator: inout some NoiseGenerator) throws {
    let stage = sampler.plan.stages[sampler.position]
    // Placeholders carry the length of the history into the decision.
    sampler.predictions = predictions.map { _ in Tensor(uninitialized: [1]) }
    let move = try sampler.move(at: stage.timestep)
    let output = model(stage)
    for _ in 0..<move.discardedDraws { _ = generator.randn(golden.shape, over: move.noiseInterval) }
    let drawn = golden.givesNoise ? try Formula.noise(golden.shape) : nil
    let noise =
      move.drawsNoise
      ? (drawn ?? generator.randn(golden.shape, over: move.noiseInterval)).elements.map(Double.init) : []

    /// A combination of what there is.
    func sum(_ weights: Weights, of sample: Values, _ predictions: [Values]) -> Values {
      let operands: [(Operand, Values)] =
        [(.sample, sample), (.output, output), (.noise, noise), (.keptSample, kept), (.keptNoise, keptNoise)]
        + predictions.enumerated().map { (.prediction($0), $1) }
      let terms = operands.map { (weights[$0.0], $0.1) }.filter { $0.0 != 0 }
      return sample.indices.map { j in terms.reduce(0) { $0 + $1.0 * $1.1[j] } }
    }
    if let perturbation = move.perturbation {
      sample = zip(sample, noise).map { $0 + perturbation.noise * perturbation.scale * $1 }
    }
    var newest = sum(move.prediction, of: sample, []).map { $0 / move.divisor }
    if case .clip(let bound) = sampler.refinement { newest = newest.map { min(max($0, -bound), bound) } }
    if let level = move.noiseFromData {
      newest = zip(sample, newest).map { ($0 - level.alpha * $1) / level.sigma }
    }
    let past = [newest] + predictions
    let seen = move.correction.map { sum($0, of: sample, past) } ?? sample
    if move.correction != nil { kept = seen }
    var next = sum(move.next, of: seen, past)
    if golden.driver == "proteina" { next = zip(next, golden.emittedElements).map { $1 ? $0 : 0 } }
    if move.keepsOwnSample { kept = sample }
    if move.keepsNoise { keptNoise = noise }
    if move.storesPrediction || move.sharesOutput { predictions = Array(past.prefix(sampler.solver.memory)) }
    predictions.removeFirst(min(move.forgets, predictions.count))
    (sample, sampler.position, sampler.hasStarted) = (next, move.index + 1, true)
  }

  /// The formula of the golden cases' model, not rounded.
  private func model(_ stage: Stage) -> Values {
    let isTime = ["wuerstchen", "sde_vp", "proteina"].contains(golden.driver)
    let t = isTime ? 1000 * stage.timestep : stage.timestep
    let ratio = abs(t) / (abs(t) + 700) * 0.6 * stage.inputScale
    return sample.indices.map { ratio * sample[$0] + 0.05 * Foundation.sin(0.01 * t + 0.3 * Double($0)) }
  }
}
