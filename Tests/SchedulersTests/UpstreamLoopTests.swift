import PythonJSON
import Schedulers
import TestSupport
import Testing

@testable import Scheduling

/// The full loops of the test suite of diffusers (tests/schedulers of 0.40.0, whose schedulers are those of 0.42.1), with
/// the sums and means that it asserts.
@Suite struct UpstreamLoopTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let json: JSONValue
    var name: String { json["test"]?.string ?? "?" }
    var testDescription: String { name }

    func scheduler() throws -> any Scheduler {
      var config = SchedulerConfig(className: try #require(json["class"]?.string), json["config"]?.object ?? [:])
      if config["lambda_min_clipped"] == "-Infinity" { config["lambda_min_clipped"] = .double(-.infinity) }
      return try AnyScheduler(config: config).base
    }

    func steps(of scheduler: any Scheduler) -> Int {
      json["steps"]?.integer ?? scheduler.config["num_train_timesteps"]?.integer ?? 0
    }
  }

  static func rows() throws -> [Row] {
    try lines(ofFixture: "schedulers/upstream.jsonl").map { Row(json: try JSONValue(parsing: $0)) }
  }

  /// `dummy_sample_deter`, or `dummy_noise_deter`: a ramp whose fastest axis is the batch.
  static func ramp(_ shape: [Int], isNoise: Bool = false) throws -> Tensor {
    let (count, batch) = (shape.reduce(1, *), shape[0])
    let rowLength = count / batch
    let elements = (0..<count).map { i in
      let place = i % rowLength * batch + i / rowLength
      return Float(isNoise ? count - 1 - place : place) / Float(count)
    }
    return try Tensor(elements, shape: shape)
  }

  /// `dummy_model`.
  static func model(_ x: Tensor, _ t: Double) throws -> Tensor {
    try Tensor(x.elements.map { $0 * Float(t) / (Float(t) + 1) }, shape: x.shape)
  }

  static func run(_ row: Row) throws -> Tensor {
    let scheduler = try row.scheduler()
    if row.json["driver"] == "batch" { return try batchStep(scheduler, row) }
    var run = try LoopRun(row, scheduler)
    if let scheduler = scheduler as? DPMSolverSDEScheduler {
      var motion = try scheduler.noise(for: run.sampler)
      try run.finish(using: &motion)
    } else {
      var generator = TorchGenerator(seed: 0)
      try run.finish(using: &generator)
    }
    return run.x
  }

  /// One step for three samples at once, each of them a batch, from the first three timesteps of the training.
  private static func batchStep(_ scheduler: any Scheduler, _ row: Row) throws -> Tensor {
    let parallel = try #require(scheduler as? any ParallelScheduler)
    let x = try ramp([4, 3, 8, 8])
    let samples: [Tensor] = try [0, 0.1, -0.1].flatMap { (shift: Float) in
      let shifted = try Tensor(x.elements.map { $0 + shift }, shape: x.shape)
      return (0..<x.rowCount).map { shifted.row($0) }
    }
    let timesteps = samples.indices.map { Double($0 / x.rowCount) }
    let outputs = try zip(samples, timesteps).map(model)
    return try parallel.batchStep(
      Tensor.stack(outputs), timesteps, Tensor.stack(samples), steps: row.steps(of: scheduler))
  }

  @Test func `the loops of diffusers' own tests have its sums and means`() throws {
    let rows = try Self.rows()
    #expect(rows.count == 116)
    for row in rows {
      let magnitudes = try Self.run(row).elements.map { Double(abs($0)) }
      let sum = magnitudes.reduce(0, +)
      if let expected = row.json["sum"]?.number, let tolerance = row.json["sum_tolerance"]?.number {
        #expect(abs(sum - expected) < tolerance, "\(row.name)")
      }
      if let expected = row.json["mean"]?.number, let tolerance = row.json["mean_tolerance"]?.number {
        #expect(abs(sum / Double(magnitudes.count) - expected) < tolerance, "\(row.name)")
      }
    }
  }
}

/// One loop of these.
private struct LoopRun {
  let scheduler: any Scheduler
  let driver: String
  var sampler: Sampler
  var x: Tensor
  let first: Int

  init(_ row: UpstreamLoopTests.Row, _ scheduler: any Scheduler) throws {
    (self.scheduler, driver) = (scheduler, row.json["driver"]?.string ?? "standard")
    let timesteps = row.json["timesteps"]?.array?.compactMap(\.number)
    sampler = try scheduler.sampler(
      timesteps.map(RunRequest.init(timesteps:)) ?? RunRequest(steps: row.steps(of: scheduler)))
    sampler.options.eta = row.json["eta"]?.number
    let shape = row.json["shape"]?.array?.compactMap(\.integer) ?? [4, 3, 8, 8]
    x = try UpstreamLoopTests.ramp(shape)
    if ["standard", "pipeline"].contains(driver) { x = x * sampler.initNoiseSigma }
    first = driver == "sde_ve" ? 0 : sampler.timesteps.count - (row.json["calls"]?.integer ?? 0)
    if first > 0 { try sampler.begin(at: first) }
    guard row.json["noised"] == true else { return }
    x = try sampler.addNoise(x, UpstreamLoopTests.ramp(shape, isNoise: true), [sampler.timesteps[first]])
  }

  mutating func finish(using generator: inout some NoiseGenerator) throws {
    if driver == "sde_ve" { return try finishWithCorrector(using: &generator) }
    if driver == "twice" {
      try finishOnce(using: &generator)
      // The scheduler's second run sees the predictions of its first.
      sampler.position = 0
    }
    try finishOnce(using: &generator)
  }

  private mutating func finishOnce(using generator: inout some NoiseGenerator) throws {
    for t in sampler.timesteps[first...] {
      let seen = driver == "unscaled" ? x : sampler.scaleModelInput(x, t)
      // Most of these loops step the scaled sample, which a pipeline would not.
      if driver == "standard" { x = seen }
      x = try sampler.step(UpstreamLoopTests.model(seen, t), t, x, using: &generator).prevSample
    }
  }

  private mutating func finishWithCorrector(using generator: inout some NoiseGenerator) throws {
    let scheduler = try #require(scheduler as? ScoreSdeVeScheduler)
    // The loop sets sigmas before it sets timesteps: the model is given those of a run over the whole training.
    let steps = try #require(scheduler.config["num_train_timesteps"]?.integer)
    let sigmas = try scheduler.sampler(steps: steps).plan.sigmas.map(Double.init)
    for (t, sigma) in zip(sampler.timesteps, sigmas) {
      for _ in 0..<scheduler.correctorSteps {
        let score = try UpstreamLoopTests.model(x, sigma)
        x = try scheduler.corrected(x, by: score, noise: generator.randn(x.shape))
      }
      x = try sampler.step(UpstreamLoopTests.model(x, sigma), t, x, using: &generator).prevSample
    }
  }
}
