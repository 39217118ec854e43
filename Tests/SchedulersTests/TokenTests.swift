import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

/// A run of tokens of any class, that a model gives logits for.
private struct TokenGoldenRun<Method: TokenMethod> {
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
  fileprivate var vocabulary: Int { json["vocab"]?.integer ?? 0 }

  fileprivate func firstTokens() throws -> [[Int]] {
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
  fileprivate func logits(of tokens: [[Int]], at t: Double) throws -> Tensor {
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

  fileprivate func samplers() throws -> any TokenRunCase {
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
    default: throw CocoaError(.coderInvalidValue)
    }
  }
}

/// A run of a case, whatever its method.
private protocol TokenRunCase {
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

@Suite struct TokenTests {
  static let classNames = [
    "AmusedScheduler", "DiscreteDDIMScheduler", "EntropyBoundScheduler",
  ]

  /// The rows of a result of a case, one for each step.
  private static func rows(_ key: String, of golden: GoldenCase) -> [[Int]]? {
    golden.json[key]?.array?.map { ($0.array ?? []).compactMap(\.integer) }
  }

  @Test(arguments: classNames) func `every step draws the tokens that diffusers draws`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "sequence") {
      var run = try golden.samplers()
      #expect(run.ownTimesteps == golden.timesteps(), "\(golden.id)")
      let expected = try #require(Self.rows("tokens", of: golden))
      for (index, t) in run.timesteps.enumerated() {
        let output = try run.step(at: t)
        for (key, flags) in [("accepted", output.isAccepted), ("edited", output.isEdited)] {
          guard let rows = Self.rows(key, of: golden) else { continue }
          #expect(flags.joined().map { $0 ? 1 : 0 } == rows[index], "\(golden.id): \(key) at \(t)")
        }
        if let sampled = Self.rows("sampled", of: golden) {
          #expect(Array(output.sampledTokens.joined()) == sampled[index], "\(golden.id): sampled at \(t)")
        }
        try run.correct(after: t)
        #expect(Array(run.tokens.joined()) == expected[index], "\(golden.id): tokens after \(t)")
      }
      if let probabilities = golden.floats("last_probabilities") {
        let last = try #require(run.output?.sampledProbabilities.joined())
        #expect(zip(last, probabilities).allSatisfy { abs($0 - $1) < 1e-6 }, "\(golden.id): probabilities")
      }
    }
  }

  @Test(arguments: classNames)
  func `a run that was written in the middle goes on with the same tokens`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "sequence").prefix(6) {
      var run = try golden.samplers()
      let timesteps = run.timesteps
      for t in timesteps.prefix(timesteps.count / 2) { _ = try run.step(at: t) }
      try Self.expectSame(run, try run.rewritten(), timesteps.dropFirst(timesteps.count / 2))
    }
  }

  private static func expectSame<Run: TokenRunCase>(
    _ run: Run, _ copy: any TokenRunCase, _ timesteps: ArraySlice<Double>
  ) throws {
    var (run, copy) = (run, copy)
    for t in timesteps { #expect(try run.step(at: t) == copy.step(at: t)) }
    #expect(run.generator == copy.generator)
  }

  /// A run of three steps with two samples of four tokens of three classes.
  private static func small<Method: TokenMethod>(_ sampler: TokenSampler<Method>) throws {
    let (tokens, output) = ([[0, 1, 2, 0], [2, 1, 0, 1]], try Formula.sample([2, 4, 3]))
    let t = sampler.timesteps[0]
    var infinite = output.elements
    infinite[4] = .infinity
    let wrong: [(SchedulerError.Code, Tensor, Double, [[Int]])] = [
      (.shape, try Formula.sample([2, 3, 4]), t, tokens), (.shape, output, t, [[0, 1, 2, 0]]),
      (.shape, output, t, [[0, 1, 2, 0], [2, 1, 0]]), (.shape, output, t, []),
      (.shape, try Formula.sample([24]), t, tokens),
      (.argument, output, t, [[0, 1, 2, 0], [2, 1, 0, 3]]), (.argument, output, t, [[0, 1, -1, 0], [2, 1, 0, 1]]),
      (.argument, try Tensor(repeating: .nan, shape: [2, 4, 3]), t, tokens),
      (.argument, try Tensor(repeating: -.infinity, shape: [2, 4, 3]), t, tokens),
      (.argument, try Tensor(infinite, shape: [2, 4, 3]), t, tokens),
      (Method.hasFreeOrder ? .argument : .order, output, t + 0.5, tokens),
    ]
    for (code, output, timestep, tokens) in wrong {
      var (run, generator) = (sampler, TorchGenerator(seed: 0))
      let error = #expect(throws: SchedulerError.self) {
        try run.step(output, timestep, tokens, using: &generator)
      }
      #expect(error?.code == code)
      #expect(run == sampler && generator == TorchGenerator(seed: 0))
    }
    var (run, generator) = (sampler, TorchGenerator(seed: 0))
    for t in sampler.timesteps { _ = try run.step(output, t, tokens, using: &generator) }
    #expect(run.isFinished)
    #expect(#expect(throws: SchedulerError.self) { try run.begin(at: 0) }?.code == .order)
    guard !Method.hasFreeOrder else { return }
    let after = #expect(throws: SchedulerError.self) { try run.step(output, 0, tokens, using: &generator) }
    #expect(after?.code == .order)
  }

  @Test func `what does not fit is refused and changes nothing`() throws {
    let run = RunRequest(steps: 3)
    try Self.small(AmusedScheduler(config: ["mask_token_id": 7]).tokenSampler(run))
    try Self.small(DiscreteDDIMScheduler().tokenSampler(run))
    try Self.small(EntropyBoundScheduler().tokenSampler(run))
  }

  @Test func `what a method is asked for is checked before anything is drawn`() throws {
    let (tokens, output) = ([[0, 1, 2, 0], [2, 1, 0, 1]], try Formula.sample([2, 4, 3]))
    var generator = TorchGenerator(seed: 0)
    var discrete = try DiscreteDDIMScheduler().tokenSampler(RunRequest(steps: 3))
    #expect(throws: SchedulerError.self) { try discrete.correct(output, tokens, using: &generator) }
    discrete.method.temperature = -1
    #expect(throws: SchedulerError.self) { try discrete.step(output, 0, tokens, using: &generator) }
    var amused = try AmusedScheduler(config: ["mask_token_id": 7]).tokenSampler(RunRequest(steps: 3))
    #expect(throws: SchedulerError.self) {
      try amused.step(Formula.sample([2, 1, 3]), 2, [[7], [7]], using: &generator)
    }
    #expect(throws: SchedulerError.self) { try amused.addNoise(tokens, 3, using: &generator) }
    amused.method.startingMaskRatio = .nan
    #expect(throws: SchedulerError.self) { try amused.step(output, 2, tokens, using: &generator) }
    var bounded = try EntropyBoundScheduler(config: ["t_max": 0, "t_min": 0]).tokenSampler(RunRequest(steps: 3))
    #expect(throws: SchedulerError.self) { try bounded.step(output, 0, tokens, using: &generator) }
    #expect(generator == TorchGenerator(seed: 0))
    var request = RunRequest(steps: 3)
    for temperatures in [[], [1, 2, 3], [.nan]] as [[Double]] {
      request.temperatures = temperatures
      #expect(throws: SchedulerError.self) {
        try AmusedScheduler(config: ["mask_token_id": 7]).tokenSampler(request)
      }
    }
  }

  @Test func `masks are added as diffusers adds them`() throws {
    for golden in try GoldenCase.all(of: "AmusedScheduler", kinds: "token_noise") {
      let scheduler = try #require(try golden.scheduler() as? AmusedScheduler)
      let sampler = try scheduler.tokenSampler(try #require(golden.run))
      var generator = golden.generator.generators[0]
      let tokens = (0..<golden.shape[0]).map { row in
        (0..<golden.shape[1]).map { (row * golden.shape[1] + $0) % golden.vocabulary }
      }
      for (t, row) in zip(sampler.timesteps, try #require(Self.rows("tokens", of: golden))) {
        let noised = try sampler.addNoise(tokens, t, using: &generator)
        #expect(Array(noised.joined()) == row, "\(golden.id) at \(t)")
      }
    }
  }
}
