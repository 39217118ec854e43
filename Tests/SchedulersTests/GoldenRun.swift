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
      // diffusers has no add_noise for this class.
      if golden.className == "IPNDMScheduler" { return }
      sample = try sampler.addNoise(sample, Formula.noise(golden.shape), [sampler.timesteps[begin]])
    } else {
      sample = sample * sampler.initNoiseSigma
    }
  }

  /// Every step to the end.
  mutating func finish() throws {
    if golden.json["gens"]?.string == "list" {
      var generator = golden.generator
      try finish(using: &generator)
    } else {
      var generator = golden.generator.generators[0]
      try finish(using: &generator)
    }
  }

  mutating func finish(using generator: inout some NoiseGenerator) throws {
    while !sampler.isFinished { try step(using: &generator) }
  }

  mutating func step(using generator: inout some NoiseGenerator) throws {
    let timestep = sampler.timesteps[sampler.position]
    let input = sampler.scaleModelInput(sample, timestep)
    let model = golden.json["model"]?.string == "learned" ? Formula.learned : Formula.model
    let prediction = try model(input, timestep)
    if golden.json["step"]?["variance_noise"] == "@noise" {
      output = try sampler.step(prediction, timestep, sample, noise: Formula.noise(golden.shape))
    } else {
      output = try sampler.step(prediction, timestep, sample, using: &generator)
    }
    sample = output?.prevSample ?? sample
  }
}
