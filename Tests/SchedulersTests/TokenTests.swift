import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

/// Runs of tokens against those of diffusers.
@Suite struct TokenTests {
  static let classNames = [
    "AmusedScheduler", "BlockRefinementScheduler", "DiscreteDDIMScheduler", "EntropyBoundScheduler",
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
    try Self.small(BlockRefinementScheduler().tokenSampler(run))
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

  @Test func `options of block refinement that are none are refused`() throws {
    let (tokens, output) = ([[0, 1, 2, 0], [2, 1, 0, 1]], try Formula.sample([2, 4, 3]))
    let fresh = try BlockRefinementScheduler().tokenSampler(RunRequest(steps: 3))
    let wrong: [(inout BlockRefinementOptions) -> Void] = [
      { $0.temperature = -1 }, { $0.temperature = .nan }, { $0.topP = 0 }, { $0.promptMask = [true] },
    ]
    for change in wrong {
      var (run, generator) = (fresh, TorchGenerator(seed: 0))
      change(&run.method.options)
      #expect(throws: SchedulerError.self) { try run.step(output, 2, tokens, using: &generator) }
      #expect(generator == TorchGenerator(seed: 0) && run.position == 0)
    }
    var request = RunRequest(steps: 3)
    request.blockLength = 0
    #expect(throws: SchedulerError.self) { try BlockRefinementScheduler().tokenSampler(request) }
  }

  @Test func `blocks are masked as diffusers masks them`() throws {
    for golden in try GoldenCase.all(of: "BlockRefinementScheduler", kinds: "token_noise") {
      let arguments = golden.json["arguments"]
      let length = { (key: String) in arguments?[key]?.integer ?? 0 }
      let isValid = (golden.json["attention_mask"]?.array ?? []).map { ($0.array ?? []).map { $0 == 1 } }
      var generator = golden.generator.generators[0]
      let (masked, maskedElse) = try BlockRefinementScheduler().addNoise(
        golden.ramp, isValid: isValid, promptLength: length("prompt_length"), blockLength: length("block_length"),
        maskToken: length("mask_token_id"), using: &generator)
      let rows = try #require(Self.rows("tokens", of: golden))
      #expect(Array(masked.joined()) == rows[0] && Array(maskedElse.joined()) == rows[1], "\(golden.id)")
    }
    var generator = TorchGenerator(seed: 0)
    for (valid, block) in [([[true]], 4), ([[true, true]], 0)] {
      #expect(throws: SchedulerError.self) {
        try BlockRefinementScheduler().addNoise(
          [[1, 2]], isValid: valid, promptLength: 0, blockLength: block, maskToken: 9, using: &generator)
      }
    }
  }

  /// The logits of a model that is sure of the tokens, and of one that knows nothing.
  private static func models(_ tokens: [[Int]], classes: Int) throws -> (sure: Tensor, ignorant: Tensor) {
    let (shape, flat) = ([tokens.count, tokens[0].count, classes], Array(tokens.joined()))
    return (
      try Formula.tensor(shape) { $0 % classes == flat[$0 / classes] ? 50 : 0 }, try Formula.tensor(shape) { _ in 0 }
    )
  }

  @Test func `every method ends with the tokens of a model that is sure`() throws {
    let clean = [[3, 1, 4, 1, 5, 2, 6, 5], [2, 7, 1, 0, 2, 7, 1, 0]]
    let sure = try Self.models(clean, classes: 8).sure
    func expectClean<Method: TokenMethod>(_ sampler: TokenSampler<Method>, from token: Int) throws {
      var (run, tokens, generator) = (sampler, clean.map { $0.map { _ in token } }, TorchGenerator(seed: 1))
      for t in sampler.timesteps { tokens = try run.step(sure, t, tokens, using: &generator).prevSample }
      #expect(tokens == clean)
    }
    let run = RunRequest(steps: 6)
    try expectClean(AmusedScheduler(config: ["mask_token_id": 8]).tokenSampler(run), from: 8)
    try expectClean(DiscreteDDIMScheduler().tokenSampler(run), from: 0)
    try expectClean(EntropyBoundScheduler().tokenSampler(run), from: 0)
    var block = try BlockRefinementScheduler(config: ["block_length": 8]).tokenSampler(run)
    block.method.options.maskToken = 8
    try expectClean(block, from: 8)
  }

  @Test func `as many tokens are taken over as the methods say`() throws {
    let tokens = [Array(repeating: 16, count: 40)]
    let ignorant = try Self.models(tokens, classes: 16).ignorant
    var generator = TorchGenerator(seed: 1)
    // The entropy of each token is log 16: a bound of ten of them lets eleven pass.
    let tight = try EntropyBoundScheduler(config: ["entropy_bound": .double(10.01 * log(16))])
    var bounded = try tight.tokenSampler(RunRequest(steps: 4))
    let zeros = [Array(repeating: 0, count: 40)]
    #expect(try bounded.step(ignorant, 0, zeros, using: &generator).isAccepted[0].count { $0 } == 11)
    // A quarter after another of the masks goes.
    var masked = try AmusedScheduler(config: ["mask_token_id": 16, "masking_schedule": "linear"])
      .tokenSampler(RunRequest(steps: 4))
    var current = tokens
    for (t, left) in zip(masked.timesteps, [30, 20, 10, 0]) {
      current = try masked.step(ignorant, t, current, using: &generator).prevSample
      #expect(current[0].count { $0 == 16 } == left)
    }
  }

  @Test func `a block goes on and samples end as in diffusers`() throws {
    let golden = try #require(try GoldenCase.all(of: "BlockRefinementScheduler", kinds: "block_loop").first)
    let sampler = try BlockRefinementScheduler().tokenSampler(try #require(golden.run))
    var answers: [Bool] = []
    for call in golden.json["continues"]?.array ?? [] {
      let call = try #require(call.array)
      let output = TokenOutput(
        prevSample: [], sampledTokens: [], sampledProbabilities: [], isAccepted: [], isEdited: [[call[3] == true]])
      answers.append(
        sampler.continues(
          after: try #require(call[0].integer), hadMasks: call[1] == true, edits: call[2] == true, output,
          editingSteps: try #require(call[4].integer), atMost: try #require(call[5].integer),
          hasEnded: try #require(call[6].array).map { $0 == true }))
    }
    for call in golden.json["ends"]?.array ?? [] {
      let rows = (0..<3).map { call.array?[$0].array ?? [] }
      answers.append(
        BlockRefinementScheduler.hasEnded(
          rows[0].compactMap(\.integer), drawn: rows[1].compactMap(\.integer), isChanged: rows[2].map { $0 == true },
          end: 9, maskToken: 8, promptLength: try #require(call.array?[3].integer)))
    }
    #expect(answers.map { $0 ? 1 : 0 } == golden.json["answers"]?.array?.compactMap(\.integer))
  }

  @Test func `masks are added as diffusers adds them`() throws {
    for golden in try GoldenCase.all(of: "AmusedScheduler", kinds: "token_noise") {
      let scheduler = try #require(try golden.scheduler() as? AmusedScheduler)
      let sampler = try scheduler.tokenSampler(try #require(golden.run))
      var generator = golden.generator.generators[0]
      for (t, row) in zip(sampler.timesteps, try #require(Self.rows("tokens", of: golden))) {
        let noised = try sampler.addNoise(golden.ramp, t, using: &generator)
        #expect(Array(noised.joined()) == row, "\(golden.id) at \(t)")
      }
    }
  }
}
