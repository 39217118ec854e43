import Schedulers
import Scheduling
import Testing

/// The loops go over many elements at once, and over what is left one by one: no result may tell which.
@Suite struct PositionTests {
  @Test(arguments: GoldenTests.classNames)
  func `an element's steps do not depend on where in the tensor it is`(className: String) throws {
    let type = try #require(SchedulerRegistry.scheduler(named: className))
    // Those without such runs have samplers of their own.
    guard let start = try? type.init(config: type.requirements).sampler(steps: 6) else { return }
    var generator = TorchGenerator(seed: 0)
    let count = 53
    let (first, output) = (Self.randn(count, &generator), Self.randn(count, &generator))
    let noise = Self.randn(count, &generator)
    let whole = try Self.run(start, first, output, noise)
    for index in 0..<count {
      let alone = try Self.run(
        start, try first.element(index), try output.element(index), try noise.element(index))
      #expect(alone.elements[0].bitPattern == whole.elements[index].bitPattern, "element \(index)")
    }
  }

  private static func run(_ start: Sampler, _ first: Tensor, _ output: Tensor, _ noise: Tensor) throws -> Tensor {
    var (sampler, sample) = (start, first)
    for timestep in start.timesteps where !sampler.isFinished {
      try sampler.advance(&sample, by: output, at: timestep, noise: noise)
    }
    return sample
  }

  private static func randn(_ count: Int, _ generator: inout TorchGenerator) -> Tensor {
    Tensor.randn([1, count], using: &generator)
  }
}

extension Tensor {
  fileprivate func element(_ index: Int) throws -> Tensor { try Tensor([elements[index]], shape: [1, 1]) }
}
