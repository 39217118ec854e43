/// A run that paints what a mask leaves open in a given image (Lugmayr et al. 2022, RePaint, arXiv 2201.09865, algorithm 1).
///
/// Every step of DDIM is followed by what the given part looks like at the level that it arrives at; jumps back to noisier
/// levels let both parts grow together. It is no ``Sampler``, for a step weighs element by element, and a run goes up and
/// down. Like one it is a value that can be copied, encoded and continued.
public struct RePaintSampler: Sendable, Hashable, Codable {
  /// The timesteps in order; where one is above the one before, the sample is to be noised again, and not stepped.
  public let timesteps: [Double]
  /// DDIM's share of fresh noise.
  public let eta: Double
  /// What is done to a predicted clean sample.
  public let refinement: Refinement
  /// The index of the next timestep.
  public private(set) var position = 0
  private let stride: Int
  private let training: NoiseSchedule

  /// A run along timesteps of a training, each step `stride` of them long.
  ///
  /// - Throws: ``SchedulerError`` with the code `argument` when a timestep is not of the training.
  public init(
    _ timesteps: [Double], stride: Int, in training: NoiseSchedule, eta: Double, refining refinement: Refinement
  ) throws(SchedulerError) {
    for timestep in timesteps { _ = try training.index(of: timestep) }
    (self.timesteps, self.stride, self.training) = (timesteps, stride, training)
    (self.eta, self.refinement) = (eta, refinement)
  }

  /// Whether the run is at its end.
  public var isFinished: Bool { position == timesteps.count }

  /// Whether the next timestep is one to noise the sample up to, with ``undo(_:using:)``, and not one to step from.
  public var isJump: Bool { !isFinished && position > 0 && timesteps[position] > timesteps[position - 1] }

  /// Advances a sample by one step.
  ///
  /// - Parameters:
  ///   - output: The noise that the model predicts in the sample.
  ///   - sample: The sample.
  ///   - original: The given image.
  ///   - mask: 1 where the image is given, 0 where it is painted.
  ///   - generator: Where noise comes from; every step draws once.
  /// - Throws: ``SchedulerError`` with the code `order` when the run has ended or the next timestep is a jump, `shape` when
  ///   the shapes differ.
  public mutating func step(
    _ output: Tensor, _ sample: Tensor, original: Tensor, mask: Tensor, using generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> SchedulerOutput {
    guard !isFinished, !isJump else {
      throw .order("the next timestep is no step", isFinished ? "begin a new run" : "undo steps first")
    }
    let original = try original.expecting(sample.shape, as: "original image")
    let mask = try mask.expecting(sample.shape, as: "mask")
    let plan = try Plan([timesteps[position]], stride: stride, in: training, endingAt: .clean)
    var ddim = try Sampler(
      DDIM(), predicting: .noise, refining: refinement, plan: plan, options: StepOptions(eta: eta))
    let output = try output.expecting(sample.shape, as: "model's output")
    let noise = generator.randn(sample.shape)
    let painted = try ddim.step(output, plan.stages[0].timestep, sample, noise: noise)
    let given = try noised(original, noise, levels: [plan.stages[0].end])
    position += 1
    return SchedulerOutput(
      prevSample: Self.mixed(given, painted.prevSample, by: mask), predOriginalSample: painted.predOriginalSample)
  }

  /// Noises a sample up to the next timestep, one training step at a time.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` when the next timestep is not above the last.
  public mutating func undo(
    _ sample: Tensor, using generator: inout some NoiseGenerator
  ) throws(SchedulerError) -> Tensor {
    guard isJump else { throw .order("the next timestep is no jump", "step from it") }
    let first = Int(timesteps[position - 1])
    var sample = sample
    for beta in training.betas[first..<min(first + stride, training.count)] {
      let level = NoiseLevel.variancePreserving(cumulativeAlpha: 1 - Double(beta))
      sample = try noised(sample, generator.randn(sample.shape), levels: [level])
    }
    position += 1
    return sample
  }

  /// `mask·a + (1 − mask)·b`.
  private static func mixed(_ a: Tensor, _ b: Tensor, by mask: Tensor) -> Tensor {
    let elements = a.elements.indices.map { j in
      mask.elements[j] * a.elements[j] + (1 - mask.elements[j]) * b.elements[j]
    }
    return Tensor(trusted: elements, shape: a.shape)
  }

  /// The timesteps of a run with jumps, in steps: down to 0, and at every `length` of them up again by as many, `count`
  /// times in all.
  public static func steps(_ steps: Int, jumping length: Int, count: Int) -> [Int] {
    var jumps: [Int: Int] = [:]
    for step in Swift.stride(from: 0, to: steps - length, by: length) { jumps[step] = count - 1 }
    var (step, result): (Int, [Int]) = (steps, [])
    while step >= 1 {
      step -= 1
      result.append(step)
      guard let left = jumps[step], left > 0 else { continue }
      jumps[step] = left - 1
      result += (1...length).map { step + $0 }
      step += length
    }
    return result
  }
}
