import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

@Suite struct VQDiffusionTests {
  /// A run of a case, with the tokens that it is at.
  struct Run {
    let classes: Int
    var sampler: CategoricalSampler
    var tokens: [[Int]]
    var generator: TorchGenerator

    init(_ golden: GoldenCase) throws {
      let scheduler = try #require(try golden.scheduler() as? VQDiffusionScheduler)
      sampler = try scheduler.tokenSampler(try #require(golden.run))
      let (classes, length) = (sampler.transitions.classCount, golden.shape[1])
      let isMasked = golden.json["init"] == "mask"
      tokens = (0..<golden.shape[0]).map { row in
        (0..<length).map { isMasked ? classes - 1 : (5 * (row * length + $0) + 1) % classes }
      }
      self.classes = classes
      generator = golden.generator.generators[0]
    }

    mutating func step() throws {
      let t = sampler.timesteps[sampler.position]
      let output = try VQDiffusionTests.model(tokens, t, classes: classes)
      tokens = try sampler.step(output, t, tokens, using: &generator)
    }
  }

  /// A model of the logarithms of the probabilities of clean tokens.
  static func model(_ tokens: [[Int]], _ t: Double, classes: Int) throws -> Tensor {
    let length = tokens[0].count
    var elements: [Float] = []
    for row in tokens {
      let logits = (0..<classes - 1).map { k in
        row.indices.map { l in
          1.5 * sin(0.7 * Double(k) + 0.3 * Double(l) + 0.05 * t + 0.2 * Double(row[l]))
        }
      }
      let sums = (0..<length).map { l in log(logits.reduce(0) { $0 + exp($1[l]) }) }
      for k in logits.indices { elements += (0..<length).map { Float(logits[k][$0] - sums[$0]) } }
    }
    return try Tensor(elements, shape: [tokens.count, classes - 1, length])
  }

  static func cases() throws -> [GoldenCase] { try GoldenCase.all(of: "VQDiffusionScheduler", kinds: "categorical") }

  @Test func `every step draws the tokens that diffusers draws`() throws {
    let cases = try Self.cases()
    #expect(cases.count == 5)
    for golden in cases {
      var run = try Run(golden)
      #expect(run.sampler.timesteps == golden.timesteps(), "\(golden.id)")
      for expected in try #require(golden.json["tokens"]?.array) {
        try run.step()
        #expect(Array(run.tokens.joined()) == expected.array?.compactMap(\.integer), "\(golden.id)")
      }
      #expect(run.sampler.isFinished)
    }
  }

  @Test func `a run that was written in the middle goes on with the same tokens`() throws {
    var run = try Run(try #require(try Self.cases().first))
    for _ in 0..<run.sampler.timesteps.count / 2 { try run.step() }
    var copy = run
    copy.sampler = try JSONDecoder().decode(CategoricalSampler.self, from: JSONEncoder().encode(run.sampler))
    #expect(copy.sampler == run.sampler)
    while !run.sampler.isFinished { try run.step() }
    while !copy.sampler.isFinished { try copy.step() }
    #expect(copy.tokens == run.tokens)
  }

  @Test(arguments: ["-1", "1000000"]) func `a position that the run does not have is refused`(position: String) throws {
    let run = try Run(try #require(try Self.cases().first))
    let text = String(decoding: try JSONEncoder().encode(run.sampler), as: UTF8.self)
    let damaged = text.replacing("\"position\":0", with: "\"position\":\(position)")
    #expect(damaged != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(CategoricalSampler.self, from: Data(damaged.utf8))
    }
  }

  @Test func `what does not fit is refused and changes nothing`() throws {
    let fresh = try Run(try #require(try Self.cases().first))
    let (tokens, output) = (fresh.tokens, try Self.model(fresh.tokens, 99, classes: 9))
    let noNumber = try Tensor(repeating: .nan, shape: output.shape)
    let wrong: [(SchedulerError.Code, Tensor, Double, [[Int]])] = [
      (.order, output, 98, tokens), (.shape, output, 99, [[1, 2]]), (.shape, output, 99, []),
      (.shape, try Tensor(repeating: 0, shape: [1, 9, 12]), 99, tokens),
      (.argument, output, 99, [Array(repeating: 9, count: 12)]),
      (.argument, output, 99, [Array(repeating: -1, count: 12)]), (.argument, noNumber, 99, tokens),
    ]
    for (code, output, timestep, tokens) in wrong {
      var run = fresh
      let error = #expect(throws: SchedulerError.self) {
        try run.sampler.step(output, timestep, tokens, using: &run.generator)
      }
      #expect(error?.code == code)
      #expect(run.sampler == fresh.sampler && run.generator == fresh.generator)
    }
    var run = fresh
    while !run.sampler.isFinished { try run.step() }
    let after = #expect(throws: SchedulerError.self) {
      try run.sampler.step(output, 0, tokens, using: &run.generator)
    }
    #expect(after?.code == .order)
  }

  static let impossible: [SchedulerConfig] = [
    ["num_vec_classes": 1], ["num_vec_classes": 9, "num_train_timesteps": 1],
    ["num_vec_classes": 9, "alpha_cum_start": 0.5, "alpha_cum_end": 0.6],
    ["num_vec_classes": 9, "gamma_cum_start": 0.5], ["num_vec_classes": 9, "gamma_cum_start": 0.9],
  ]

  @Test(arguments: impossible) func `a training that cannot be is refused`(config: SchedulerConfig) {
    #expect(#expect(throws: SchedulerError.self) { try VQDiffusionScheduler(config: config) }?.code == .configuration)
  }

  @Test func `tokens that are kept or masked, and never exchanged, are a training`() throws {
    let config: SchedulerConfig = [
      "num_vec_classes": 9, "alpha_cum_start": 0.9, "alpha_cum_end": 0.1, "gamma_cum_start": 0.1, "gamma_cum_end": 0.9,
    ]
    var run = try VQDiffusionScheduler(config: config).tokenSampler(RunRequest(steps: 100))
    var (tokens, generator) = ([Array(repeating: run.transitions.mask, count: 12)], TorchGenerator(seed: 0))
    for t in run.timesteps {
      tokens = try run.step(Self.model(tokens, t, classes: 9), t, tokens, using: &generator)
    }
    #expect(run.isFinished && tokens[0].allSatisfy { (0..<run.transitions.mask).contains($0) })
  }

  @Test func `a run is of tokens, and not longer than the training`() throws {
    let scheduler = try VQDiffusionScheduler(config: ["num_vec_classes": 9])
    #expect(throws: SchedulerError.self) { try scheduler.sampler(steps: 10) }
    #expect(throws: SchedulerError.self) { try scheduler.tokenSampler(RunRequest(steps: 101)) }
    #expect(try scheduler.tokenSampler(RunRequest(steps: 100)).transitions.mask == 8)
  }
}
