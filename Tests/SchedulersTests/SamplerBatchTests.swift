import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

@Suite struct SamplerBatchTests {
  static let seeds = [3, 4, 5]

  /// The same run three times, each further on than the one before.
  struct Trio {
    var runs: [Sampler], samples: [Tensor]
    var generators = seeds.map { TorchGenerator(seed: $0) }
    let learns: Bool

    init(_ run: GoldenRun) throws {
      learns = run.golden.json["model"]?.string == "learned"
      runs = Array(repeating: run.sampler, count: seeds.count)
      samples = Array(repeating: run.sample.row(0), count: seeds.count)
      for index in runs.indices {
        for _ in 0..<min(index, run.sampler.timesteps.count - 1) { _ = try step(index) }
      }
    }

    func model(_ x: Tensor, _ t: Double) throws -> Tensor {
      try learns ? Formula.learned(x, t) : Formula.model(x, t)
    }

    mutating func step(_ index: Int) throws -> SchedulerOutput {
      let t = runs[index].timesteps[runs[index].position]
      let output = try model(runs[index].scaleModelInput(samples[index], t), t)
      let result = try runs[index].step(output, t, samples[index], using: &generators[index])
      samples[index] = result.prevSample
      return result
    }
  }

  @Test(arguments: RunStateTests.classNames)
  func `samples at timesteps of their own come out as when each is stepped alone`(className: String) throws {
    // A class with a sampler of its own makes no such run.
    guard let run = try RunStateTests.runs(of: className).last else { return }
    var alone = try Trio(run)
    var batch = try JSONDecoder().decode(SamplerBatch.self, from: JSONEncoder().encode(SamplerBatch(alone.runs)))
    var (x, generators) = (try Tensor.stack(alone.samples), PerSampleGenerator(alone.generators))
    while !batch.timesteps.contains(nil) {
      let timesteps = batch.timesteps.compactMap(\.self)
      let input = try batch.scaleModelInput(x, timesteps)
      let outputs = try timesteps.enumerated().map { row, t in try alone.model(input.row(row), t) }
      let result = try batch.step(Tensor.stack(outputs), timesteps, x, using: &generators)
      let expected = try alone.runs.indices.map { try alone.step($0) }
      #expect(result.prevSample.elements.map(\.bitPattern) == alone.samples.flatMap { $0.elements.map(\.bitPattern) })
      let data = expected.compactMap { $0.predOriginalSample }.flatMap(\.elements)
      #expect(result.predOriginalSample?.elements.map(\.bitPattern) ?? [] == data.map(\.bitPattern))
      #expect(generators.generators == alone.generators)
      x = result.prevSample
    }
  }

  @Test func `what does not fit is refused, and neither the runs nor the generators change`() throws {
    let run = try DDPMScheduler().sampler(steps: 5)
    var (batch, generators) = (SamplerBatch([run, run]), PerSampleGenerator(seeds: [1, 2]))
    let (x, t) = (try Formula.sample([2, 3, 4, 4]), run.timesteps[0])
    func code(_ body: () throws -> Void) -> SchedulerError.Code? {
      #expect(throws: SchedulerError.self, performing: body)?.code
    }
    #expect(code { _ = try batch.step(x, [t], x, using: &generators) } == .shape)
    #expect(code { _ = try batch.step(x.row(0), [t, t], x, using: &generators) } == .shape)
    #expect(code { _ = try batch.scaleModelInput(x.row(0), [t, t]) } == .shape)
    #expect(code { _ = try batch.step(x, [t, t], x) } == .noise)
    #expect(code { _ = try batch.step(x, [t, t], x, noise: x.row(0)) } == .shape)
    var other = PerSampleGenerator(seeds: [1, 2, 3])
    #expect(code { _ = try batch.step(x, [t, t], x, using: &other) } == .noise)
    // The first sample could be stepped.
    #expect(code { _ = try batch.step(x, [t, t + 0.5], x, using: &generators) } == .order)
    #expect(batch.timesteps == [t, t] && generators == PerSampleGenerator(seeds: [1, 2]))
    batch.runs.removeAll()
    #expect(code { _ = try batch.step(x, [], x, using: &generators) } == .shape)
  }
}
