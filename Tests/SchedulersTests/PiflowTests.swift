import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

@Suite struct PiflowTests {
  /// A model of as many predictions as the grid has, side by side.
  static func model(_ x: Tensor, _ t: Double, grid: Int) throws -> Tensor {
    let (width, ratio) = (x.shape[x.shape.count - 1], abs(t) / (abs(t) + 700))
    return try Formula.tensor(x.shape.dropLast() + [width * grid]) { j in
      let value = Double(x.elements[j / (width * grid) * width + j % width])
      return 0.6 * value * ratio + 0.05 * sin(0.01 * t + 0.3 * Double(j))
    }
  }

  static func run(_ golden: GoldenCase) throws -> (PolicySampler, Tensor) {
    let scheduler = try #require(try golden.scheduler() as? PiflowScheduler)
    var sampler = try scheduler.policySampler(try #require(golden.run))
    if let begin = golden.json["begin"]?.integer { try sampler.begin(at: begin) }
    return (sampler, try Formula.sample(golden.shape))
  }

  static func advance(_ sampler: inout PolicySampler, _ x: inout Tensor) throws {
    let t = sampler.timesteps[sampler.position]
    x = try sampler.step(model(x, t, grid: sampler.policy.gridCount), t, x).prevSample
  }

  @Test func `runs end where those of diffusers end`() throws {
    var (count, worst) = (0, 0.0)
    for golden in try GoldenCase.all(of: "PiflowScheduler", kinds: "policy") {
      var (sampler, x) = try Self.run(golden)
      #expect(sampler.timesteps == golden.timesteps(), "\(golden.id)")
      #expect(sampler.sigmas == golden.floats("sigmas"), "\(golden.id)")
      while !sampler.isFinished { try Self.advance(&sampler, &x) }
      let error = deviation(x.elements, try #require(golden.floats("final")))
      #expect(error <= golden.tolerance("final_rel_of_max"), "\(golden.id)")
      (count, worst) = (count + 1, max(worst, error))
    }
    #expect(count >= 10)
    print(String(format: "parity | PiflowScheduler                    | %2d runs | %.1e", count, worst))
  }

  @Test func `a run that was written in the middle goes on in the same bits`() throws {
    for golden in try GoldenCase.all(of: "PiflowScheduler", kinds: "policy") {
      var (sampler, x) = try Self.run(golden)
      try Self.advance(&sampler, &x)
      var (copy, y) = (try JSONDecoder().decode(PolicySampler.self, from: JSONEncoder().encode(sampler)), x)
      #expect(copy == sampler)
      while !sampler.isFinished {
        try Self.advance(&sampler, &x)
        try Self.advance(&copy, &y)
      }
      #expect(x.elements.map(\.bitPattern) == y.elements.map(\.bitPattern))
    }
  }

  @Test func `without its quirk a run of many small steps is rounded less`() throws {
    var scheduler = try PiflowScheduler(config: ["num_policy_substeps": 1000])
    var ends: [Tensor] = []
    for _ in 0..<2 {
      var (sampler, x) = (try scheduler.policySampler(RunRequest(steps: 3)), try Formula.sample([1, 8, 4]))
      while !sampler.isFinished { try Self.advance(&sampler, &x) }
      ends.append(x)
      scheduler.quirks.remove(.roundedSubsteps)
    }
    // What the page about quirks says.
    #expect((0.5...2).contains(deviation(ends[1].elements, ends[0].elements) / 7e-6))
  }

  @Test func `a policy that stays the same goes the whole way`() {
    for (start, end) in [(1, 0.75), (0.75, 0.3), (0.5, nil)] as [(Float, Float?)] {
      let policy = PolicyFlow(shift: 5, gridCount: 10, substeps: 128, floor: 1e-6)
      let sigma = { (time: Double) in 5 * time / (1 + 4 * time) }
      let change = sigma(Double(end ?? 1e-6)) - sigma(Double(start))
      #expect(abs(policy.weights(from: start, to: end).reduce(0, +) - change) < 1e-12)
    }
  }

  @Test func `small steps converge as Euler's method does`() {
    // How much a prediction that grows along the stretch changes the sample.
    let moments = [64, 128, 256].map { substeps in
      let policy = PolicyFlow(shift: 5, gridCount: 2, substeps: substeps, floor: 1e-6)
      return policy.weights(from: 0.75, to: 0.25)[1]
    }
    #expect(abs((moments[0] - moments[1]) / (moments[1] - moments[2]) - 2) < 0.05)
  }

  @Test func `what does not fit is refused and changes nothing`() throws {
    let fresh = try PiflowScheduler(config: ["n_grid": 3]).policySampler(RunRequest(steps: 3))
    let (t, x) = (fresh.timesteps[0], try Formula.sample([2, 4, 3]))
    for shape in [[2, 4, 3], [2, 4, 6], [2, 9, 4], [72], [1, 4, 9]] {
      var run = fresh
      let error = #expect(throws: SchedulerError.self) { try run.step(Formula.sample(shape), t, x) }
      #expect(error?.code == .shape && run == fresh)
    }
    var run = fresh
    #expect(#expect(throws: SchedulerError.self) { try run.step(Formula.sample([2, 4, 9]), 12, x) }?.code == .order)
    #expect(#expect(throws: SchedulerError.self) { try run.begin(at: 3) }?.code == .order)
    for t in fresh.timesteps { _ = try run.step(Formula.sample([2, 4, 9]), t, x) }
    #expect(#expect(throws: SchedulerError.self) { try run.step(Formula.sample([2, 4, 9]), t, x) }?.code == .order)
    #expect(throws: SchedulerError.self) { try PiflowScheduler().sampler(steps: 3) }
    #expect(throws: SchedulerError.self) { try PiflowScheduler().level(at: 1001) }
  }
}
