import Foundation
import Schedulers
import Scheduling
import Testing

/// A run's state is in its sampler, all of it, and nowhere else.
@Suite struct RunStateTests {
  static let classNames = SchedulerRegistry.classes.map { $0.className }

  /// Some runs of a class, those with noise among them.
  static func runs(of className: String) throws -> [GoldenRun] {
    let cases = try GoldenCase.all(of: className, kinds: "loop").filter { $0.json["expect_error"] == nil }
    let noisy = cases.filter { $0.json["seed"] != nil && $0.json["gens"] == nil }
    return try (cases.prefix(3) + noisy.prefix(3)).map(GoldenRun.init)
  }

  @Test(arguments: classNames)
  func `a run that was written in the middle goes on in the same bits`(className: String) throws {
    for var run in try Self.runs(of: className) {
      var generator = run.golden.generator.generators[0]
      for _ in 0..<run.sampler.timesteps.count / 2 { try run.step(using: &generator) }
      var copy = run
      copy.sampler = try JSONDecoder().decode(Sampler.self, from: JSONEncoder().encode(run.sampler))
      copy.sample = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(run.sample))
      var copiedGenerator = try JSONDecoder().decode(TorchGenerator.self, from: JSONEncoder().encode(generator))
      try run.finish(using: &generator)
      try copy.finish(using: &copiedGenerator)
      #expect(copy.sample.elements.map(\.bitPattern) == run.sample.elements.map(\.bitPattern), "\(run.golden.id)")
    }
  }

  @Test(arguments: classNames)
  func `two runs step by step in turn do not disturb each other`(className: String) throws {
    for alone in try Self.runs(of: className) {
      var (alone, first, second) = (alone, alone, alone)
      var generators = (0..<3).map { _ in alone.golden.generator.generators[0] }
      try alone.finish(using: &generators[0])
      second.sample = second.sample * 2
      while !first.sampler.isFinished {
        try first.step(using: &generators[1])
        try second.step(using: &generators[2])
      }
      #expect(first.sample.elements.map(\.bitPattern) == alone.sample.elements.map(\.bitPattern), "\(alone.golden.id)")
    }
  }

  @Test(arguments: classNames)
  func `a step out of turn is refused and changes nothing`(className: String) throws {
    // A class with a sampler of its own is tested with that.
    guard var run = try Self.runs(of: className).first else { return }
    var generator = TorchGenerator(seed: 0)
    if run.sampler.timesteps.count > 1 { try run.step(using: &generator) }
    let position = run.sampler.position
    let error = #expect(throws: SchedulerError.self) {
      try run.sampler.step(run.sample, 1e6, run.sample, using: &generator)
    }
    #expect(error?.code == .order)
    #expect(run.sampler.position == position)
    try run.finish(using: &generator)
    let after = #expect(throws: SchedulerError.self) {
      try run.sampler.step(run.sample, 0, run.sample, using: &generator)
    }
    #expect(after?.code == .order)
  }

  static let requests: [(RunRequest, SchedulerError.Code)] = [
    (RunRequest(steps: 0), .argument), (RunRequest(steps: -1), .argument), (RunRequest(steps: .min), .argument),
    (RunRequest(steps: .max), .limit), (RunRequest(timesteps: []), .argument),
    (RunRequest(timesteps: [1, 2]), .argument), (RunRequest(timesteps: [500, 500]), .argument),
    (RunRequest(timesteps: [1e9, 5]), .argument), (RunRequest(timesteps: [.nan]), .argument),
    (RunRequest(timesteps: [5, -1]), .argument), (RunRequest(sigmas: [1]), .argument),
    (RunRequest(sigmas: [.infinity, 0]), .argument), (RunRequest(sigmas: [0, 1]), .argument),
    (RunRequest(sigmas: [1, -1]), .argument), (RunRequest(sigmas: [.nan, 0]), .argument),
  ]

  @Test(arguments: classNames, requests)
  func `a run that cannot be is refused`(className: String, row: (request: RunRequest, code: SchedulerError.Code))
    throws
  {
    // Flow matching ends at 0 by itself, so that a single sigma is a run.
    if row.request == RunRequest(sigmas: [1]), className.hasPrefix("FlowM") { return }
    let type = try #require(SchedulerRegistry.scheduler(named: className))
    let scheduler = try type.init(config: type.requirements)
    let error = #expect(throws: SchedulerError.self) { try scheduler.sampler(row.request) }
    #expect(error?.code == row.code)
  }

  @Test(arguments: classNames)
  func `a shift is refused where the configuration has none`(className: String) throws {
    let type = try #require(SchedulerRegistry.scheduler(named: className))
    let scheduler = try type.init(config: type.requirements)
    var request = RunRequest(steps: 5)
    request.mu = 0.5
    let error = #expect(throws: SchedulerError.self) { try scheduler.sampler(request) }
    #expect(error?.code == .argument)
  }
}
