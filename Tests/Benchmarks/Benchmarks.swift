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

  /// Every class at every shape, three times over: what else a machine does comes and goes within seconds, and the best of a
  /// step should be of a moment without.
  private static func steps() throws {
    var measured: [[StepTimes?]] = shapes.map { _ in SchedulerRegistry.classes.map { _ in nil } }
    for _ in 0..<3 {
      for (row, shape) in shapes.enumerated() {
        for (column, scheduler) in SchedulerRegistry.classes.enumerated() {
          copies(shape)
          var times = measured[row][column] ?? StepTimes()
          guard try steps(of: scheduler, shape, &times) else { continue }
          measured[row][column] = times
        }
      }
    }
    for (shape, row) in zip(shapes, measured) {
      for (scheduler, times) in zip(SchedulerRegistry.classes, row) {
        if let times { report(scheduler.className, shape, Times(times.all), times.figures) }
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

  /// Runs of 50 steps in place.
  ///
  /// - Returns: Whether the class makes such runs; others have samplers of their own.
  private static func steps(of type: any Scheduler.Type, _ shape: [Int], _ times: inout StepTimes) throws -> Bool {
    guard let start = try? type.init(config: type.requirements).sampler(steps: 50) else { return false }
    times.isLinear = start.refinement == .none
    var generator = TorchGenerator(seed: 0)
    let (output, noise) = (Tensor.randn(shape, using: &generator), Tensor.randn(shape, using: &generator))
    let first = Tensor.randn(shape, using: &generator)
    for _ in 0..<max(5, 1_000_000 / first.count) {
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
        times.add(elapsed / .microseconds(1), at: index, moving: tensors, allocating: allocated)
      }
    }
    return true
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

/// The times of the steps of runs.
struct StepTimes {
  private(set) var all: [Double] = []
  private var best: [Int: Double] = [:]
  private var allocations: [Int] = []
  private var tensors = 0
  /// Whether every step is a sum of tensors.
  var isLinear = false

  /// One step, in microseconds, with the tensors that it read and wrote.
  mutating func add(_ time: Double, at index: Int, moving moved: Int, allocating allocated: Int) {
    all.append(time)
    best[index] = min(best[index] ?? time, time)
    allocations.append(allocated)
    tensors += moved
  }

  /// What `.ci/bench.py` reads beside the median: the best of each step of a run, in the mean.
  var figures: String {
    """
    , "mean": \(best.values.reduce(0, +) / Double(best.count)), "tensors": \(Double(tensors) / Double(all.count)), \
    "linear": \(isLinear), "allocations": \(allocations.sorted()[allocations.count / 2])
    """
  }
}
