public import Scheduling

/// Blocks of tokens that are refined step by step, the tokens that a model is surest of being committed first (LLaDA 2 and
/// DiffusionGemma).
///
/// ``tokenSampler(_:)`` makes the run of a block. What `step` of `diffusers` takes beside the logits, the class of masked tokens
/// first of all, stands in the `method.options` of the sampler.
public struct BlockRefinementScheduler: TokenScheduler {
  /// `BlockRefinementScheduler`.
  public static let className = "BlockRefinementScheduler"
  /// Which classes take its configurations.
  public static let compatibility = Compatibility.alone

  /// Every key of the class with its value, then the keys that it does not know.
  public let config: SchedulerConfig
  /// Where the numbers follow `diffusers` instead of the paper.
  public var quirks = Quirks.all
  /// The number of steps of a run that does not say another.
  public let steps: Int
  private let blockLength: Int
  private let options: BlockRefinementOptions

  /// The scheduler that a configuration describes; throws for a value that is wrong.
  public init(config: SchedulerConfig) throws(SchedulerError) {
    var keys = ConfigReader(config)
    blockLength = try keys.integer("block_length", default: 32, in: 0...ConfigReader.mostTrainingSteps)
    steps = try keys.inferenceSteps()
    let threshold = try keys.number("threshold", default: 0.95)
    let editing = try keys.optionalNumber("editing_threshold")
    // Nothing reads it, in diffusers neither.
    _ = try keys.integer("minimal_topk", default: 1, in: Int.min...Int.max)
    options = BlockRefinementOptions(threshold: threshold, editingThreshold: editing)
    self.config = keys.config(of: Self.self)
  }

  /// The run of a block; ``RunRequest/blockLength`` is its length, where it is not the configuration's.
  ///
  /// - Throws: `SchedulerError` with the code `argument` for anything but a number of steps, and a length below 1.
  public func tokenSampler(_ run: RunRequest) throws(SchedulerError) -> TokenSampler<BlockRefinement> {
    let (steps, length) = (try run.onlySteps(of: self), run.blockLength ?? blockLength)
    guard run.blockLength ?? 1 >= 1 else {
      throw .argument("blockLength", length, wants: "at least 1", "give the number of tokens of a block")
    }
    return try TokenSampler(
      BlockRefinement(blockLength: length, steps: steps, options: options), steps: steps, ascends: false)
  }

  /// Clean tokens of which, block by block, a share is masked, for training: `add_noise`.
  ///
  /// The share is drawn for each block of each sample, and then which tokens are masked.
  ///
  /// - Parameters:
  ///   - tokens: The classes of each sample's tokens, the prompt's first.
  ///   - isValid: Which tokens are more than padding.
  ///   - promptLength: The number of the prompt's tokens, which stay.
  ///   - blockLength: The number of tokens of a block.
  ///   - maskToken: The class of masked tokens.
  ///   - generator: Where chance comes from.
  /// - Returns: The tokens with some masked, and with all others masked instead, but for prompt and padding.
  /// - Throws: `SchedulerError` with the code `shape` when samples differ in length, `argument` for lengths that are none.
  public func addNoise(
    _ tokens: [[Int]], isValid: [[Bool]], promptLength: Int, blockLength: Int, maskToken: Int,
    using generator: inout TorchGenerator
  ) throws(SchedulerError) -> (masked: [[Int]], maskedElse: [[Int]]) {
    let length = tokens.first?.count ?? 0
    guard tokens.allSatisfy({ $0.count == length }), isValid.map(\.count) == tokens.map(\.count) else {
      throw .shape("samples or their paddings differ in length", "give as many tokens in every sample")
    }
    guard blockLength >= 1, promptLength >= 0 else {
      throw .argument(
        "a length", min(blockLength, promptLength), wants: "one of tokens", "give the lengths of prompt and block")
    }
    var (masked, maskedElse) = (tokens, tokens)
    for start in stride(from: promptLength, to: length, by: blockLength) where !tokens.isEmpty {
      let places = start..<min(length, start + blockLength)
      let shares = generator.rand([tokens.count]).elements
      let draws = generator.rand([tokens.count * places.count]).elements
      for row in tokens.indices {
        for (offset, place) in places.enumerated() where isValid[row][place] {
          let isMasked = draws[row * places.count + offset] < shares[row]
          if isMasked { masked[row][place] = maskToken } else { maskedElse[row][place] = maskToken }
        }
      }
    }
    return (masked, maskedElse)
  }
}
