import DiffusionHub
import Foundation

// # Benchmarks: what `make bench` measures in process
//
//     benchmarks steps                     one step of every scheduler, and a copy of the same bytes
//     benchmarks load CACHE REPO FOLDER    a scheduler from a warm cache, offline
//
// One JSON object a line, times in microseconds. `.ci/bench` runs the same on diffusers in the same minute and prints
// ratios: an absolute time says more about the machine than about us.

@main
struct Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "steps": try steps()
    case "load" where arguments.count == 4: try await load(Array(arguments.dropFirst()))
    default: FileHandle.standardError.write(Data("benchmarks steps | load CACHE REPO FOLDER\n".utf8))
    }
  }

  /// The shapes that are measured: latents of 512 and 1024 pixels, and a batch of the latter.
  static let shapes = [[1, 4, 64, 64], [1, 4, 128, 128], [8, 4, 128, 128]]

  static func report(_ name: String, _ shape: [Int], _ times: Times) {
    print(
      "{\"name\": \"\(name)\", \"shape\": \(shape), \"median\": \(times.median), \"minimum\": \(times.minimum)}")
  }

  // MARK: Steps

  private static func steps() throws {
    for shape in shapes {
      copies(shape)
      for scheduler in SchedulerRegistry.classes { try steps(of: scheduler, shape) }
    }
  }

  /// Reading and writing as many bytes as a step that reads three tensors and writes one.
  private static func copies(_ shape: [Int]) {
    let count = shape.reduce(1, *)
    var generator = TorchGenerator(seed: 0)
    let source = Tensor.randn(shape, using: &generator)
    let target = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { target.deallocate() }
    source.elements.withUnsafeBufferPointer { source in
      // A tensor has at least one element, so it has an address.
      let address = source.baseAddress!
      report("copy", shape, Times { target.update(from: address, count: count) })
    }
  }

  private static func steps(of type: any Scheduler.Type, _ shape: [Int]) throws {
    let scheduler = try type.init(config: type.requirements)
    // Those without such runs have samplers of their own.
    guard let start = try? scheduler.sampler(steps: 50) else { return }
    var generator = TorchGenerator(seed: 0)
    let (output, noise) = (Tensor.randn(shape, using: &generator), Tensor.randn(shape, using: &generator))
    let sample = Tensor.randn(shape, using: &generator)
    var times: [Double] = []
    for _ in 0..<(shape[0] == 1 ? 20 : 6) {
      var (sampler, sample) = (start, sample)
      for (index, timestep) in sampler.timesteps.enumerated() where !sampler.isFinished {
        let began = ContinuousClock.now
        try sampler.advance(&sample, by: output, at: timestep, noise: noise)
        let elapsed = ContinuousClock.now - began
        // The first steps of a run are of lower order, the last one is special.
        if (3..<47).contains(index) { times.append(elapsed / .microseconds(1)) }
      }
    }
    report(type.className, shape, Times(times))
  }

  // MARK: Loading

  private static func load(_ arguments: [String]) async throws {
    let client = HubClient(isOffline: true)
    let options = DownloadOptions(cacheDirectory: arguments[0])
    var times: [Double] = []
    for _ in 0..<200 {
      let began = ContinuousClock.now
      _ = try await EulerDiscreteScheduler.fromPretrained(
        arguments[1], subfolder: arguments[2], options: options, client: client)
      times.append((ContinuousClock.now - began) / .microseconds(1))
    }
    report("fromPretrained", [], Times(times))
  }
}

/// The times of one thing, done many times.
struct Times {
  let median: Double
  let minimum: Double

  init(_ microseconds: [Double]) {
    let sorted = microseconds.sorted()
    (median, minimum) = (sorted[sorted.count / 2], sorted[0])
  }

  /// Measures `body`, fifty times.
  init(_ body: () -> Void) {
    self.init(
      (0..<50).map { _ in
        let began = ContinuousClock.now
        body()
        return (ContinuousClock.now - began) / .microseconds(1)
      })
  }
}
