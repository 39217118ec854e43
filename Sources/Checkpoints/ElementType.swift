/// What the elements of a tensor are: the names and the order of the safetensors library (`Dtype`, version 0.8).
///
/// The order matters: a file has its tensors from the last type of this list to the first, so that each begins at a
/// multiple of its elements' size.
public enum ElementType: String, Sendable, Hashable, CaseIterable, Codable {
  /// A truth value, a byte each.
  case bool = "BOOL"
  /// A float of four bits, two in a byte.
  case f4 = "F4"
  /// A float of six bits, packed.
  case f6E2M3 = "F6_E2M3"
  /// A float of six bits, packed.
  case f6E3M2 = "F6_E3M2"
  /// An unsigned byte.
  case u8 = "U8"
  /// A signed byte.
  case i8 = "I8"
  /// A float of eight bits; torch's `float8_e5m2`.
  case f8E5M2 = "F8_E5M2"
  /// A float of eight bits; torch's `float8_e4m3fn`.
  case f8E4M3 = "F8_E4M3"
  /// A power of two; torch's `float8_e8m0fnu`.
  case f8E8M0 = "F8_E8M0"
  /// A float of eight bits without infinities and negative zero.
  case f8E4M3FNUZ = "F8_E4M3FNUZ"
  /// A float of eight bits without infinities and negative zero.
  case f8E5M2FNUZ = "F8_E5M2FNUZ"
  /// A signed integer of 16 bits.
  case i16 = "I16"
  /// An unsigned integer of 16 bits.
  case u16 = "U16"
  /// A half-precision float (IEEE 754 binary16).
  case f16 = "F16"
  /// The upper half of a single-precision float.
  case bf16 = "BF16"
  /// A signed integer of 32 bits.
  case i32 = "I32"
  /// An unsigned integer of 32 bits.
  case u32 = "U32"
  /// A single-precision float.
  case f32 = "F32"
  /// A complex number of two single-precision floats.
  case c64 = "C64"
  /// A double-precision float.
  case f64 = "F64"
  /// A signed integer of 64 bits.
  case i64 = "I64"
  /// An unsigned integer of 64 bits.
  case u64 = "U64"

  /// The bits of one element.
  public var bits: Int {
    switch self {
    case .f4: 4
    case .f6E2M3, .f6E3M2: 6
    case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    }
  }

  /// The place in the library's order.
  var rank: Int { Self.ranks[self, default: 0] }

  private static let ranks = Dictionary(uniqueKeysWithValues: zip(allCases, allCases.indices))

  /// The bytes of a tensor of this type, its dimensions given.
  ///
  /// - Returns: `nil` if a dimension is negative, if the number is beyond 64 bits, or if it is no whole number of bytes.
  public func byteCount(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      count = product
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    return overflow || total % 8 != 0 ? nil : total / 8
  }
}
