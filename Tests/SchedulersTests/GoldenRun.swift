import PythonJSON
import Schedulers
import Scheduling
import Testing

/// A run of a case: the loop that a pipeline of diffusers makes.
struct GoldenRun {
  let golden: GoldenCase
  var sampler: Sampler
  var sample: Tensor
  /// What the last step returned.
  var output: SchedulerOutput?

  init(_ golden: GoldenCase) throws {
    self.golden = golden
    sampler = try golden.scheduler().sampler(golden.wholeRun)
    sampler.options = golden.options
    sample = try Formula.sample(golden.shape)
    if let begin = golden.json["begin"]?.integer {
      try sampler.begin(at: begin)
      if !golden.addsNoise { return }
      sample = try sampler.addNoise(sample, Formula.noise(golden.shape), [sampler.timesteps[begin]])
    } else {
      sample = sample * sampler.initNoiseSigma
    }
  }

  /// Every step to the end.
  mutating func finish() throws {
    if var motion = try brownianMotion {
      try finish(using: &motion)
    } else if golden.json["gens"]?.string == "list" {
      var generator = golden.generator
      try finish(using: &generator)
    } else {
      var generator = golden.generator.generators[0]
      try finish(using: &generator)
    }
  }

  /// The noise of a run that draws from a Brownian motion.
  var brownianMotion: BrownianTree? {
    get throws {
      switch try golden.scheduler() {
      case let scheduler as DPMSolverSDEScheduler:
        // Without a seed Python draws one from its global generator.
        guard let seed = golden.json["global_seed"]?.integer else { return try scheduler.noise(for: sampler) }
        var global = TorchGenerator(seed: seed)
        return try scheduler.noise(for: sampler, seeds: global.randint(0..<Int.max, count: 1))
      case let scheduler as CosineDPMSolverMultistepScheduler:
        return try scheduler.noise(seeds: [golden.json["seed"]?.integer ?? 0])
      default: return nil
      }
    }
  }

  mutating func finish(using generator: inout some NoiseGenerator) throws {
    while !sampler.isFinished { try step(using: &generator) }
  }

  mutating func step(using generator: inout some NoiseGenerator) throws {
    if golden.driver == "karras_ve" { return try stepWithChurn(using: &generator) }
    let timestep = sampler.timesteps[sampler.position]
    let input = sampler.scaleModelInput(sample, timestep)
    let model = golden.json["model"]?.string == "learned" ? Formula.learned : Formula.model
    if golden.driver == "sde_ve" { return try stepWithCorrector(timestep, using: &generator) }
    let isTime = ["wuerstchen", "sde_vp", "proteina"].contains(golden.driver)
    let prediction = try model(input, isTime ? 1000 * timestep : timestep)
    if golden.givesNoise {
      output = try sampler.step(prediction, timestep, sample, noise: Formula.noise(golden.shape))
    } else {
      output = try sampler.step(prediction, timestep, sample, using: &generator)
    }
    sample = output?.prevSample ?? sample
    if golden.driver == "proteina" { sample = try sample.emitting(golden.emitMask) }
  }

  /// A step of a run that adds noise before the model sees the sample.
  private mutating func stepWithChurn(using generator: inout some NoiseGenerator) throws {
    let stage = sampler.plan.stages[sampler.position]
    let scheduler = try #require(try golden.scheduler() as? KarrasVeScheduler)
    if stage.level == stage.start {
      sample = try scheduler.churned(sample, during: sampler, noise: generator.randn(golden.shape))
    }
    output = try sampler.step(
      Formula.negatedNoise(sample, stage.level.sigma), stage.timestep, sample, using: &generator)
    sample = output?.prevSample ?? sample
  }

  /// Corrections, then a step of the predictor.
  private mutating func stepWithCorrector(_ time: Double, using generator: inout some NoiseGenerator) throws {
    let scheduler = try #require(try golden.scheduler() as? ScoreSdeVeScheduler)
    let sigma = Double(sampler.plan.sigmas[sampler.position])
    for _ in 0..<scheduler.correctorSteps {
      let score = try Formula.score(sample, sigma, 1000 * time)
      sample = try scheduler.corrected(sample, by: score, noise: generator.randn(golden.shape))
    }
    output = try sampler.step(Formula.score(sample, sigma, 1000 * time), time, sample, using: &generator)
    sample = output?.prevSample ?? sample
  }
}
