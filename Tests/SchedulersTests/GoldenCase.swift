import Foundation
import PythonJSON
import Schedulers
import Scheduling
import TestSupport
import Testing

/// A case that `fixtures/generate_schedulers.py` had diffusers run: what went in, and what came out.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let className: String
  let json: JSONValue
  /// Whether the numbers are those of diffusers 0.21.
  var isOld = false

  var id: String { json["id"]?.string ?? "?" }
  var kind: String { json["kind"]?.string ?? "?" }
  var driver: String { json["driver"]?.string ?? "standard" }
  var testDescription: String { id }

  /// The cases of a class, of some kinds.
  static func all(of className: String, kinds: String..., isOld: Bool = false) throws -> [GoldenCase] {
    let folder = isOld ? "schedulers-0.21" : "schedulers"
    let cases = try lines(ofFixture: "\(folder)/\(className).jsonl").map {
      GoldenCase(className: className, json: try JSONValue(parsing: $0), isOld: isOld)
    }
    return cases.filter { kinds.contains($0.kind) }
  }

  /// The scheduler of the case's configuration.
  func scheduler() throws -> any Scheduler {
    let config = SchedulerConfig(className: className, json["config"]?.object ?? [:])
    guard isOld, let type = SchedulerRegistry.scheduler(named: className) else {
      return try AnyScheduler(config: config).base
    }
    return try type.ofDiffusers021(config: config)
  }

  /// Whether every step is given the same noise.
  var givesNoise: Bool { json["step"]?["variance_noise"] == "@noise" || driver == "helios_dmd" }

  /// Whether diffusers can add noise to the level at which a run begins in the middle.
  var addsNoise: Bool { !["IPNDMScheduler", "LTXEulerAncestralRFScheduler", "SCMScheduler"].contains(className) }

  /// What the case passes to `set_timesteps`.
  var run: RunRequest? {
    guard let arguments = json["set_timesteps"]?.object else { return nil }
    let numbers = { (key: String) in arguments[key]?.array?.compactMap(\.number) }
    var run =
      if let sigmas = numbers("sigmas") {
        RunRequest(sigmas: sigmas)
      } else if let timesteps = numbers("timesteps") {
        RunRequest(timesteps: timesteps)
      } else {
        RunRequest(steps: arguments["num_inference_steps"]?.integer ?? 0)
      }
    run.mu = arguments["mu"]?.number
    run.originalSteps = arguments["original_inference_steps"]?.integer
    run.strength = arguments["strength"]?.number ?? 1
    run.jumpLength = arguments["jump_length"]?.integer ?? 10
    run.jumpCount = arguments["jump_n_sample"]?.integer ?? 10
    run.amplifiesFirstChunk = arguments["is_amplify_first_chunk"]?.bool ?? false
    run.stage = arguments["stage_index"]?.integer ?? 0
    run.largestAngle = arguments["max_timesteps"]?.number
    if className == "SCMScheduler", case .steps = run.points {
      // Python's default is an angle, also for runs of other than two steps, which then are refused.
      let middle = arguments["intermediate_timesteps"] ?? 1.3
      run.middleAngle = middle.number.map { .at($0) } ?? .even
    }
    run.startTime = arguments["start_time"]?.number
    run.blockLength = arguments["block_length"]?.integer
    if let temperature = arguments["temperature"] {
      run.temperatures = (temperature.array ?? [temperature]).compactMap(\.number)
    }
    if case .sigmas = run.points { run.timestepsOfSigmas = numbers("timesteps") }
    return run
  }

  /// The run of a case: over its own timesteps, where diffusers is stepped without `set_timesteps`.
  var wholeRun: RunRequest { run ?? RunRequest(timesteps: timesteps() ?? []) }

  /// The extra arguments of the case's steps.
  var options: StepOptions {
    var options = StepOptions()
    for (key, value) in json["step"]?.object ?? [:] {
      switch (key, value.number) {
      case ("eta", let number?): options.eta = number
      case ("order", let number?): options.order = Int(number)
      case ("s_churn", let number?): options.churn = number
      case ("s_tmin", let number?): options.churnMinimum = number
      case ("s_tmax", let number?): options.churnMaximum = number
      case ("s_noise", let number?): options.noiseScale = number
      default: options.usesClippedOutput = value.bool ?? options.usesClippedOutput
      }
    }
    return options
  }

  /// The generator of the case's noise: one, or one for each sample.
  var generator: PerSampleGenerator<TorchGenerator> {
    PerSampleGenerator(seeds: (0..<(shape.first ?? 1)).map { (json["seed"]?.integer ?? 0) + $0 })
  }

  /// Which tokens of a protein are made: all but the last of each sample.
  var emitMask: [[Bool]] { (0..<shape[0]).map { _ in (0..<shape[1]).map { $0 < shape[1] - 1 } } }

  /// The same for every element.
  var emittedElements: [Bool] { emitMask.joined().flatMap { Array(repeating: $0, count: shape[2]) } }

  var shape: [Int] { json["shape"]?.array?.compactMap(\.integer) ?? [] }

  /// A list of floats, as base 64 or as numbers.
  func floats(_ key: String) -> [Float]? {
    switch json[key] {
    case .string(let text): TestSupport.floats(base64: text)
    case .array(let values): values.map { Float(Self.number($0)) }
    default: nil
    }
  }

  /// The timesteps, in the precision that the class keeps them in.
  func timesteps(_ key: String = "timesteps") -> [Double]? {
    let timesteps = json[key]?.array?.map(Self.number)
    // Python counts the second evaluation of an interval with the first.
    if driver == "karras_ve" { return timesteps.map { $0.prefix(1) + $0.dropFirst().flatMap { [$0, $0] } } }
    // These lists have where the run ends, which is no step.
    let hasEnd = className == "LTXEulerAncestralRFScheduler" && timesteps?.count == floats("sigmas")?.count
    if hasEnd || ["wuerstchen", "drop_last"].contains(driver) {
      return timesteps?.dropLast().map { Double(Float($0)) }
    }
    return json["timesteps_dtype"] == "float32" ? timesteps?.map { Double(Float($0)) } : timesteps
  }

  private static func number(_ value: JSONValue) -> Double {
    value.number ?? value.string.flatMap { Double($0) } ?? .nan
  }

  func tolerance(_ key: String) -> Double { json["tolerance"]?[key]?.number ?? 0 }
}

/// The largest difference of two lists in parts of the largest finite magnitude of the second; infinite when they differ
/// in length or in what is not finite.
func deviation(_ actual: [Float], _ expected: [Float], scale: Float = 0) -> Double {
  guard actual.count == expected.count else { return .infinity }
  let largest = expected.filter(\.isFinite).map(abs).max() ?? 1
  let unit = max(largest, scale) > 0 ? Double(max(largest, scale)) : 1
  return zip(actual, expected).reduce(0) { worst, pair in
    if pair.0.isNaN && pair.1.isNaN || pair.0 == pair.1 { return worst }
    let difference = abs(Double(pair.0) - Double(pair.1)) / unit
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}
