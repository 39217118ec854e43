import Foundation
import PythonJSON
import Schedulers
import Scheduling
import Testing

/// Every class against what diffusers computed.
@Suite struct GoldenTests {
  static let classNames = SchedulerRegistry.classes.map { $0.className }

  @Test(arguments: classNames)
  func `runs end where those of diffusers end`(className: String) throws {
    var (count, worst, share) = (0, 0.0, 0.0)
    for golden in try GoldenCase.all(of: className, kinds: "loop") where golden.json["expect_error"] == nil {
      let (error, tolerance) = try golden.deviationAtEnd()
      (count, worst, share) = (count + 1, max(worst, error), max(share, error / tolerance))
    }
    // For `make parity`; the classes whose runs have a form of their own are compared in their own suites.
    guard count > 0 else { return }
    let figures = String(format: "%2d runs | %.1e | %2.0f %%", count, worst, share * 100)
    print("parity | \(className.padding(toLength: 34, withPad: " ", startingAt: 0)) | \(figures)")
  }

  @Test(arguments: classNames)
  func `timesteps and sigmas are those of diffusers`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "loop", "schedule", "scale_model_input") {
      guard let run = golden.run, let timesteps = golden.timesteps() else { continue }
      let sampler = try golden.scheduler().sampler(run)
      let tolerance = golden.tolerance("timesteps_rel_of_max") * (timesteps.map(abs).max() ?? 0)
      let worst = zip(sampler.timesteps, timesteps).map { abs($0 - $1) }.max() ?? 0
      #expect(sampler.timesteps.count == timesteps.count, "\(golden.id)")
      #expect(worst <= tolerance, "\(golden.id): timesteps \(sampler.timesteps) for \(timesteps)")
      if let sigmas = golden.floats("sigmas") {
        let error = deviation(sampler.plan.sigmas, sigmas)
        #expect(error <= golden.tolerance("sigmas_rel_of_max"), "\(golden.id): sigmas")
      }
      if let deviation = golden.json["init_noise_sigma"]?.number {
        #expect(abs(sampler.initNoiseSigma - deviation) <= 1e-6 * deviation, "\(golden.id): the first deviation")
      }
    }
  }

  @Test(arguments: classNames)
  func `noise is added to the level that diffusers adds it to`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "add_noise", "scale_noise", "get_velocity") {
      let scheduler = try golden.scheduler()
      let (x, noise) = (try Formula.sample(golden.shape), try Formula.noise(golden.shape))
      let timesteps = try #require(golden.timesteps("used_timesteps"))
      let result: Tensor
      switch (golden.kind, golden.run) {
      case ("get_velocity", let run?):
        let euler = try #require(scheduler as? EulerDiscreteScheduler)
        result = try euler.velocity(x, noise, timesteps, during: euler.sampler(run))
      case ("get_velocity", nil): result = try scheduler.velocity(x, noise, timesteps)
      case (_, let run?):
        let sampler = try scheduler.sampler(run)
        // A timestep that is computed by logarithms may have another last bit here.
        let tolerance = golden.tolerance("timesteps_rel_of_max") * (sampler.timesteps.map(abs).max() ?? 0)
        let own = timesteps.map { t in sampler.timesteps.first { abs($0 - t) <= tolerance } ?? t }
        result = try sampler.addNoise(x, noise, own)
      case (_, nil): result = try scheduler.addNoise(x, noise, timesteps)
      }
      let error = deviation(result.elements, try #require(golden.floats("final")))
      #expect(error <= golden.tolerance("final_rel_of_max"), "\(golden.id)")
    }
  }

  @Test func `a step for many timesteps at once is that of diffusers`() throws {
    for name in ["DDIMParallelScheduler", "DDPMParallelScheduler"] {
      let golden = try #require(try GoldenCase.all(of: name, kinds: "batch_step").first)
      let scheduler = try #require(try golden.scheduler() as? any ParallelScheduler)
      let x = try Formula.sample(golden.shape)
      let timesteps = try #require(golden.timesteps("used_timesteps"))
      let result = try scheduler.batchStep(Formula.model(x, 0), timesteps, x, steps: 10)
      let error = deviation(result.elements, try #require(golden.floats("final")))
      #expect(error <= golden.tolerance("final_rel_of_max"), "\(golden.id)")
      #expect(throws: SchedulerError.self) { try scheduler.batchStep(x, [1], x, steps: 10) }
    }
  }

  @Test(arguments: classNames)
  func `the model's input is scaled as by diffusers`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "scale_model_input") {
      let sampler = try golden.scheduler().sampler(try #require(golden.run))
      let timestep = try #require(golden.timesteps()?[golden.json["index"]?.integer ?? 0])
      let result = sampler.scaleModelInput(try Formula.sample(golden.shape), timestep)
      #expect(
        deviation(result.elements, try #require(golden.floats("final"))) <= golden.tolerance("final_rel_of_max"),
        "\(golden.id)")
    }
  }

  /// The calls that diffusers allows and we refuse, or the other way round, each with its reason.
  static let otherOutcomes: [String: String] = [
    "DPMSolverMultistepScheduler-error-06": "a timestep that is not the run's is refused",
    "CosineDPMSolverMultistepScheduler-error-02": "the SDE has a third order",
    "EDMDPMSolverMultistepScheduler-error-05": "the SDE has a third order",
    "EDMEulerScheduler-error-05": "sigmas are a list",
    "TCDScheduler-error-10": "a model was not distilled with more steps than it was trained with",
    "UniPCMultistepScheduler-error-12": "sigmas may be a list",
    "PNDMScheduler-error-03": "more steps than the training has are refused",
    "PNDMScheduler-error-06": "every class has a velocity",
    "PNDMScheduler-error-09": "a single step needs no warm-up",
  ]

  @Test(arguments: classNames)
  func `what diffusers refuses is refused`(className: String) throws {
    for golden in try GoldenCase.all(of: className, kinds: "error") {
      guard Self.otherOutcomes[golden.id] == nil, golden.canBeWritten else { continue }
      let error = Result { try golden.makeCalls() }
      let isAllowed = golden.json["outcome"]?["ok"] == true
      switch error {
      case .success: #expect(isAllowed, "\(golden.id) is accepted")
      case .failure(let error): #expect(error is SchedulerError && !isAllowed, "\(golden.id): \(error)")
      }
    }
  }
}

extension GoldenCase {
  /// Makes the run, expects it to end where that of diffusers does, and says how far off it is, and may be.
  func deviationAtEnd() throws -> (error: Double, tolerance: Double) {
    var run = try GoldenRun(self)
    let tolerance = tolerance("final_rel_of_max")
    if let start = floats("start_sample") {
      #expect(deviation(run.sample.elements, start) <= tolerance, "\(id): the noised start")
    }
    try run.finish()
    let final = try #require(floats("final"))
    let error = deviation(run.sample.elements, final)
    #expect(error <= tolerance, "\(id)")
    if let data = floats("last_pred_original_sample") {
      let actual = Array(try #require(run.output?.predOriginalSample).elements.prefix(data.count))
      let scale = final.filter(\.isFinite).map(abs).max() ?? 0
      #expect(deviation(actual, data, scale: scale) <= tolerance, "\(id): the predicted clean sample")
    }
    return (error, tolerance)
  }

  private var calls: [(function: String, arguments: JSONValue)] {
    (json["calls"]?.array ?? []).map { ($0.array?[0].string ?? "", $0.array?[1] ?? [:]) }
  }

  /// Whether the mistake is one that Swift lets you make: not a step without a run, two kinds of points at once, or an
  /// integer that is told from a float.
  var canBeWritten: Bool {
    let points = calls.first { $0.function == "set_timesteps" }?.arguments.object?.keys.count {
      ["num_inference_steps", "timesteps", "sigmas"].contains($0)
    }
    let timestep = calls.last?.arguments["timestep"]
    return points ?? 1 < 2 && (timestep == nil || timestep?.string != nil)
      && calls.allSatisfy { ["set_timesteps", "step"].contains($0.function) }
  }

  /// What an error case does: make the scheduler, plan a run, step.
  func makeCalls() throws {
    let scheduler = try scheduler()
    var sampler: Sampler?
    for call in calls {
      if call.function == "set_timesteps" {
        let run = GoldenCase(className: className, json: ["set_timesteps": call.arguments]).run
        sampler = try scheduler.sampler(try #require(run))
      } else if let timestep = sampler?.timesteps.first {
        let x = try Formula.sample([1, 3, 8, 8])
        let asked = call.arguments["timestep"] == "offschedule" ? 12.5 : timestep
        sampler?.options = GoldenCase(className: className, json: ["step": call.arguments]).options
        _ = try sampler?.step(Formula.model(x, asked), asked, x, noise: Formula.noise([1, 3, 8, 8]))
      }
    }
  }
}
