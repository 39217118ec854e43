import HubModel
import Schedulers
import Scheduling

extension Demo {
  /// Samples from a distribution that is known, so that the result can be judged.
  ///
  /// The data are Gaussian with standard deviation `s`. The perfect model of them can be written down: of a sample
  /// `x = α·x₀ + σ·ε` it predicts ε = σ·x/(α²·s² + σ²).
  ///
  /// - Returns: The standard deviation of the result.
  func sample(_ scheduler: AnyScheduler) throws -> Double {
    let (steps, deviation) = (50, 0.5)
    try chapter(
      "5. Sampling, with the noise that torch draws for seed 0",
      "dhub scheduler plan demo/sdxl --subfolder scheduler --steps \(steps)")
    var sampler = try scheduler.sampler(steps: steps)
    var generator = TorchGenerator(seed: 0)
    let noise = Tensor.randn([1, 4, 64, 64], using: &generator)
    // What torch.randn([1, 4, 64, 64], generator=torch.manual_seed(0)) begins with.
    try check(noise.elements[0] == -1.125_839_8, "the noise is torch's")
    var x = noise * sampler.initNoiseSigma
    var table = Table([("STEP", .right), ("TIMESTEP", .right), ("SIGMA", .right), ("SPREAD OF THE SAMPLE", .right)])
    for (index, stage) in sampler.plan.stages.enumerated() {
      let (alpha, sigma) = (stage.level.alpha, stage.level.sigma)
      let output = x * (sigma / (alpha * alpha * deviation * deviation + sigma * sigma))
      x = try sampler.step(output, stage.timestep, x, using: &generator).prevSample
      guard index % 10 == 0 || index == steps - 1 else { continue }
      table.add(["\(index + 1)", decimal(stage.timestep, 1), decimal(sigma, 4), decimal(Self.deviation(x), 4)])
    }
    for line in table.text.split(separator: "\n") { try say("  \(line)") }
    let result = Self.deviation(x)
    try say("  The data's standard deviation is \(deviation), and the sample's \(decimal(result, 4)).")
    try check(abs(result - deviation) < 0.05, "the sample is spread like the data")
    return result
  }

  private static func deviation(_ tensor: Tensor) -> Double {
    let count = Double(tensor.count)
    let mean = tensor.elements.reduce(0) { $0 + Double($1) } / count
    return (tensor.elements.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
  }
}
