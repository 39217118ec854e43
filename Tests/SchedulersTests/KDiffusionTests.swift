import Foundation
import PythonJSON
import Schedulers
import Scheduling
import TestSupport
import Testing

/// The samplers that k-diffusion has and `diffusers` has not, against k-diffusion.
@Suite struct KDiffusionTests {
  /// A run that `fixtures/generate_kdiffusion.py` had k-diffusion make.
  struct Run: Sendable, CustomTestStringConvertible {
    let json: JSONValue

    static func all(of className: String) throws -> [Run] {
      try lines(ofFixture: "kdiffusion.jsonl").map { Run(json: try JSONValue(parsing: $0)) }
        .filter { $0.json["class"]?.string == className }
    }

    var config: SchedulerConfig { SchedulerConfig(className: json["class"]?.string, json["config"]?.object ?? [:]) }
    var generator: TorchGenerator { TorchGenerator(seed: json["seed"]?.integer ?? 0) }
    var shape: [Int] { json["shape"]?.array?.compactMap(\.integer) ?? [] }
    var final: [Float] { floats(base64: json["final"]?.string ?? "") }
    var testDescription: String {
      json["id"]?.string ?? "?"
    }

    /// Whether timesteps are k-diffusion's, which come of single-precision sigmas.
    func has(_ timesteps: [Double]) -> Bool {
      let expected = json["timesteps"]?.array?.compactMap(\.number) ?? []
      return timesteps.count == expected.count && zip(timesteps, expected).allSatisfy { abs($0 - $1) < 1e-3 }
    }

    func adaptiveSampler() throws -> AdaptiveSampler {
      let scheduler = try AnyScheduler(config: config).base
      return try #require(scheduler as? DPMAdaptiveScheduler).adaptiveSampler()
    }
  }

  @Test(arguments: try Run.all(of: "DPMSolver2SAncestralScheduler") + Run.all(of: "DPMFastScheduler"))
  func `a run evaluates the model where that of k-diffusion does, and ends where it ends`(run: Run) throws {
    var sampler = try AnyScheduler(config: run.config).sampler(steps: #require(run.json["steps"]?.integer))
    #expect(run.has(sampler.timesteps))
    var (x, generator) = (try Formula.sample(run.shape) * sampler.initNoiseSigma, run.generator)
    for t in sampler.timesteps {
      sampler = try JSONDecoder().decode(Sampler.self, from: JSONEncoder().encode(sampler))
      let output = try Formula.model(sampler.scaleModelInput(x, t), t)
      x = try sampler.step(output, t, x, using: &generator).prevSample
    }
    #expect(deviation(x.elements, run.final) <= 5e-6)
  }

  @Test(arguments: try Run.all(of: "DPMSolver2SAncestralScheduler"))
  func `sigmas that are given make the same run as the steps that they come from`(run: Run) throws {
    let sigmas = run.json["sigmas"]?.array?.compactMap(\.number) ?? []
    let sampler = try AnyScheduler(config: run.config).sampler(sigmas: sigmas)
    #expect(run.has(sampler.timesteps))
    #expect(sampler.plan.sigmas.first == Float(sigmas[0]))
  }

  @Test(arguments: try Run.all(of: "DPMAdaptiveScheduler"))
  func `a run that chooses its steps chooses those of k-diffusion`(run: Run) throws {
    var (sampler, generator) = (try run.adaptiveSampler(), run.generator)
    var (x, timesteps) = (try Formula.sample(run.shape) * sampler.initNoiseSigma, [Double]())
    while let t = sampler.timestep {
      timesteps.append(t)
      x = try Self.step(&sampler, x, using: &generator)
    }
    #expect(run.has(timesteps))
    #expect(sampler.acceptedSteps == run.json["accepted"]?.integer)
    #expect(sampler.rejectedSteps == run.json["rejected"]?.integer)
    #expect(deviation(x.elements, run.final) <= 5e-6)
  }

  static func step(
    _ sampler: inout AdaptiveSampler, _ x: Tensor, using generator: inout TorchGenerator
  ) throws -> Tensor {
    let t = try #require(sampler.timestep)
    return try sampler.step(Formula.model(sampler.scaleModelInput(x), t), t, x, using: &generator).prevSample
  }

  @Test func `an adaptive run that was written anywhere goes on in the same bits`() throws {
    let runs = try Run.all(of: "DPMAdaptiveScheduler").filter { $0.json["rejected"] == 3 }
    let run = try #require(runs.first)
    var (sampler, generator) = (try run.adaptiveSampler(), run.generator)
    var x = try Formula.sample(run.shape) * sampler.initNoiseSigma
    while !sampler.isFinished {
      var copy = try JSONDecoder().decode(AdaptiveSampler.self, from: JSONEncoder().encode(sampler))
      var other = generator
      let y = try Self.step(&copy, x, using: &other)
      x = try Self.step(&sampler, x, using: &generator)
      #expect(x.elements.map(\.bitPattern) == y.elements.map(\.bitPattern))
      #expect(copy.timestep == sampler.timestep)
    }
  }

  @Test func `what an adaptive run cannot do is refused and changes nothing`() throws {
    let x = try Formula.sample([1, 3, 4, 4])
    var (sampler, generator) = (try DPMAdaptiveScheduler().adaptiveSampler(), TorchGenerator(seed: 1))
    let first = try #require(sampler.timestep)
    func code(_ body: () throws -> Void) -> SchedulerError.Code? {
      #expect(throws: SchedulerError.self, performing: body)?.code
    }
    #expect(code { _ = try sampler.step(x, first - 1, x) } == .order)
    #expect(code { _ = try sampler.step(x.row(0).reshaped([3, 16]), first, x) } == .shape)
    let broken = try Tensor(repeating: .nan, shape: x.shape)
    for _ in 0..<2 { _ = try Self.step(&sampler, x, using: &generator) }
    let third = try #require(sampler.timestep)
    #expect(code { _ = try sampler.step(broken, third, x) } == .argument)
    #expect(sampler.timestep == third && sampler.acceptedSteps == 0)
    #expect(code { _ = try sampler.step(x.row(0).reshaped([3, 16]), third, x.row(0).reshaped([3, 16])) } == .shape)
    var noisy = try DPMAdaptiveScheduler(config: ["eta": 1]).adaptiveSampler()
    #expect(code { _ = try noisy.step(x, first, x) } == .noise)
    var many = PerSampleGenerator(seeds: [1, 2])
    #expect(code { _ = try noisy.step(x, first, x, using: &many) } == .noise)
    #expect(code { _ = try AnyScheduler(named: "DPM adaptive").sampler(steps: 5) } == .argument)
    #expect(code { _ = try AnyScheduler(named: "DPM fast").sampler(steps: 0) } == .argument)
    #expect(code { _ = try AnyScheduler(named: "DPM++ 2S a").sampler(timesteps: [5, 3]) } == .argument)
    #expect(code { _ = try DPMAdaptiveScheduler(config: ["order": 4]) } == .configuration)
    #expect(code { _ = try DPMAdaptiveScheduler(config: ["rtol": 0]) } == .configuration)
    _ = try Self.step(&noisy, x, using: &generator)
    #expect(generator == TorchGenerator(seed: 1))
  }
}
