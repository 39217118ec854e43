import Schedulers
import Scheduling
import Testing

@Suite struct FlowMatchingTests {
  /// Runs in which every token has a timestep of its own.
  static func runs() throws -> [GoldenCase] {
    try GoldenCase.all(of: "FlowMatchEulerDiscreteScheduler", kinds: "tokens")
  }

  static func final(_ golden: GoldenCase, _ quirks: Quirks = .all) throws -> Tensor {
    var scheduler = try #require(try golden.scheduler() as? FlowMatchEulerDiscreteScheduler)
    scheduler.quirks = quirks
    let fractions = try #require(golden.json["fractions"]?.array).compactMap(\.number)
    var sampler = try scheduler.sampler(try #require(golden.run))
    var (x, generator) = (try Formula.sample(golden.shape), golden.generator.generators[0])
    for t in sampler.timesteps {
      let tokens = try scheduler.tokens(at: fractions.map { Double(Float($0 * t)) }, of: sampler)
      let noise = golden.json["seed"] == nil ? nil : Tensor.randn(golden.shape, using: &generator)
      x = try sampler.step(Formula.model(x, t), t, x, tokens: tokens, noise: noise).prevSample
    }
    return x
  }

  @Test func `tokens at timesteps of their own go where those of diffusers go`() throws {
    for golden in try Self.runs() {
      let final = try #require(golden.floats("final"))
      #expect(deviation(try Self.final(golden).elements, final) <= golden.tolerance("final_rel_of_max"), "\(golden.id)")
    }
  }

  @Test func `without the quirk tokens at the run's own timestep go as the run does`() throws {
    let scheduler = try FlowMatchEulerDiscreteScheduler(config: ["shift": 3])
    var right = scheduler
    right.quirks.remove(.tokensBackwards)
    let x = try Formula.sample([2, 3, 5])
    for (scheduler, sign) in [(scheduler, -1.0), (right, 1)] {
      var (whole, single) = (try scheduler.sampler(steps: 5), try scheduler.sampler(steps: 5))
      let t = whole.timesteps[0]
      let tokens = try scheduler.tokens(at: Array(repeating: t, count: 6), of: single)
      let expected = try whole.step(Formula.model(x, t), t, x).prevSample
      let actual = try single.step(Formula.model(x, t), t, x, tokens: tokens).prevSample
      let mirrored = zip(x.elements, expected.elements).map { $0 + Float(sign) * ($1 - $0) }
      #expect(deviation(actual.elements, mirrored) < 1e-6)
    }
  }

  @Test func `tokens that do not fit are refused`() throws {
    let scheduler = try FlowMatchEulerDiscreteScheduler(config: ["stochastic_sampling": true])
    var sampler = try scheduler.sampler(steps: 3)
    let (x, t) = (try Formula.sample([2, 3, 5]), sampler.timesteps[0])
    #expect(throws: SchedulerError.self) { try scheduler.tokens(at: [1001], of: sampler) }
    let tokens = try scheduler.tokens(at: Array(repeating: t, count: 6), of: sampler)
    #expect(#expect(throws: SchedulerError.self) { try sampler.step(x, t, x, tokens: tokens) }?.code == .noise)
    #expect(
      #expect(throws: SchedulerError.self) { try sampler.step(x, t, x, tokens: [tokens[0]], noise: x) }?.code == .shape)
    #expect(sampler.position == 0)
  }

  @Test func `the shift of a run is asked for and checked`() throws {
    let dynamic = try FlowMatchEulerDiscreteScheduler(config: ["use_dynamic_shifting": true])
    let linear = try dynamic.with(["time_shift_type": "linear"])
    var run = RunRequest(steps: 4)
    #expect(#expect(throws: SchedulerError.self) { try dynamic.sampler(run) }?.code == .argument)
    for mu in [Double.nan, .infinity, 1e4] {
      run.mu = mu
      #expect(#expect(throws: SchedulerError.self) { try dynamic.sampler(run) }?.code == .argument)
    }
    run.mu = -1
    #expect(try dynamic.sampler(run).plan.sigmas[0] == 1)
    #expect(#expect(throws: SchedulerError.self) { try linear.sampler(run) }?.code == .argument)
    var mismatched = RunRequest(sigmas: [1, 0.5])
    (mismatched.mu, mismatched.timestepsOfSigmas) = (1, [900])
    #expect(#expect(throws: SchedulerError.self) { try dynamic.sampler(mismatched) }?.code == .argument)
  }

  @Test func `LTX's method takes the points of the class whose configuration it was given`() throws {
    let flow = try FlowMatchEulerDiscreteScheduler(config: ["shift": 3, "use_dynamic_shifting": true])
    let ancestral = try LTXEulerAncestralRFScheduler(config: flow.config)
    var run = RunRequest(steps: 6)
    #expect(throws: SchedulerError.self) { try ancestral.sampler(run) }
    run.mu = 0.8
    #expect(try ancestral.sampler(run).plan == flow.sampler(run).plan)
    #expect(throws: SchedulerError.self) { try LTXEulerAncestralRFScheduler(config: ["shift": 0]) }
    #expect(ancestral.compatibles.map { $0.className }.contains(flow.className))
  }

  @Test func `a flow map crosses the intervals that diffusers crosses, and none from outside of the training`() throws {
    for golden in try GoldenCase.all(of: "FlowMapEulerDiscreteScheduler", kinds: "jumps") {
      let scheduler = try #require(try golden.scheduler() as? FlowMapEulerDiscreteScheduler)
      let x = try Formula.sample(golden.shape)
      let jumps = (golden.json["jumps"]?.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
      let ends = try jumps.flatMap { ends in
        var jump = try scheduler.jump(from: ends[0], to: ends[1])
        let next = try jump.step(Formula.model(x, ends[0]), ends[0], x).prevSample
        #expect(jump.isFinished)
        return next.elements
      }
      #expect(deviation(ends, try #require(golden.floats("final"))) < golden.tolerance("final_rel_of_max"))
    }
    let scheduler = try FlowMapEulerDiscreteScheduler(config: ["shift": 3, "num_train_timesteps": 500])
    for (start, end) in [(0.0, 0.0), (501, 0), (100, -1), (100, 501), (.nan, 0), (100, .nan)] {
      #expect(#expect(throws: SchedulerError.self) { try scheduler.jump(from: start, to: end) }?.code == .argument)
    }
  }

  @Test func `what Helios cannot do is refused with what can`() throws {
    let wrong: [SchedulerConfig] = [
      ["stages": 4], ["stage_range": [0, 0.5, 0.5, 1]], ["stage_range": [0, 0.7, 0.4, 1]], ["stage_range": []],
      ["shift": 2.0, "use_dynamic_shifting": true], ["predict_x0": false], ["thresholding": true],
    ]
    for config in wrong {
      #expect(#expect(throws: SchedulerError.self) { try HeliosScheduler(config: config) }?.code == .configuration)
    }
    let scheduler = try HeliosScheduler(config: ["use_dynamic_shifting": true])
    for (stage, mu) in [(0, nil), (3, 0.5), (-1, 0.5), (0, Double.nan), (0, .infinity)] {
      var run = RunRequest(steps: 4)
      (run.stage, run.mu) = (stage, mu)
      #expect(#expect(throws: SchedulerError.self) { try scheduler.sampler(run) }?.code == .argument)
    }
    let distilled = try HeliosScheduler(config: ["scheduler_type": "dmd"])
    #expect(#expect(throws: SchedulerError.self) { try distilled.sampler(steps: 4) }?.code == .argument)
  }

  @Test func `a run without signal at its start is a number in every order`() throws {
    let config: SchedulerConfig = ["stages": 1, "solver_order": 4, "lower_order_final": false]
    var sampler = try HeliosScheduler(config: config).sampler(steps: 8)
    var x = try Formula.sample([1, 8])
    for t in sampler.timesteps { x = try sampler.step(Formula.model(x, t), t, x).prevSample }
    let areNumbers = x.elements.allSatisfy { $0.isFinite }
    #expect(areNumbers)
  }

  @Test func `without the quirk a run is shifted once`() throws {
    var scheduler = try FlowMatchEulerDiscreteScheduler(config: ["shift": 3])
    scheduler.quirks.remove(.shiftTwice)
    let sigmas = try scheduler.sampler(steps: 10).plan.sigmas
    #expect(sigmas[9] == Float(FlowSigmas.shifted(Double(Float(0.001)), by: 3)))
  }

  @Test(arguments: ["HeliosScheduler", "HeliosDMDScheduler"])
  func `a training that is too short for its stages is refused`(className: String) throws {
    let config: SchedulerConfig = ["num_train_timesteps": 1]
    let error = #expect(throws: SchedulerError.self) { try SchedulerRegistry.scheduler(className).init(config: config) }
    #expect(error?.code == .configuration)
  }
}
