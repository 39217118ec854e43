import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

@Suite struct GrowingTests {
  /// A run of a case.
  struct Run {
    let golden: GoldenCase
    var sampler: GrowingSampler
    var sample: Tensor
    var generator: TorchGenerator

    init(_ golden: GoldenCase) throws {
      self.golden = golden
      let scheduler = try #require(try golden.scheduler() as? FlowMatchLCMScheduler)
      sampler = try scheduler.growingSampler(try #require(golden.run))
      sample = try Formula.sample(golden.shape)
      generator = golden.generator.generators[0]
    }

    mutating func step() throws {
      let t = sampler.timesteps[sampler.position]
      sample = try sampler.step(Formula.model(sample, t), t, sample, using: &generator).prevSample
    }

    mutating func finish() throws { while !sampler.isFinished { try step() } }
  }

  static func cases() throws -> [GoldenCase] { try GoldenCase.all(of: "FlowMatchLCMScheduler", kinds: "growing") }

  @Test func `samples that grow end where those of diffusers end`() throws {
    let cases = try Self.cases()
    #expect(Set(cases.compactMap { $0.json["config"]?["upscale_mode"]?.string }).count == 6)
    for golden in cases {
      var run = try Run(golden)
      try run.finish()
      let final = try #require(golden.floats("final"))
      #expect(deviation(run.sample.elements, final) <= golden.tolerance("final_rel_of_max"), "\(golden.id)")
    }
  }

  @Test func `a run that was written in the middle goes on in the same bits`() throws {
    var run = try Run(try #require(try Self.cases().first))
    try run.step()
    var copy = run
    copy.sampler = try JSONDecoder().decode(GrowingSampler.self, from: JSONEncoder().encode(run.sampler))
    #expect(copy.sampler == run.sampler)
    try run.finish()
    try copy.finish()
    #expect(copy.sample == run.sample)
  }

  @Test func `what does not fit is refused and changes nothing`() throws {
    let scheduler = try FlowMatchLCMScheduler(config: ["scale_factors": [1.0, 2]])
    #expect(throws: SchedulerError.self) { try scheduler.sampler(steps: 3) }
    #expect(throws: SchedulerError.self) { try scheduler.growingSampler(RunRequest(steps: 2)) }
    #expect(throws: SchedulerError.self) { try FlowMatchLCMScheduler(config: ["scale_factors": [-1]]) }
    #expect(throws: SchedulerError.self) { try FlowMatchLCMScheduler(config: ["upscale_mode": "cubic"]) }
    let fresh = try scheduler.growingSampler(RunRequest(steps: 3))
    let (x, t) = (try Formula.sample([1, 2, 3, 3]), fresh.timesteps[0])
    let wrong: [(SchedulerError.Code, Tensor, Double, Tensor)] = [
      (.order, x, 1, x), (.shape, try Formula.sample([1, 2, 3]), t, x),
      (.shape, try Formula.sample([1, 2, 3]), t, try Formula.sample([1, 2, 3])),
    ]
    for (code, output, timestep, sample) in wrong {
      var (run, generator) = (fresh, TorchGenerator(seed: 0))
      let error = #expect(throws: SchedulerError.self) {
        try run.step(output, timestep, sample, using: &generator)
      }
      #expect(error?.code == code)
      #expect(run == fresh && generator == TorchGenerator(seed: 0))
    }
    // A factor that leaves nothing.
    var (none, generator) = (
      try scheduler.with(["scale_factors": [0.1, 1]]).growingSampler(RunRequest(steps: 3)), TorchGenerator(seed: 0)
    )
    #expect(#expect(throws: SchedulerError.self) { try none.step(x, t, x, using: &generator) }?.code == .shape)
  }
}
