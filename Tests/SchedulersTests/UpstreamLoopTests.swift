import PythonJSON
import Schedulers
import Scheduling
import TestSupport
import Testing

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
    let steps = row.json["steps"]?.integer ?? scheduler.config["num_train_timesteps"]?.integer ?? 0
    var sampler = try scheduler.sampler(steps: steps)
    let shape = row.json["shape"]?.array?.compactMap(\.integer) ?? [4, 3, 8, 8]
    var x = try Self.ramp(shape) * sampler.initNoiseSigma
    let first = sampler.timesteps.count - (row.json["calls"]?.integer ?? 0)
    if first > 0 { try sampler.begin(at: first) }
    if row.json["noised"] == true {
      x = try sampler.addNoise(x, Self.ramp(shape, isNoise: true), [sampler.timesteps[first]])
    }
    var generator = TorchGenerator(seed: 0)
    for t in sampler.timesteps[first...] {
      // These loops step the scaled sample, which a pipeline would not.
      x = sampler.scaleModelInput(x, t)
      let output = try Self.model(x, t)
      x = try sampler.step(output, t, x, using: &generator).prevSample
    }
    return x
  }

  @Test func `the loops of diffusers' own tests have its sums and means`() throws {
    let rows = try Self.rows()
    #expect(rows.count > 60)
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
