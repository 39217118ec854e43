import Foundation
import HubModel

/// An upload in parts, as hubs describe it in the header fields of the `upload` action: the length of a part in
/// `chunk_size`, and a URL for each under its number.
///
/// A server that has some of them already says so under `uploaded_parts`, in the form in which they are reported when all
/// are there; they are not sent again.
struct LFSParts: Sendable {
  let size: Int64
  let partLength: Int64
  /// A URL for each part, in order.
  let urls: [String]
  /// The parts that the server has.
  let stored: [LFSCompletion.Part]

  /// Reads the description.
  ///
  /// - Returns: `nil` for an upload in one piece.
  /// - Throws: `protocolViolation` for a description that does not cover the object.
  init?(_ upload: LFSUpload) throws(HubError) {
    let header = upload.upload.header ?? [:]
    guard let text = header["chunk_size"] else { return nil }
    size = upload.object.pointer.size
    let numbered = header.compactMap { name, url in Int(name).map { (number: $0, url: url) } }
    urls = numbered.sorted { $0.number < $1.number }.map(\.url)
    guard let length = Int64(text), length > 0, size > 0, Int64(urls.count) == (size - 1) / length + 1 else {
      throw HubError(.protocolViolation("the parts that LFS asks for do not make up the object"))
    }
    partLength = length
    let parts = header["uploaded_parts"].map { Data($0.utf8) }
    // Absence: what cannot be read is sent again.
    let known = parts.flatMap { try? JSONDecoder().decode([LFSCompletion.Part].self, from: $0) } ?? []
    let all = urls.indices
    stored = known.filter { all.contains($0.partNumber - 1) && !$0.etag.isEmpty }
  }

  /// The numbers, from 1, of the parts that are to be sent.
  var missing: [Int] {
    let stored = Set(stored.map(\.partNumber))
    return (1...urls.count).filter { !stored.contains($0) }
  }

  /// The bytes of a part, by its number from 1.
  func range(_ number: Int) -> Range<Int64> {
    let start = Int64(number - 1) * partLength
    return start..<min(start + partLength, size)
  }

  /// Whether a header field of the action is about the parts, and none to send.
  static func isOfParts(_ name: String) -> Bool {
    name == "chunk_size" || name == "uploaded_parts" || Int(name) != nil
  }
}
