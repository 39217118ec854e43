public import HubModel

/// How a folder of weights is pushed: diffusers' arguments of `save_pretrained`.
public struct WeightOptions: Sendable, Hashable {
  /// Whether pickles of PyTorch are converted to safetensors (`safe_serialization`).
  public var safeSerialization: Bool
  /// What is inserted into the names of weights (`variant`): `fp16` makes `diffusion_pytorch_model.fp16.safetensors`.
  public var variant: String?

  /// Options; diffusers' defaults.
  public init(safeSerialization: Bool = true, variant: String? = nil) {
    (self.safeSerialization, self.variant) = (safeSerialization, variant)
  }
}

/// Which file of a folder becomes which file of the repository; a value, made from names alone.
///
/// - A pickle, `.bin`, is converted, and has the name that diffusers or transformers give to safetensors; the state that
///   trainers keep under that extension, such as `training_args.bin`, is pushed as it is.
/// - If the folder has the converted file too, that one is pushed and the pickle left out.
/// - The variant goes into the names that the libraries look for with one, `diffusion_pytorch_model`, `pytorch_model` and
///   `model`, unless they have a variant already.
/// - An index of shards is written again where the names in it change.
public struct WeightPlan: Sendable, Hashable {
  /// What happens to a file.
  public enum Action: Sendable, Hashable {
    /// It is pushed as it is.
    case keep
    /// It is pushed under another name.
    case rename
    /// It is converted to safetensors.
    case convert
    /// It is an index of shards, written again with their new names.
    case rewriteIndex
    /// It is left out, for the reason given.
    case omit(reason: String)
  }

  /// A file of the folder, and what becomes of it.
  public struct Step: Sendable, Hashable {
    /// The path in the folder.
    public let source: RepositoryPath
    /// The path in the repository; that of the folder for a file that is left out.
    public let target: RepositoryPath
    /// What happens to it.
    public let action: Action
  }

  /// The files in the order of their paths.
  public let steps: [Step]

  /// Decides about every file.
  ///
  /// - Parameters:
  ///   - files: The paths in the folder.
  ///   - isCheckpoint: Whether the content of a `.bin` file is PyTorch's; asked for files that would be converted. Other
  ///     programs have files of that extension, too.
  /// - Throws: ``HubError`` with the code `invalidArgument` for a variant that cannot be a part of a name, and for two
  ///   files that would get one name.
  public init(
    files: [RepositoryPath], options: WeightOptions = WeightOptions(),
    isCheckpoint: (RepositoryPath) throws(HubError) -> Bool = { _ in true }
  ) throws(HubError) {
    try Self.check(options.variant)
    let known = Set(files)
    var steps: [Step] = []
    for file in files.sorted() {
      let name = WeightName(file.lastComponent)
      if let name, !options.safeSerialization || name.isIndex || name.format == .safetensors {
        steps.append(try Self.step(file, name, options, known))
      } else if let name, try isCheckpoint(file) {
        steps.append(try Self.step(file, name, options, known))
      } else {
        steps.append(Step(source: file, target: file, action: .keep))
      }
    }
    self.steps = steps
    try requireDistinctTargets()
  }

  private static func step(
    _ file: RepositoryPath, _ name: WeightName, _ options: WeightOptions, _ known: Set<RepositoryPath>
  ) throws(HubError) -> Step {
    let isConverted = options.safeSerialization && name.format == .pickle
    var new = isConverted ? name.converted : name
    if isConverted, known.contains(try sibling(of: file, new.text)) {
      return Step(source: file, target: file, action: .omit(reason: "the folder has '\(new.text)' already"))
    }
    if new.takesVariant, new.variant == nil { new.variant = options.variant }
    let target = try sibling(of: file, new.text)
    if name.isIndex { return Step(source: file, target: target, action: target == file ? .keep : .rewriteIndex) }
    return Step(source: file, target: target, action: isConverted ? .convert : target == file ? .keep : .rename)
  }

  /// The path of another file in the folder of `path`.
  static func sibling(of path: RepositoryPath, _ name: String) throws(HubError) -> RepositoryPath {
    try RepositoryPath(name, in: path.components.dropLast().joined(separator: "/"))
  }

  private static func check(_ variant: String?) throws(HubError) {
    guard let variant else { return }
    let isName = variant.utf8.allSatisfy { byte in
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8.contains(byte)
    }
    guard isName, !variant.isEmpty, variant.utf8.count <= 100, variant != "index" else {
      throw HubError(
        .invalidArgument(name: "variant", value: variant, reason: "use letters, digits, dashes and underscores: fp16"))
    }
  }

  private func requireDistinctTargets() throws(HubError) {
    var sources: [RepositoryPath: RepositoryPath] = [:]
    for step in steps {
      if case .omit = step.action { continue }
      guard let other = sources.updateValue(step.source, forKey: step.target) else { continue }
      throw HubError(
        .invalidArgument(
          name: "folder", value: nil,
          reason: "'\(other)' and '\(step.source)' would both become '\(step.target)'; remove one of them"))
    }
  }
}
