import CAllocations
import Schedulers
import Scheduling
import Testing

/// What steps promise about memory, counted and not timed.
@Suite(.enabled(if: callocations_count() >= 0)) struct AllocationTests {
  @Test(arguments: GoldenTests.classNames)
  func `steps allocate no tensor but their result`(className: String) throws {
    let type = try #require(SchedulerRegistry.scheduler(named: className))
    // Those without such runs have samplers of their own.
    guard let start = try? type.init(config: type.requirements).sampler(steps: 20) else { return }
    var generator = TorchGenerator(seed: 0)
    let (output, noise) = (Self.randn(&generator), Self.randn(&generator))
    var (inPlace, advanced) = (start, Self.randn(&generator))
    var (sampler, sample) = (start, advanced)
    for (index, timestep) in start.timesteps.enumerated() where !inPlace.isFinished {
      let first = callocations_large_count()
      try inPlace.advance(&advanced, by: output, at: timestep, noise: noise)
      let second = callocations_large_count()
      sample = try sampler.step(output, timestep, sample, noise: noise).prevSample
      let third = callocations_large_count()
      // The first steps fill the history.
      guard index >= 8 else { continue }
      #expect(second - first == 0, "in place, step \(index)")
      #expect(third - second <= 1, "step \(index)")
    }
    #expect(advanced == sample)
  }

  private static func randn(_ generator: inout TorchGenerator) -> Tensor {
    Tensor.randn([1, 4, 64, 64], using: &generator)
  }
}
