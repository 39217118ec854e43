import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

@Suite struct RePaintTests {
  static func repainter(_ golden: GoldenCase) throws -> RePaintSampler {
    try #require(try golden.scheduler() as? RePaintScheduler).repainter(try #require(golden.run))
  }

  static func advance(
    _ run: inout RePaintSampler, _ x: inout Tensor, using generator: inout TorchGenerator
  ) throws -> SchedulerOutput? {
    let original = try Formula.tensor(x.shape) { i in cos(0.21 * Double(i)) }
    let mask = try Formula.tensor(x.shape) { i in i / 3 % 2 == 0 ? 1 : 0 }
    guard !run.isJump else {
      x = try run.undo(x, using: &generator)
      return nil
    }
    let output = try Formula.model(x, run.timesteps[run.position])
    let result = try run.step(output, x, original: original, mask: mask, using: &generator)
    x = result.prevSample
    return result
  }

  @Test func `runs with a mask end where those of diffusers end`() throws {
    for golden in try GoldenCase.all(of: "RePaintScheduler", kinds: "repaint", "repaint_schedule") {
      var run = try Self.repainter(golden)
      #expect(run.timesteps == golden.timesteps(), "\(golden.id)")
      guard golden.kind == "repaint" else { continue }
      var (x, generator) = (try Formula.sample(golden.shape), golden.generator.generators[0])
      var last: SchedulerOutput?
      while !run.isFinished { last = try Self.advance(&run, &x, using: &generator) ?? last }
      let tolerance = golden.tolerance("final_rel_of_max")
      #expect(deviation(x.elements, try #require(golden.floats("final"))) <= tolerance, "\(golden.id)")
      let data = Array(try #require(last?.predOriginalSample).elements.prefix(4))
      #expect(deviation(data, try #require(golden.floats("last_pred_original_sample"))) <= 1e-4, "\(golden.id)")
    }
  }

  @Test func `a run that was written in the middle goes on in the same bits`() throws {
    let golden = try #require(try GoldenCase.all(of: "RePaintScheduler", kinds: "repaint").first)
    var (run, x, generator) = (try Self.repainter(golden), try Formula.sample(golden.shape), TorchGenerator(seed: 1))
    for _ in 0..<5 { _ = try Self.advance(&run, &x, using: &generator) }
    var copy = try JSONDecoder().decode(RePaintSampler.self, from: JSONEncoder().encode(run))
    var (y, other) = (x, generator)
    while !run.isFinished { _ = try Self.advance(&run, &x, using: &generator) }
    while !copy.isFinished { _ = try Self.advance(&copy, &y, using: &other) }
    #expect(x.elements.map(\.bitPattern) == y.elements.map(\.bitPattern))
    #expect(throws: SchedulerError.self) { try run.step(x, x, original: x, mask: x, using: &generator) }
  }

  @Test func `what does not fit is refused and changes nothing`() throws {
    let scheduler = try RePaintScheduler()
    var (run, generator) = (try scheduler.repainter(RunRequest(steps: 20)), TorchGenerator(seed: 1))
    let x = try Formula.sample([1, 3, 4, 4])
    let small = try Formula.sample([1, 3, 4, 2])
    #expect(throws: SchedulerError.self) { try run.undo(x, using: &generator) }
    #expect(throws: SchedulerError.self) { try run.step(x, x, original: x, mask: small, using: &generator) }
    #expect(throws: SchedulerError.self) { try run.step(small, x, original: x, mask: x, using: &generator) }
    #expect(run.position == 0 && generator == TorchGenerator(seed: 1))
    var request = RunRequest(steps: 20)
    request.jumpLength = 0
    #expect(throws: SchedulerError.self) { try scheduler.repainter(request) }
  }
}
