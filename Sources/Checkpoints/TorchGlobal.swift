/// The functions and classes of Python that a pickle of tensors may name; any other is refused.
///
/// They are what `torch.save` writes for tensors, from its first releases to 2.13: a subset of what `torch.load` allows
/// with `weights_only=True` (`torch/_weights_only_unpickler.py`). None of them is called: each stands for a few lines of
/// this module.
enum TorchGlobal: Equatable {
  /// `collections.OrderedDict`.
  case orderedDictionary
  /// `torch.Size`.
  case size
  /// `_codecs.encode`: how protocol 2 writes bytes, as a text in Latin 1.
  case encode
  /// `torch._utils._rebuild_tensor` and `_rebuild_tensor_v2`: the storage knows the type.
  case rebuildTensor
  /// `torch._utils._rebuild_tensor_v3`: the type is an argument, for those without a class of storage.
  case rebuildTypedTensor
  /// `torch._utils._rebuild_parameter`.
  case rebuildParameter
  /// The class of a storage.
  case storage(ElementType)
  /// The type of elements.
  case type(ElementType)
  /// A class of storage, or a type, that safetensors has no name for.
  case unsupported(String)

  /// What the pickle calls `name` of `module`.
  ///
  /// - Throws: The refusal of everything else, by name.
  init(module: String, name: String) throws(Flaw) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("_codecs", "encode"): self = .encode
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _), ("torch.cuda", _), ("torch.storage", _):
      guard let global = Self.known(name, isType: module == "torch") else { throw Flaw(global: "\(module).\(name)") }
      self = global
    default: throw Flaw(global: "\(module).\(name)")
    }
  }

  private static func known(_ name: String, isType: Bool) -> TorchGlobal? {
    if let type = storages[name] { return .storage(type) }
    if isType, let type = types[name] { return .type(type) }
    return unsupported.contains(name) ? .unsupported("torch.\(name)") : nil
  }

  /// The classes of storages (`torch/storage.py`, `_dtype_to_storage_type_map`).
  private static let storages: [String: ElementType] = [
    "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16, "LongStorage": .i64,
    "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8, "BoolStorage": .bool,
    "ComplexFloatStorage": .c64, "UntypedStorage": .u8,
  ]

  /// The types (`torch.dtype`), by their names.
  private static let types: [String: ElementType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64, "int32": .i32, "int16": .i16,
    "int8": .i8, "uint8": .u8, "uint16": .u16, "uint32": .u32, "uint64": .u64, "bool": .bool, "complex64": .c64,
    "float8_e4m3fn": .f8E4M3, "float8_e5m2": .f8E5M2, "float8_e4m3fnuz": .f8E4M3FNUZ, "float8_e5m2fnuz": .f8E5M2FNUZ,
    "float8_e8m0fnu": .f8E8M0,
  ]

  private static let unsupported: Set<String> = [
    "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage",
    "complex128", "complex32", "qint8", "quint8", "qint32", "quint4x2", "quint2x4", "float4_e2m1fn_x2",
  ]

  /// How Python spells it, for messages.
  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .size: "torch.Size"
    case .encode: "_codecs.encode"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .rebuildTypedTensor: "torch._utils._rebuild_tensor_v3"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .storage: "a class of storage"
    case .type: "a type of elements"
    case .unsupported(let name): name
    }
  }
}
