import CAllocations
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

  static func report(_ name: String, _ shape: [Int], _ times: Times, _ more: String = "") {
    print(
      "{\"name\": \"\(name)\", \"shape\": \(shape), \"median\": \(times.median), \"minimum\": \(times.minimum)\(more)}")
  }

  // MARK: Steps

  private static func steps() throws {
    for shape in shapes {
      for scheduler in SchedulerRegistry.classes {
        copies(shape)
        try steps(of: scheduler, shape)
      }
    }
  }

  /// Copying as many bytes as two tensors have: what a step that reads two and writes one moves, times 4/3. Again before
  /// every class, so that both are of the same moment.
  private static func copies(_ shape: [Int]) {
    let count = 2 * shape.reduce(1, *)
    let (source, target) = (
      UnsafeMutablePointer<Float>.allocate(capacity: count), UnsafeMutablePointer<Float>.allocate(capacity: count)
    )
    defer {
      source.deallocate()
      target.deallocate()
    }
    source.initialize(repeating: 1, count: count)
    target.initialize(repeating: 0, count: count)
    report("copy", shape, Times { target.update(from: source, count: count) })
    precondition(target[count - 1] == 1)
  }

  private static func steps(of type: any Scheduler.Type, _ shape: [Int]) throws {
    let scheduler = try type.init(config: type.requirements)
    // Those without such runs have samplers of their own.
    guard let start = try? scheduler.sampler(steps: 50) else { return }
    var generator = TorchGenerator(seed: 0)
    let (output, noise) = (Tensor.randn(shape, using: &generator), Tensor.randn(shape, using: &generator))
    let first = Tensor.randn(shape, using: &generator)
    var (times, best): ([Double], [Int: Double]) = ([], [:])
    var (allocations, moved): ([Int], [Int]) = ([], [])
    for _ in 0..<(shape[0] == 1 ? 20 : 10) {
      var (sampler, sample) = (start, first)
      for (index, timestep) in start.timesteps.enumerated() where !sampler.isFinished {
        let tensors = try sampler.tensorsMoved(at: timestep)
        let counted = callocations_count()
        let began = ContinuousClock.now
        try sampler.advance(&sample, by: output, at: timestep, noise: noise)
        let elapsed = ContinuousClock.now - began
        let allocated = callocations_count() - counted
        // The first steps of a run are of lower order, the last one is special.
        guard (3..<47).contains(index) else { continue }
        let time = elapsed / .microseconds(1)
        times.append(time)
        best[index] = min(best[index] ?? time, time)
        allocations.append(allocated)
        moved.append(tensors)
      }
    }
    let tensors = Double(moved.reduce(0, +)) / Double(moved.count)
    report(
      type.className, shape, Times(times),
      """
      , "mean": \(best.values.reduce(0, +) / Double(best.count)), "tensors": \(tensors), "linear": \(start.refinement == .none), \
      "allocations": \(allocations.sorted()[allocations.count / 2])
      """)
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
