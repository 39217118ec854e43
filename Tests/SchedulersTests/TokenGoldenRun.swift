import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

/// A run of tokens of any class, that a model gives logits for.
struct TokenGoldenRun<Method: TokenMethod> {
  let golden: GoldenCase
  var sampler: TokenSampler<Method>
  var tokens: [[Int]]
  var generator: TorchGenerator
  var output: TokenOutput?

  init(_ golden: GoldenCase, _ sampler: TokenSampler<Method>) throws {
    (self.golden, self.sampler) = (golden, sampler)
    generator = golden.generator.generators[0]
    tokens = try golden.firstTokens()
    if let begin = golden.json["begin"]?.integer { try self.sampler.begin(at: begin) }
  }

  /// The timesteps that the case's steps are made at.
  var timesteps: [Double] {
    let timesteps = golden.json["upward"] == true ? sampler.timesteps.reversed() : sampler.timesteps
    return Array(timesteps.dropFirst(golden.json["begin"]?.integer ?? 0))
  }

  /// A step at a timestep, and the tokens after it.
  mutating func step(at t: Double) throws -> TokenOutput {
    let output = try sampler.step(golden.logits(of: tokens, at: t), t, tokens, using: &generator)
    (self.output, tokens) = (output, output.prevSample)
    return output
  }

  /// The corrections after the step at a timestep, if any.
  mutating func correct(after t: Double) throws {
    guard let sampler = sampler as? TokenSampler<DiscreteDDIM>, !sampler.isFinished else { return }
    for _ in 0..<(golden.json["corrections"]?.integer ?? 0) {
      output = try sampler.correct(golden.logits(of: tokens, at: t), tokens, using: &generator)
      tokens = output?.prevSample ?? tokens
    }
  }
}

extension GoldenCase {
  var vocabulary: Int { json["vocab"]?.integer ?? 0 }

  /// Tokens of every class in turn.
  var ramp: [[Int]] {
    (0..<shape[0]).map { row in (0..<shape[1]).map { (row * shape[1] + $0) % vocabulary } }
  }

  func firstTokens() throws -> [[Int]] {
    let mask = (json["config"]?["mask_token_id"] ?? json["step"]?["mask_token_id"])?.integer ?? 0
    return (0..<shape[0]).map { row in
      (0..<shape[1]).map { place in
        let i = row * shape[1] + place
        let isMasked = json["init"] == "mask" || json["init"] == "gaps" && i % 3 != 0
        return isMasked ? mask : (5 * i + 1) % vocabulary
      }
    }
  }

  /// What the model of the cases says about tokens.
  func logits(of tokens: [[Int]], at t: Double) throws -> Tensor {
    let (rows, length, flat) = (shape[0], shape[1], Array(tokens.joined()))
    func logit(_ place: Int, _ k: Int) -> Double {
      let ramp = 0.9 * Double(k) + 0.37 * Double(place) + 0.05 * t
      return 2 * sin(ramp + 0.1 * Double(flat[place]))
    }
    guard let image = json["image"]?.array?.compactMap(\.integer) else {
      return try Formula.tensor([rows, length, vocabulary]) { logit($0 / vocabulary, $0 % vocabulary) }
    }
    return try Formula.tensor([rows, vocabulary] + image) { i in
      let row = i / (vocabulary * length)
      return logit(row * length + i % length, i / length % vocabulary)
    }
  }

  func samplers() throws -> any TokenRunCase {
    let step = json["step"]
    switch try scheduler() {
    case let scheduler as AmusedScheduler:
      var sampler = try scheduler.tokenSampler(try #require(run))
      sampler.method.startingMaskRatio = step?["starting_mask_ratio"]?.number ?? 1
      return try TokenGoldenRun(self, sampler)
    case let scheduler as DiscreteDDIMScheduler:
      var sampler = try scheduler.tokenSampler(try #require(run))
      sampler.method.temperature = step?["temperature"]?.number ?? 0
      return try TokenGoldenRun(self, sampler)
    case let scheduler as EntropyBoundScheduler:
      var sampler = try scheduler.tokenSampler(try #require(run))
      sampler.method.bound = step?["entropy_bound"]?.number ?? sampler.method.bound
      return try TokenGoldenRun(self, sampler)
    case let scheduler as BlockRefinementScheduler:
      var sampler = try scheduler.tokenSampler(try #require(run))
      sampler.method.options.apply(step)
      return try TokenGoldenRun(self, sampler)
    default: throw CocoaError(.coderInvalidValue)
    }
  }
}

extension BlockRefinementOptions {
  /// Takes what the steps of a case are given.
  mutating func apply(_ step: JSONValue?) {
    maskToken = step?["mask_token_id"]?.integer
    temperature = step?["temperature"]?.number ?? 0
    (topP, topK) = (step?["top_p"]?.number, step?["top_k"]?.integer)
    sampling = step?["sampling_method"]?.string.flatMap(Sampling.init) ?? .auto
    threshold = step?["threshold"]?.number ?? threshold
    editingThreshold = step?["editing_threshold"]?.number ?? editingThreshold
    promptMask = step?["prompt_mask"]?.array?.map { $0 == true }
  }
}

/// A run of a case, whatever its method.
protocol TokenRunCase {
  var golden: GoldenCase { get }
  var timesteps: [Double] { get }
  var tokens: [[Int]] { get }
  var generator: TorchGenerator { get }
  var output: TokenOutput? { get }
  /// The timesteps of the sampler.
  var ownTimesteps: [Double] { get }
  mutating func step(at t: Double) throws -> TokenOutput
  mutating func correct(after t: Double) throws
  /// The run as it is read back after it was written.
  func rewritten() throws -> Self
}

extension TokenGoldenRun: TokenRunCase {
  var ownTimesteps: [Double] { sampler.timesteps }

  func rewritten() throws -> Self {
    var copy = self
    copy.sampler = try JSONDecoder().decode(TokenSampler<Method>.self, from: JSONEncoder().encode(sampler))
    #expect(copy.sampler == sampler)
    return copy
  }
}
