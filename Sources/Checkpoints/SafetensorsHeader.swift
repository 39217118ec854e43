import HubModel
import PythonJSON

/// A tensor of a safetensors file: what it is, and where its bytes are.
public struct SafetensorsTensor: Sendable, Hashable {
  /// The name; any text but `__metadata__`.
  public let name: String
  /// What its elements are.
  public let type: ElementType
  /// The sizes of its dimensions, outermost first; none for a scalar.
  public let shape: [Int]
  /// Its bytes, from the first byte after the header on: little-endian, in C order.
  public let range: Range<Int>
}

/// The header of a safetensors file: the JSON object after the length (README of the safetensors library, "Format").
struct SafetensorsHeader {
  /// The tensors, in the order of their bytes.
  var tensors: [SafetensorsTensor]
  var metadata: [String: String]

  /// The longest header that the reference accepts (`MAX_HEADER_SIZE`).
  static let longest = 100_000_000
  /// The key that is no tensor.
  static let metadataKey = "__metadata__"

  /// Reads a header and checks every rule of the format.
  ///
  /// - Parameter length: The bytes after the header; the tensors have to cover them all, once.
  /// - Throws: A reason, which completes "the file cannot be used: …".
  init(parsing bytes: [UInt8], length: Int) throws(Flaw) {
    let members = try Self.members(bytes)
    var metadata: [String: String] = [:]
    var tensors: [SafetensorsTensor] = []
    for (name, value) in members {
      if name == Self.metadataKey {
        metadata = try Self.metadata(value)
      } else {
        tensors.append(try Self.tensor(name, value))
      }
    }
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for tensor in tensors {
      guard tensor.range.lowerBound == end else {
        throw Flaw("the bytes of '\(tensor.name)' do not follow those of the tensor before it")
      }
      end = tensor.range.upperBound
    }
    guard end == length else { throw Flaw("its tensors have \(end) bytes, and \(length) follow the header") }
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  /// The members of the header, none of them twice.
  private static func members(_ bytes: [UInt8]) throws(Flaw) -> JSONObject {
    guard bytes.first == UInt8(ascii: "{") else { throw Flaw("its header does not begin with '{'") }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, limits: JSONLimits(bytes: longest, depth: 3, elements: 4_000_000))
    } catch {
      throw Flaw("its header is not what the format says: \(error)")
    }
    let members = value.object ?? JSONObject()
    // A reader of JSON lets the last of two members with one key win; here the format forbids the second.
    let inner = members.reduce(0) { $0 + ($1.value.object?.count ?? 0) }
    guard memberCounts(bytes) == [members.count, inner] else { throw Flaw("its header has a key twice") }
    return members
  }

  /// How many members the text of a JSON object has, and how many those that are objects have together.
  private static func memberCounts(_ bytes: [UInt8]) -> [Int] {
    var (counts, depth, inString, escaped) = ([0, 0], 0, false, false)
    for byte in bytes {
      if inString {
        if byte == UInt8(ascii: "\""), !escaped { inString = false }
        escaped = byte == UInt8(ascii: "\\") && !escaped
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 1 || depth == 2: counts[depth - 1] += 1
      default: break
      }
    }
    return counts
  }

  private static func metadata(_ value: JSONValue) throws(Flaw) -> [String: String] {
    var metadata: [String: String] = [:]
    if case .null = value { return metadata }
    guard let members = value.object else { throw Flaw("its metadata is \(value.kind), and not an object") }
    for (key, value) in members {
      guard let text = value.string else { throw Flaw("its metadata '\(key)' is \(value.kind), and not a string") }
      metadata[key] = text
    }
    return metadata
  }

  private static func tensor(_ name: String, _ value: JSONValue) throws(Flaw) -> SafetensorsTensor {
    guard let text = value["dtype"]?.string, let sizes = value["shape"]?.array,
      let offsets = value["data_offsets"]?.array, offsets.count == 2,
      let start = offsets[0].integer, let end = offsets[1].integer
    else { throw Flaw("its header does not say the type, the shape and the place of '\(name)'") }
    guard let type = ElementType(rawValue: text) else { throw Flaw("'\(name)' is of the unknown type '\(text)'") }
    let shape = sizes.compactMap(\.integer)
    guard shape.count == sizes.count, let count = type.byteCount(shape) else {
      throw Flaw("the shape of '\(name)' is not possible")
    }
    guard start >= 0, end >= start, end - start == count else {
      throw Flaw("'\(name)' has other bytes than its shape says")
    }
    return SafetensorsTensor(name: name, type: type, shape: shape, range: start..<end)
  }
}

// The same as the reference writes (`prepare` of its `tensor.rs`).
extension SafetensorsHeader {
  /// Places tensors one after the other: the larger their elements, the earlier, then by name.
  ///
  /// - Throws: A reason, for a name that occurs twice or is the metadata's, an impossible shape, and too much in all.
  init(placing tensors: [(name: String, type: ElementType, shape: [Int])], metadata: [String: String]) throws(Flaw) {
    let order = tensors.sorted { a, b in
      a.type == b.type ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.type.rank > b.type.rank
    }
    var (placed, names, end): ([SafetensorsTensor], Set<[UInt8]>, Int) = ([], [], 0)
    for (name, type, shape) in order {
      guard name != Self.metadataKey else { throw Flaw("a tensor cannot be called '\(name)'") }
      guard names.insert(Array(name.utf8)).inserted else { throw Flaw("two tensors are called '\(name)'") }
      guard let count = type.byteCount(shape), count <= Int.max - end else {
        throw Flaw("the shape of '\(name)' is not possible")
      }
      placed.append(SafetensorsTensor(name: name, type: type, shape: shape, range: end..<end + count))
      end += count
    }
    (self.tensors, self.metadata) = (placed, metadata)
  }

  /// The bytes after the header.
  var length: Int { tensors.last?.range.upperBound ?? 0 }

  /// The file's beginning: the length of the header in eight bytes, and the header, padded with spaces to eight bytes.
  ///
  /// The metadata is in the order of its keys; the reference's order is that of its hash table, another one each time.
  ///
  /// - Throws: A reason, for a header longer than every reader accepts.
  func encoded() throws(Flaw) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(
        "\(quoted(Self.metadataKey)):{\(pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ","))}")
    }
    members += tensors.map { tensor in
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(tensor.range.lowerBound),\(tensor.range.upperBound)]}"
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    guard header.count <= Self.longest else { throw Flaw("its header would be longer than \(Self.longest) bytes") }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header
  }

  /// A string as Rust's `serde_json` writes it.
  private func quoted(_ text: String) -> String { JSONValue.quoted(text, isASCII: false) }
}
