import Foundation
import Schedulers
import Scheduling
import TestSupport
import Testing

/// Every quirk changes what it says it changes, and by how much the page about them says.
@Suite struct QuirkTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var className: String
    var config: SchedulerConfig
    var steps = 10
    /// Where the run begins.
    var begin = 0
    var options = StepOptions()
    var use = Use.run
    /// What the run asks for, when that is more than a number of steps.
    var request: RunRequest?
    var testDescription: String { name }

    /// What the quirk shows in.
    enum Use { case run, addingNoise, addingNoiseDuringRun(Int), velocityDuringRun }
  }

  static let stableDiffusion: SchedulerConfig = [
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
  ]

  static let rows: [Row] = [
    Row(
      name: "fixedStride", className: "DDIMScheduler",
      config: stableDiffusion.merging(["timestep_spacing": "linspace", "clip_sample": false])),
    Row(
      name: "trailingOverrun", className: "DDIMScheduler",
      config: stableDiffusion.merging(["timestep_spacing": "trailing", "clip_sample": false]), steps: 61),
    Row(
      name: "thirdOrderSign", className: "DPMSolverMultistepScheduler",
      config: stableDiffusion.merging(["solver_order": 3, "algorithm_type": "sde-dpmsolver++"])),
    Row(
      name: "reversedTraining", className: "DPMSolverMultistepScheduler", config: stableDiffusion, use: .addingNoise),
    Row(name: "velocityByStep", className: "EulerDiscreteScheduler", config: stableDiffusion, use: .velocityDuringRun),
    Row(
      name: "velocityMixing", className: "PNDMScheduler",
      config: stableDiffusion.merging(["prediction_type": "v_prediction", "skip_prk_steps": true, "steps_offset": 1])),
    Row(
      name: "roundedBeta", className: "DDPMScheduler",
      config: ["beta_schedule": "squaredcos_cap_v2", "variance_type": "fixed_large"], steps: 50),
    Row(
      name: "roundedIntegrals", className: "DEISMultistepScheduler",
      config: ["prediction_type": "flow_prediction", "use_flow_sigmas": true, "flow_shift": 3.0]),
    Row(name: "lostFirstData", className: "IPNDMScheduler", config: [:]),
    Row(
      name: "middlesNoisedToEnds", className: "KDPM2DiscreteScheduler", config: stableDiffusion,
      use: .addingNoiseDuringRun(5)),
    Row(
      name: "roundedLambda", className: "DPMSolverMultistepInverseScheduler",
      config: ["beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1]),
    Row(
      name: "roundedAncestral", className: "KDPM2AncestralDiscreteScheduler", config: stableDiffusion, steps: 3),
    Row(name: "assumedHistory", className: "LMSDiscreteScheduler", config: stableDiffusion, begin: 5),
    Row(
      name: "velocityBeforeChurn", className: "EulerDiscreteScheduler",
      config: stableDiffusion.merging(["prediction_type": "v_prediction"]), options: StepOptions(churn: 5)),
    Row(name: "roundedDerivative", className: "EDMEulerScheduler", config: [:], steps: 1),
    Row(
      name: "roundedChurn", className: "EulerDiscreteScheduler", config: stableDiffusion,
      options: StepOptions(churn: 1e-4)),
    Row(
      name: "roundedDirection", className: "DDIMScheduler",
      config: [
        "beta_schedule": "squaredcos_cap_v2", "timestep_spacing": "trailing", "prediction_type": "v_prediction",
        "clip_sample": false,
      ], steps: 2, options: StepOptions(eta: 1)),
    Row(name: "roundedInversion", className: "DPMSolverMultistepInverseScheduler", config: [:], steps: 1),
    Row(name: "shiftTwice", className: "FlowMatchEulerDiscreteScheduler", config: ["shift": 3.0]),
    Row(name: "strengthKeepsNoise", className: "LCMScheduler", config: [:], request: half),
    Row(name: "squaredSigmas", className: "KarrasVeScheduler", config: [:]),
    Row(name: "drawnTwice", className: "CogVideoXDPMScheduler", config: [:]),
    Row(
      name: "mixedFrames", className: "DPMSolverMultistepScheduler",
      config: ["prediction_type": "v_prediction", "use_flow_sigmas": true]),
    Row(
      name: "roundedScore", className: "RFD4ProteinaScheduler",
      config: RFD4ProteinaScheduler.requirements.merging(["tail_steps": 0]), steps: 1),
  ]

  /// The second half of a run over given timesteps.
  private static var half: RunRequest {
    var request = RunRequest(timesteps: [999, 759, 499, 259])
    request.strength = 0.5
    return request
  }

  /// Quirks that change a step to its opposite, or a run to an error or to nothing, or runs of another form, which are tested
  /// with those.
  static let notMeasured = ["lostLastStep", "tokensBackwards", "sigmasAsRamp", "roundedSubsteps"]

  @Test func `without their quirks, a last interval is not divided by and sigmas can be given`() throws {
    // The ends of the interval differ in their last bits, and their λ in single precision do not.
    var dpm = try EDMDPMSolverMultistepScheduler(config: ["solver_order": 3, "final_sigmas_type": "sigma_min"])
    let row = Row(name: "roundedLambda", className: dpm.className, config: [:], steps: 20)
    #expect(try Self.result(row, dpm).elements[0].isNaN)
    dpm.quirks.remove(.roundedLambda)
    #expect(try Self.result(row, dpm).elements.allSatisfy(\.isFinite))
    var unified = try UniPCMultistepScheduler(config: ["solver_type": "bh1"])
    let run = Row(name: "lostLastStep", className: unified.className, config: [:], steps: 3)
    #expect(try Self.result(run, unified).elements.allSatisfy(\.isNaN))
    unified.quirks.remove(.lostLastStep)
    #expect(try Self.result(run, unified).elements.allSatisfy(\.isFinite))
    var euler = try EDMEulerScheduler()
    #expect(throws: SchedulerError.self) { try euler.sampler(sigmas: [80, 5, 0.1, 0]) }
    euler.quirks.remove(.sigmasAsRamp)
    #expect(try euler.sampler(sigmas: [80, 5, 0.1, 0]).plan.sigmas == [80, 5, 0.1, 0])
  }

  static func result(_ row: Row, _ scheduler: any Scheduler) throws -> Tensor {
    let shape = [1, 4, 8, 8]
    let (x, noise) = (try Formula.sample(shape), try Formula.noise(shape))
    var sampler = try scheduler.sampler(row.request ?? RunRequest(steps: row.steps))
    sampler.options = row.options
    switch row.use {
    case .addingNoise: return try scheduler.addNoise(x, noise, [700])
    case .addingNoiseDuringRun(let index): return try sampler.addNoise(x, noise, [sampler.timesteps[index]])
    case .velocityDuringRun:
      let euler = try #require(scheduler as? EulerDiscreteScheduler)
      return try euler.velocity(x, noise, [sampler.timesteps[5]], during: sampler)
    case .run: break
    }
    var sample = x * sampler.initNoiseSigma
    if row.begin > 0 {
      try sampler.begin(at: row.begin)
      sample = try sampler.addNoise(x, noise, [sampler.timesteps[row.begin]])
    }
    var generator = TorchGenerator(seed: 3)
    for t in sampler.timesteps[row.begin...] {
      let output = try Formula.model(sampler.scaleModelInput(sample, t), t)
      sample = try sampler.step(output, t, sample, using: &generator).prevSample
    }
    return sample
  }

  /// How much the quirk changes, in parts of the largest magnitude.
  static func difference(_ row: Row) throws -> Double {
    let type = try #require(SchedulerRegistry.scheduler(named: row.className))
    var scheduler = try type.init(config: row.config)
    let with = try result(row, scheduler)
    scheduler.quirks.remove(try #require(Quirks(named: row.name)))
    return deviation(try result(row, scheduler).elements, with.elements)
  }

  @Test func `every quirk is on, and has a row here`() {
    #expect(Self.rows.map(\.name) + Self.notMeasured == Quirks.named.map(\.name))
    #expect(Quirks.all.description == Quirks.named.map(\.name).joined(separator: ", "))
    #expect(Quirks.all.subtracting(.fixedStride).description.hasPrefix("trailingOverrun"))
    #expect(Quirks(named: "none") == nil)
  }

  @Test(arguments: rows) func `the page says how much a quirk changes`(row: Row) throws {
    let page = Layout.root.appending(path: "Sources/Schedulers/Schedulers.docc/QuirksOfDiffusers.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    let cells = lines.first { $0.hasPrefix("| `\(row.name)`") }?.split(separator: "|") ?? []
    let said = try #require(cells.last.flatMap { Double($0.trimmingCharacters(in: .whitespaces)) })
    let difference = try Self.difference(row)
    #expect((0.5...2).contains(difference / said), "\(row.name) changes \(difference), not \(said)")
  }
}
