/// The name of a file of weights, taken apart: `diffusion_pytorch_model.fp16-00001-of-00002.safetensors`.
///
/// The names are those of diffusers (`utils/constants.py`), transformers (`utils/__init__.py`) and peft; the place of the
/// variant is that of diffusers: before the extension (`utils/hub_utils.py`, `_add_variant`), and for shards before
/// the shard's number (`models/modeling_utils.py`, `save_pretrained`, its `weights_name_pattern`).
struct WeightName: Hashable {
  /// How the tensors are kept.
  enum Format: String {
    case pickle = "bin", safetensors
  }

  /// What comes before everything else: `diffusion_pytorch_model`.
  var base: String
  var format: Format
  /// `fp16`, `ema`.
  var variant: String?
  /// The number of the shard, with its dash: `-00001-of-00002`.
  var shard = ""
  /// Whether it is the list of the shards, and not one of them.
  var isIndex = false

  /// Takes apart the last component of a path.
  ///
  /// - Returns: `nil` for a name that is not one of weights: with another extension, or that of a trainer's own state.
  init?(_ name: String) {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, !parts[0].isEmpty else { return nil }
    if parts.count >= 4, parts.last == "json" {
      // base.FORMAT.index.json, base.FORMAT.index.VARIANT.json
      let place = parts.count - 2
      let index = parts[place] == "index" ? place : place - 1
      guard index >= 2, parts[index] == "index", let format = Format(rawValue: parts[index - 1]) else { return nil }
      self.format = format
      variant = index < place ? parts[place] : nil
      base = parts[..<(index - 1)].joined(separator: ".")
      isIndex = true
      return
    }
    guard let format = Format(rawValue: parts.removeLast()) else { return nil }
    self.format = format
    if let (rest, number) = Self.shard(parts[parts.count - 1]) { (parts[parts.count - 1], shard) = (rest, number) }
    let known = parts.count == 2 && Self.takesVariant(parts[0])
    variant = known ? parts.removeLast() : nil
    base = parts.joined(separator: ".")
    guard !Self.trainerStates.contains(base) else { return nil }
  }

  /// The name put together.
  var text: String {
    let addition = variant.map { ".\($0)" } ?? ""
    return isIndex
      ? "\(base).\(format.rawValue).index\(addition).json" : "\(base)\(addition)\(shard).\(format.rawValue)"
  }

  /// Whether the libraries look for this name with a variant in it.
  var takesVariant: Bool { Self.takesVariant(base) }

  private static func takesVariant(_ base: String) -> Bool {
    ["diffusion_pytorch_model", "pytorch_model", "model"].contains(base)
  }

  /// The name of the same weights as safetensors: transformers calls `pytorch_model` then `model`.
  var converted: WeightName {
    var name = self
    name.format = .safetensors
    if base == "pytorch_model" { name.base = "model" }
    return name
  }

  /// What trainers keep beside the weights in files of the same extension: no tensors, or not those of a model.
  private static let trainerStates: Set<String> = ["training_args", "optimizer", "scheduler", "scaler"]

  /// `x-00001-of-00002` taken apart (diffusers' `_REGEX_SHARD`).
  private static func shard(_ text: String) -> (rest: String, number: String)? {
    guard text.utf8.count > 15 else { return nil }
    let number = Array(text.utf8.suffix(15))
    let digits = Array(number[1..<6] + number[10...14])
    guard number[0] == UInt8(ascii: "-"), number[6..<10].elementsEqual("-of-".utf8),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return (String(decoding: text.utf8.dropLast(15), as: UTF8.self), String(decoding: number, as: UTF8.self))
  }
}
